import * as v from 'valibot';
import { LiveResponseError } from './errors.ts';

const optionalText = v.optional(v.nullable(v.string()), null);

const parameter = v.object({ key: v.string(), value: v.optional(v.nullable(v.string()), null) });

const commandSchema = v.object({
  index: v.pipe(v.number(), v.integer(), v.minValue(0)),
  startTime: optionalText,
  endTime: optionalText,
  /** Created, Submitted, PendingResource, Executing, Completed or Failed. Anything else is not finished. */
  commandStatus: v.optional(v.string(), ''),
  errors: v.optional(v.nullable(v.array(v.string())), []),
  command: v.object({
    /** PutFile, RunScript or GetFile. */
    type: v.string(),
    params: v.optional(v.nullable(v.array(parameter)), []),
  }),
});

const actionSchema = v.object({
  id: v.string(),
  type: v.string(),
  requestor: optionalText,
  requestorComment: optionalText,
  /** Pending, InProgress, Succeeded, Failed, TimeOut or Cancelled. Anything else is not final. */
  status: v.optional(v.string(), ''),
  machineId: optionalText,
  computerDnsName: optionalText,
  /** Server time, verbatim: 2 to 7 fraction digits. */
  creationDateTimeUtc: v.string(),
  lastUpdateDateTimeUtc: optionalText,
  lastUpdateTimeUtc: optionalText,
  cancellationRequestor: optionalText,
  cancellationComment: optionalText,
  cancellationDateTimeUtc: optionalText,
  errorHResult: v.optional(v.nullable(v.number()), 0),
  requestSource: optionalText,
  commands: v.optional(v.nullable(v.array(commandSchema)), []),
});

const pageSchema = v.object({
  '@odata.count': v.optional(v.number()),
  '@odata.nextLink': v.optional(v.string()),
  value: v.array(actionSchema),
});

const linkSchema = v.object({ value: v.pipe(v.string(), v.minLength(1)) });

const errorSchema = v.object({
  error: v.object({
    code: v.optional(v.string(), ''),
    message: v.optional(v.string(), ''),
    target: v.optional(v.nullable(v.string())),
  }),
});

/** One command of a live response session. Unknown keys of the answer are left out, unknown values are kept. */
export type LiveResponseCommand = v.InferOutput<typeof commandSchema>;
/** A machine action as `GET /api/machineactions` answers it. Source: api-facts, seen in real payloads. */
export type MachineAction = Omit<v.InferOutput<typeof actionSchema>, 'commands'> & {
  readonly commands: readonly LiveResponseCommand[];
};

/** One page of the list. */
export interface ActionPage {
  readonly actions: readonly MachineAction[];
  /** How many there are in all, where the server was asked and said so. */
  readonly total: number | undefined;
  readonly nextLink: string | undefined;
}

/** What the API says about a failure. */
export interface ServerFault {
  readonly code: string;
  readonly message: string;
  readonly correlationId: string | undefined;
}

/**
 * Reads one page of machine actions.
 * @throws LiveResponseError `unexpectedAnswer` with the path of the first difference
 */
export function readActionPage(body: unknown): ActionPage {
  const page = check(pageSchema, body);
  return {
    actions: page.value.map(toAction),
    total: page['@odata.count'],
    nextLink: page['@odata.nextLink'],
  };
}

/** Reads a single machine action. Throws as {@link readActionPage}. */
export function readAction(body: unknown): MachineAction {
  return toAction(check(actionSchema, body));
}

/** Reads the answer of the result-link call: the link itself, a secret. Throws as {@link readActionPage}. */
export function readLink(body: unknown): string {
  return check(linkSchema, body).value;
}

/** Reads the API's error envelope; undefined when the body is something else. */
export function readServerFault(body: unknown): ServerFault | undefined {
  const result = v.safeParse(errorSchema, body);
  if (!result.success) return undefined;
  const { code, message, target } = result.output.error;
  return { code, message, correlationId: target ?? undefined };
}

function toAction(action: v.InferOutput<typeof actionSchema>): MachineAction {
  return {
    ...action,
    id: action.id.toLowerCase(),
    // The wire says lastUpdateDateTimeUtc, the documentation also prints lastUpdateTimeUtc.
    lastUpdateDateTimeUtc: action.lastUpdateDateTimeUtc ?? action.lastUpdateTimeUtc,
    commands: action.commands ?? [],
  };
}

function check<Schema extends v.GenericSchema>(schema: Schema, body: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, body, { abortEarly: true });
  if (result.success) return result.output;
  throw new LiveResponseError('unexpectedAnswer', { path: v.getDotPath(result.issues[0]) ?? '(top)' });
}

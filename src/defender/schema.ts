import {
  array,
  getDotPath,
  minLength,
  nullable,
  object,
  optional,
  pipe,
  regex,
  safeParse,
  string,
  unknown,
} from 'valibot';
import type { GenericSchema, InferOutput } from 'valibot';
import { LiveResponseError } from '../base/errors.ts';
import { FieldReader, OddFields } from './fieldReader.ts';

const pageSchema = object({
  // OData allows null for both fields, and a page is usable without them. So their types are not checked here.
  '@odata.count': optional(unknown()),
  '@odata.nextLink': optional(unknown()),
  value: array(unknown()),
});

/**
 * Schema for the names of odd fields in JSON that this product wrote. The odd values themselves were replaced when the
 * action was first read.
 */
const ownSchema = object({ odd: array(pipe(string(), regex(/^[\w.]{1,100}$/u))) });

const linkSchema = object({ value: pipe(string(), minLength(1)) });

const errorSchema = object({
  error: object({
    code: optional(string(), ''),
    message: optional(string(), ''),
    target: optional(nullable(string())),
  }),
});

/** One command of a live response session. Unknown keys of the answer are left out. Unknown values are kept. */
export interface LiveResponseCommand {
  index: number;
  startTime: string | null;
  endTime: string | null;
  /**
   * Created, Submitted, PendingResource, Executing, Completed or Failed. With any other status the command is not
   * finished.
   */
  commandStatus: string;
  errors: string[] | null;
  command: {
    /** PutFile, RunScript or GetFile; empty if the server sent none. */
    type: string;
    params: { key: string; value: string | null }[] | null;
  };
}

/** A machine action as `GET /api/machineactions` answers it. Source: api-facts, seen in real payloads. */
export interface MachineAction {
  id: string;
  /** Empty if the server sent none. */
  type: string;
  requestor: string | null;
  requestorComment: string | null;
  /** Pending, InProgress, Succeeded, Failed, TimeOut or Cancelled. Any other status is not final. */
  status: string;
  machineId: string | null;
  computerDnsName: string | null;
  /** Server time, verbatim: 2 to 7 fraction digits. Empty if the server sent none. */
  creationDateTimeUtc: string;
  lastUpdateDateTimeUtc: string | null;
  lastUpdateTimeUtc: string | null;
  cancellationRequestor: string | null;
  cancellationComment: string | null;
  cancellationDateTimeUtc: string | null;
  errorHResult: number | null;
  requestSource: string | null;
  readonly commands: readonly LiveResponseCommand[];
  /**
   * Names of the fields that differ from what the API promises, e.g. `commands.0.commandStatus`. Absent if no field
   * differs.
   */
  readonly odd?: readonly string[];
}

/** One page of the list. */
export interface ActionPage {
  readonly actions: readonly MachineAction[];
  /** Total number of actions, if the query asked for it and the server stated it. */
  readonly total: number | undefined;
  readonly nextLink: string | undefined;
  /**
   * Positions, from 0, of rows without a usable id. The answer contains these rows, but no list shows them. Absent if
   * all rows have a usable id.
   */
  readonly leftOut?: readonly number[];
  /** Number of rows of a full page, if it differs from the number that the caller asked for. */
  readonly size?: number;
  /**
   * Set if the server did not support the sort order, or did not keep it. The rows of this page are sorted, but other
   * pages may contain newer rows.
   */
  readonly isUnordered?: true;
}

/** Whether a page has no next link. */
export function isLastPage({ nextLink }: ActionPage): boolean {
  return nextLink === undefined;
}

/** A failure as the API describes it. */
export interface ServerFault {
  readonly code: string;
  readonly message: string;
  readonly correlationId: string | undefined;
}

/**
 * Reads one page of machine actions. An odd value spoils only its own field. A row without a usable id is left out, and
 * its position is recorded.
 * @throws LiveResponseError `unexpectedAnswer` with the path of the first difference, if the body contains no list of
 *   rows
 */
export function readActionPage(body: unknown): ActionPage {
  const page = check(pageSchema, body);
  const leftOut: number[] = [];
  const actions = page.value.flatMap((row, place) => {
    const action = toAction(row);
    if (action === undefined) leftOut.push(place);
    return action ?? [];
  });
  const { '@odata.count': total, '@odata.nextLink': nextLink } = page;
  return {
    actions,
    total: typeof total === 'number' ? total : undefined,
    nextLink: typeof nextLink === 'string' && nextLink !== '' ? nextLink : undefined,
    ...(leftOut.length === 0 ? {} : { leftOut }),
  };
}

/**
 * Reads a single machine action. Treats odd values as {@link readActionPage} does.
 * @throws LiveResponseError `unexpectedAnswer` if the body is not an object, or has no usable id
 */
export function readAction(body: unknown): MachineAction {
  const action = toAction(body);
  if (action !== undefined) return action;
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  throw new LiveResponseError('unexpectedAnswer', { path: isObject ? 'id' : '(top)' });
}

/** Reads an action from JSON that this product wrote after it had received the action. Throws as {@link readAction}. */
export function readOwnAction(body: unknown): MachineAction {
  const action = readAction(body);
  const said = safeParse(ownSchema, body);
  const odd = new Set([...(said.success ? said.output.odd : []), ...(action.odd ?? [])]);
  return odd.size === 0 ? action : { ...action, odd: [...odd] };
}

/** Reads the answer of the result-link call. Returns the link, which is a secret. Throws as {@link readActionPage}. */
export function readLink(body: unknown): string {
  return check(linkSchema, body).value;
}

/** Reads the API's error envelope; undefined when the body is something else. */
export function readServerFault(body: unknown): ServerFault | undefined {
  const result = safeParse(errorSchema, body);
  if (!result.success) return undefined;
  const { code, message, target } = result.output.error;
  return { code, message, correlationId: target ?? undefined };
}

/** @returns undefined if the row has no usable id */
function toAction(row: unknown): MachineAction | undefined {
  const odd = new OddFields();
  const fields = new FieldReader(row, '', odd);
  const id = fields.name('id');
  if (id === null || id.trim() === '') return undefined;
  const lastUpdate = fields.time('lastUpdateDateTimeUtc');
  const otherUpdate = fields.time('lastUpdateTimeUtc');
  const action: MachineAction = {
    id: id.toLowerCase(),
    type: fields.word('type'),
    requestor: fields.text('requestor'),
    requestorComment: fields.text('requestorComment'),
    status: fields.word('status'),
    machineId: fields.name('machineId'),
    computerDnsName: fields.name('computerDnsName'),
    creationDateTimeUtc: fields.requiredTime('creationDateTimeUtc'),
    // Real answers contain `lastUpdateDateTimeUtc`. The documentation also shows `lastUpdateTimeUtc`.
    lastUpdateDateTimeUtc: lastUpdate ?? otherUpdate,
    lastUpdateTimeUtc: otherUpdate,
    cancellationRequestor: fields.text('cancellationRequestor'),
    cancellationComment: fields.text('cancellationComment'),
    cancellationDateTimeUtc: fields.time('cancellationDateTimeUtc'),
    errorHResult: fields.number('errorHResult'),
    requestSource: fields.text('requestSource'),
    commands: fields.list('commands', (value, path) => toCommand(value, path, odd)) ?? [],
  };
  const { names } = odd;
  return names.length === 0 ? action : { ...action, odd: names };
}

/** @returns undefined if the command has no usable index: its position in the list cannot replace the index */
function toCommand(value: unknown, path: string, odd: OddFields): LiveResponseCommand | undefined {
  const fields = new FieldReader(value, `${path}.`, odd);
  const index = fields.index('index');
  if (index === undefined) return undefined;
  const command = {
    index,
    startTime: fields.time('startTime'),
    endTime: fields.time('endTime'),
    commandStatus: fields.word('commandStatus'),
    errors: fields.list('errors', (text) => (typeof text === 'string' ? text : undefined)),
  };
  const inner = fields.inner('command');
  const type = inner.word('type');
  const params = inner.list('params', (parameter, at) => toParameter(parameter, at, odd));
  return { ...command, command: { type, params } };
}

function toParameter(value: unknown, path: string, odd: OddFields): { key: string; value: string | null } | undefined {
  const fields = new FieldReader(value, `${path}.`, odd);
  const key = fields.word('key');
  return key === '' ? undefined : { key, value: fields.text('value') };
}

function check<Schema extends GenericSchema>(schema: Schema, body: unknown): InferOutput<Schema> {
  const result = safeParse(schema, body, { abortEarly: true });
  if (result.success) return result.output;
  throw new LiveResponseError('unexpectedAnswer', { path: getDotPath(result.issues[0]) ?? '(top)' });
}

import type { LiveResponseCommand, MachineAction } from '../defender/schema.ts';
import type { ReceivedAction } from '../defender/list/receivedActions.ts';
import { fileRef, isGuid } from '../base/resultUri.ts';
import type { ResultRef } from '../base/resultUri.ts';
import { findCommand, hostOf, subjectOf, UNKNOWN_ACTION } from '../model/machineAction.ts';
import type { OpenedFrom, ReceivedFacts, SaidFacts } from '../model/storedResult.ts';

/** The bytes of a file or a link that a person opened, before anything is known about them. */
export interface OpenedBytes {
  readonly kind: Exclude<OpenedFrom['kind'], 'pack'>;
  /** The file's name without its folder, or the host of the link. */
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
  /** Local clock, ms since 1970. */
  readonly openedAt: number;
  readonly promisedName?: string | undefined;
  /** Set if no header of the blob's answer stated the size. */
  readonly lengthUnknown?: true | undefined;
  readonly blob?: ReceivedFacts['blob'];
  /** The texts of the `.facts.json` files in the same folder. */
  readonly factsFiles?: readonly string[];
}

/**
 * Whether a facts file describes the file next to it. `used`: it does, and its facts were used. `otherFile`: it
 * describes another file.
 */
export type FactsVerdict = 'none' | 'used' | 'otherFile' | 'unreadable';

interface ReadFacts {
  readonly said: SaidFacts;
  readonly action: MachineAction;
}

/**
 * Describes a result that was opened from a file or a link as if it had been fetched. Its identity is its hash. A facts
 * file is used only if it names this hash. Its statements are marked as `said`.
 */
export function describeOpened(opened: OpenedBytes): { readonly facts: ReceivedFacts; readonly verdict: FactsVerdict } {
  const all = (opened.factsFiles ?? []).map((json) => readFactsFile(json, opened.sha256));
  const found = all.find((read) => typeof read !== 'string');
  const action = found?.action ?? UNKNOWN_ACTION;
  const command = found === undefined ? undefined : findCommand(action, found.said.commandIndex);
  const { kind, name, sha256, size, openedAt } = opened;
  return {
    verdict: found === undefined ? (all.find((read) => typeof read === 'string') ?? 'none') : 'used',
    facts: {
      ref: fileRef(sha256),
      name: {
        connection: kind === 'file' ? 'Opened files' : 'Pasted links',
        device: hostOf(action),
        script: command === undefined ? (opened.promisedName ?? name) : subjectOf(command),
        createdAt: action.creationDateTimeUtc,
      },
      action,
      sha256,
      size,
      fetchedAt: openedAt,
      fetchedBy: undefined,
      promisedName: opened.promisedName,
      blob: opened.blob ?? {},
      ...(opened.lengthUnknown === undefined ? {} : { lengthUnknown: opened.lengthUnknown }),
      opened: { kind, name, said: found?.said },
    },
  };
}

/** Place of a result of a hand-over pack, and the names that this window gives it. */
export interface PackedPlace {
  readonly ref: ResultRef;
  /** Name of the pack's connection. */
  readonly connection: string;
  /** Name of the pack's file. */
  readonly pack: string;
}

/**
 * Describes a result of a hand-over pack, from the facts beside it. They are the pack's word: `opened` says so, and
 * nothing in them is about this machine or its user.
 *
 * @returns undefined if the facts do not describe a result with this hash
 */
export function describePacked(
  json: string,
  { sha256, size }: Pick<ReceivedFacts, 'sha256' | 'size'>,
  { ref, connection, pack }: PackedPlace,
): { readonly facts: ReceivedFacts; readonly action: ReceivedAction | undefined } | undefined {
  const read = readFactsFile(json, sha256);
  if (typeof read === 'string') return undefined;
  const { action, said } = read;
  const facts = parseFacts(json);
  const told = (key: string): string | undefined => text(field(facts, key));
  const file = field(facts, 'file');
  const command = findCommand(action, ref.commandIndex);
  const answeredAt = timeOf(told('answeredAt'));
  return {
    facts: {
      ref,
      name: {
        connection,
        device: hostOf(action),
        script: command === undefined ? pack : subjectOf(command),
        createdAt: action.creationDateTimeUtc,
      },
      action,
      sha256,
      size,
      fetchedAt: timeOf(told('fetchedAt')) ?? 0,
      ...(answeredAt === undefined ? {} : { answeredAt }),
      fetchedBy: told('fetchedBy'),
      fetchedWith: told('fetchedWith')?.replace(/^Live Response Results /u, ''),
      promisedName: text(field(file, 'promisedName')),
      blob: readBlob(field(facts, 'blob')),
      ...(field(file, 'lengthUnknown') === true ? { lengthUnknown: true } : {}),
      opened: { kind: 'pack', name: pack, said },
    },
    action: readReceived(field(facts, 'actionAsReceived')),
  };
}

const BLOB_KEYS = ['date', 'lastModified', 'etag', 'contentMd5', 'requestId'] as const;

function readBlob(value: unknown): ReceivedFacts['blob'] {
  return Object.fromEntries(
    BLOB_KEYS.flatMap((key) => {
      const told = text(field(value, key));
      return told === undefined ? [] : [[key, told]];
    }),
  );
}

/** Reads the text from which the action was read. Without its time it is left out. */
function readReceived(value: unknown): ReceivedAction | undefined {
  const [json, receivedAt] = [text(field(value, 'text')), timeOf(text(field(value, 'receivedAt')))];
  if (json === undefined || receivedAt === undefined) return undefined;
  const from = field(value, 'from') === 'its own answer' ? 'action' : 'list';
  return { text: json, from, receivedAt, serverDate: text(field(value, 'serverDate')) };
}

function timeOf(value: string | undefined): number | undefined {
  const time = Date.parse(value ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Returns the SHA-256 of the file that a facts file describes. Returns undefined if the text is not a facts file. */
export function hashInFacts(json: string): string | undefined {
  return text(field(field(parseFacts(json), 'file'), 'sha256'))?.toLowerCase();
}

function parseFacts(json: string): unknown {
  try {
    return JSON.parse(json.replace(/^\ufeff/u, ''));
  } catch {
    return undefined;
  }
}

/** Reads a facts file. Values of an unexpected type are left out, because anybody could have written the file. */
function readFactsFile(json: string, sha256: string): ReadFacts | 'otherFile' | 'unreadable' {
  const facts = parseFacts(json);
  const named = text(field(field(facts, 'file'), 'sha256'));
  if (named === undefined) return 'unreadable';
  if (named.toLowerCase() !== sha256) return 'otherFile';
  const tenantId = field(facts, 'tenantId');
  const actionId = field(facts, 'actionId');
  const commandIndex = field(facts, 'commandIndex');
  const action = field(facts, 'action');
  if (!isGuid(tenantId) || !isGuid(actionId) || !isIndex(commandIndex)) return 'unreadable';
  return {
    said: { cloud: text(field(facts, 'cloud')) ?? '', tenantId, actionId, commandIndex },
    action: readAction(action, actionId),
  };
}

function readAction(value: unknown, id: string): MachineAction {
  const commands = field(value, 'commands');
  const error = field(value, 'errorHResult');
  const said = (key: string): string | null => text(field(value, key)) ?? null;
  return {
    ...UNKNOWN_ACTION,
    id,
    type: said('type') ?? UNKNOWN_ACTION.type,
    requestor: said('requestor'),
    requestorComment: said('requestorComment'),
    status: said('status') ?? '',
    machineId: said('machineId'),
    computerDnsName: said('computerDnsName'),
    creationDateTimeUtc: said('creationDateTimeUtc') ?? '',
    lastUpdateDateTimeUtc: said('lastUpdateDateTimeUtc'),
    lastUpdateTimeUtc: said('lastUpdateTimeUtc'),
    cancellationRequestor: said('cancellationRequestor'),
    cancellationComment: said('cancellationComment'),
    cancellationDateTimeUtc: said('cancellationDateTimeUtc'),
    errorHResult: Number.isSafeInteger(error) ? Number(error) : null,
    requestSource: said('requestSource'),
    commands: Array.isArray(commands) ? commands.flatMap(readCommand) : [],
  };
}

function readCommand(value: unknown): LiveResponseCommand[] {
  const index = field(value, 'index');
  const command = field(value, 'command');
  const type = text(field(command, 'type'));
  const params = field(command, 'params');
  if (!isIndex(index) || type === undefined) return [];
  const errors = field(value, 'errors');
  return [
    {
      index,
      startTime: text(field(value, 'startTime')) ?? null,
      endTime: text(field(value, 'endTime')) ?? null,
      commandStatus: text(field(value, 'commandStatus')) ?? '',
      errors: Array.isArray(errors) ? errors.flatMap((error) => text(error) ?? []) : null,
      command: { type, params: Array.isArray(params) ? params.flatMap(readParameter) : [] },
    },
  ];
}

function readParameter(value: unknown): { key: string; value: string | null }[] {
  const key = text(field(value, 'key'));
  return key === undefined ? [] : [{ key, value: text(field(value, 'value')) ?? null }];
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(key)
    : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

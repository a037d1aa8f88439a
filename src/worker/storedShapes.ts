import { isFailureCode } from '../base/failures.ts';
import type { RunRecord } from '../model/runRecord.ts';
import type { StoredFacts } from '../model/storedResult.ts';

/*
 * This extension wrote the JSON in the databases, but anyone who can write in the folder can change it. So the JSON is
 * checked here, and other code can rely on the types of the values.
 */

/** Maximum length of the JSON, in UTF-16 units. The facts of any result are shorter. */
const MAX_JSON_UNITS = 64 * 1024 * 1024;

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

/** Reads the facts of a stored result. Returns undefined if the text is not valid. */
export function parseFacts(json: string): StoredFacts | undefined {
  const value = parse(json);
  return FACTS(value) ? (value as StoredFacts) : undefined;
}

/** Reads the record of a run. Returns undefined if the text is not valid. */
export function parseRun(json: string): RunRecord | undefined {
  const value = parse(json);
  return RUN(value) ? (value as RunRecord) : undefined;
}

function parse(json: string): unknown {
  if (json.length > MAX_JSON_UNITS) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isBoolean: Check = (value) => typeof value === 'boolean';
const isTextOrNull: Check = (value) => value === null || isText(value);
const isIndex: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

function orNull(check: Check): Check {
  return (value) => value === null || check(value);
}

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function has(shape: Shape): Check {
  const keys = Object.entries(shape);
  return (value) => {
    if (!isObject(value)) return false;
    // Only own properties are read, because `__proto__` in a text must not supply fields.
    const fields = new Map<string, unknown>(Object.entries(value));
    return keys.every(([key, check]) => check(fields.get(key)));
  };
}

function valuesOf(check: Check): Check {
  return (value) => isObject(value) && Object.values(value).every((one: unknown) => check(one));
}

const TENANT: Shape = { cloud: isText, tenantId: isText };
const COMMAND = has({
  index: isIndex,
  startTime: isTextOrNull,
  endTime: isTextOrNull,
  commandStatus: isText,
  errors: orNull(listOf(isText)),
  command: has({ type: isText, params: orNull(listOf(has({ key: isText, value: isTextOrNull }))) }),
});
const ACTION = has({
  id: isText,
  type: isText,
  requestor: isTextOrNull,
  requestorComment: isTextOrNull,
  status: isText,
  machineId: isTextOrNull,
  computerDnsName: isTextOrNull,
  creationDateTimeUtc: isText,
  lastUpdateDateTimeUtc: isTextOrNull,
  commands: listOf(COMMAND),
  odd: optional(listOf(isText)),
});
const STREAM = has({
  length: isNumber,
  lines: isNumber,
  lineEnds: has({ crlf: isNumber, lf: isNumber, cr: isNumber }),
  nuls: isNumber,
  trailingNuls: isNumber,
  loneSurrogates: isNumber,
  replacementCharacters: isNumber,
  longestLine: isNumber,
  documentBytes: isNumber,
  sha256: isText,
});
const CHANGE = has({ kind: isText, count: isNumber, firstOffset: optional(isNumber), keys: optional(listOf(isText)) });
const SAID = has({ cloud: isText, tenantId: isText, actionId: isText, commandIndex: isIndex });
const FACTS = has({
  ref: has({ ...TENANT, actionId: isText, commandIndex: isIndex }),
  name: has({ connection: isText, device: isText, script: isText, createdAt: isText }),
  action: ACTION,
  sha256: isText,
  size: isNumber,
  fetchedAt: isNumber,
  answeredAt: optional(isNumber),
  fetchedWith: optional(isText),
  fetchedBy: optional(isText),
  promisedName: optional(isText),
  blob: valuesOf(isText),
  opened: optional(has({ kind: isText, name: isText, said: optional(SAID) })),
  transcript: optional(
    has({
      scriptName: optional(isText),
      exitCode: optional(isNumber),
      output: STREAM,
      errors: STREAM,
      errorLines: isNumber,
    }),
  ),
  rejection: optional(has({ reason: isText, offset: optional(isNumber) })),
  raw: optional(STREAM),
  changes: listOf(CHANGE),
  encoding: isText,
  mismatches: listOf(has({ kind: isText, asked: isText, found: isText })),
  large: optional(has({ output: optional(isIndex), errors: optional(isIndex) })),
});
const MEMBER = has({
  actionId: isText,
  commandIndex: isIndex,
  machineId: isTextOrNull,
  device: isText,
  host: isText,
  createdAt: isText,
  actionStatus: isText,
  commandStatus: isText,
  commandErrors: listOf(isText),
  result: isText,
  script: optional(isText),
});
/** The conditions themselves are read by `readFilter`, field by field. */
const FILTER = has({ since: isNumber, grows: isBoolean, isFull: optional(isBoolean) });
const FAILURE = has({ code: isFailureCode, values: has({ deviceErrors: optional(listOf(isText)) }) });
const ORDER = has({
  startedAt: isNumber,
  endsAt: isNumber,
  mostCalls: isNumber,
  mostBytes: isNumber,
  calls: isNumber,
  bytes: isNumber,
  by: optional(isText),
  window: optional(isText),
  lookedAt: optional(isNumber),
  end: optional(isText),
});
const RUN = has({
  run: has({
    key: isText,
    words: has({ script: isText, args: isText, comment: isText }),
    tenant: has(TENANT),
    members: listOf(MEMBER),
    filter: optional(FILTER),
  }),
  state: isText,
  failures: valuesOf(FAILURE),
  stoppedBy: optional(FAILURE),
  order: optional(ORDER),
});

import { POLICY_KEYS } from './policyKeys.ts';
import type { PolicyKey, PolicyValues } from './policyKeys.ts';

/** Reason why a file is not taken as it is. `name` is a key of the file or a path. */
export interface PolicyProblem {
  readonly kind:
    // the rights to the file
    | 'link'
    | 'owner'
    | 'writable'
    // the file as a whole: nothing of it can be read
    | 'unreadable'
    | 'tooLarge'
    | 'notText'
    | 'notJson'
    // a key
    | 'unknownKey'
    | 'duplicateKey'
    | 'wrongValue'
    | 'ownAddresses';
  readonly name: string;
}

/** Contents of a file. */
export interface ReadPolicy {
  readonly values: Partial<PolicyValues>;
  /** Keys that the file names and whose values cannot be read. */
  readonly unreadable: readonly PolicyKey[];
  readonly problems: readonly PolicyProblem[];
}

/** Longest name in a problem, in UTF-16 units, and the most problems that are named. */
const MAX_NAME = 100;
const MAX_PROBLEMS = 20;
/** Key for editors: the address of the schema. */
const SCHEMA_KEY = '$schema';

/**
 * Reads the text of a file: a JSON object in UTF-8, with or without a byte order mark. Each key is read by itself, so
 * that a mistake in one does not lose the others.
 */
export function readPolicy(bytes: Uint8Array): ReadPolicy {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return asWhole('notText');
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return asWhole('notJson');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return asWhole('notJson');
  const values: Record<string, unknown> = {};
  const unreadable: PolicyKey[] = [];
  const problems: PolicyProblem[] = [];
  const twice = findTwice(text);
  for (const [name, given] of Object.entries(parsed) as [string, unknown][]) {
    const isTwice = twice.has(name);
    if (isTwice) problems.push({ kind: 'duplicateKey', name });
    if (name === SCHEMA_KEY) continue;
    if (!isPolicyKey(name)) {
      problems.push({ kind: 'unknownKey', name });
      continue;
    }
    const value = isTwice ? undefined : POLICY_KEYS[name].read(given);
    if (value !== undefined) values[name] = value;
    else {
      unreadable.push(name);
      if (!isTwice) problems.push({ kind: 'wrongValue', name });
    }
  }
  const named = problems.slice(0, MAX_PROBLEMS).map(({ kind, name }) => ({ kind, name: name.slice(0, MAX_NAME) }));
  return { values, unreadable, problems: named };
}

/** Returns what holds for a file of which nothing can be read. */
export function asWhole(kind: PolicyProblem['kind'], name = ''): ReadPolicy {
  const closing = Object.entries(POLICY_KEYS).filter(([, { closes }]) => closes === true);
  return { values: {}, unreadable: closing.map(([key]) => key as PolicyKey), problems: [{ kind, name }] };
}

function isPolicyKey(name: string): name is PolicyKey {
  return Object.hasOwn(POLICY_KEYS, name);
}

/**
 * Returns the keys that stand twice in the object, and those with an object inside in which a key stands twice. Which of
 * two values a reader takes depends on the reader.
 *
 * @param text - valid JSON
 */
function findTwice(text: string): ReadonlySet<string> {
  const twice = new Set<string>();
  /** Keys of the objects that are open; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let outer = '';
  let lastString = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      const start = at++;
      while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
      lastString = text.slice(start, at + 1);
    } else if (character === ':') {
      // A key can be written with escapes.
      const key = String(JSON.parse(lastString));
      if (open.length === 1) outer = key;
      const keys = open.at(-1);
      if (keys?.has(key) === true) twice.add(outer);
      keys?.add(key);
    } else if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
  }
  return twice;
}

import { boundKeys } from './boundKeys.ts';
import type { DecodeChange, DecodeChangeKind, Transcript } from './transcript.ts';

/** A transcript whose texts are strings, or objects that represent texts that are too large for a string. */
export interface ChosenFields<Text> extends Pick<Transcript, 'exitCode' | 'otherKeys'> {
  readonly scriptName: Text | undefined;
  readonly output: Text | undefined;
  readonly errors: Text | undefined;
}

/**
 * Reads the fields of a result by their names. Reads an older name if the newer one is missing.
 *
 * @param fields - fields of the outermost object
 * @param toText - returns the text of a value; undefined if the value is not a text
 * @param changes - receives the observations: older, missing and unknown keys, and an invalid exit code
 * @returns undefined if the file has neither output nor errors, because it is other JSON. If only one of the two texts
 * is missing, that is reported as a change.
 */
export function chooseFields<Text>(
  fields: ReadonlyMap<string, unknown>,
  toText: (value: unknown) => Text | undefined,
  changes: DecodeChange[],
): ChosenFields<Text> | undefined {
  const unread = new Map(fields);
  const oldKeys: string[] = [];
  const missing: string[] = [];
  const text = (key: string, oldKey?: string): Text | undefined => {
    const current = toText(fields.get(key));
    if (current !== undefined) {
      unread.delete(key);
      return current;
    }
    const older = oldKey === undefined ? undefined : toText(fields.get(oldKey));
    if (oldKey !== undefined && older !== undefined) {
      oldKeys.push(oldKey);
      unread.delete(oldKey);
      return older;
    }
    missing.push(key);
    return undefined;
  };

  const scriptName = text('script_name', 'name');
  const output = text('script_output');
  const errors = text('script_errors', 'script_error');
  if (output === undefined && errors === undefined) return undefined;

  const exitCode = fields.get('exit_code');
  const believable = typeof exitCode === 'number' && Number.isSafeInteger(exitCode);
  if (believable || exitCode === null) unread.delete('exit_code');
  if (exitCode === undefined || exitCode === null) missing.push('exit_code');
  else if (!believable) changes.push({ kind: 'exitCodeNotANumber', count: 1, keys: ['exit_code'] });

  const otherKeys = Object.fromEntries(unread);
  const report = (kind: DecodeChangeKind, keys: readonly string[]): void => {
    if (keys.length > 0) changes.push({ kind, count: keys.length, ...boundKeys(keys) });
  };
  report('oldKey', oldKeys);
  report('missingKey', missing);
  report('unknownKey', Object.keys(otherKeys));
  return { scriptName, exitCode: believable ? exitCode : undefined, output, errors, otherKeys };
}

import type { DecodeChange } from './transcript.ts';

/** Limit for the keys that a change lists. More keys do not help a reader, and a device can write millions. */
const MAX_KEYS = 50;
/** Limit for a listed key, in UTF-16 units. */
const MAX_KEY_UNITS = 200;

/** Shortens a list of keys. Counts the keys that are left out or shortened. */
export function boundKeys(keys: Iterable<string>): Pick<DecodeChange, 'keys' | 'keysCut'> {
  const kept: string[] = [];
  let cut = 0;
  for (const key of keys) {
    const isLong = key.length > MAX_KEY_UNITS;
    if (isLong || kept.length === MAX_KEYS) cut++;
    if (kept.length < MAX_KEYS) kept.push(isLong ? `${key.slice(0, MAX_KEY_UNITS)}…` : key);
  }
  return cut === 0 ? { keys: kept } : { keys: kept, keysCut: cut };
}

import type { DecodeChange } from './transcript.ts';

/** Keys of a file that are kept of a change. More of them tell a reader nothing, and a device can write millions. */
const MAX_KEYS = 50;
/** UTF-16 units of a key that are kept. */
const MAX_KEY_UNITS = 200;

/** Keeps as many keys as a person reads, and counts those that are left out or shortened. */
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

import type { Offsets } from '../../base/places.ts';
import { endOfString } from './jsonOutline.ts';

/**
 * Finds the elements of an array in the outermost object, so that each element can be copied as it was written. The
 * text must be JSON that was parsed before.
 *
 * @param key - key of the array, written without escapes. If the key occurs twice, the last array counts, as in
 * JSON.parse.
 * @returns the elements without the white space around them; none if there is no such array
 */
export function findElements(text: string, key: string): readonly Offsets[] {
  let found: Offsets[] = [];
  let depth = 0;
  // Start of the current element. `lastKey` is the last string at depth 1, which is the key before a nested value.
  let from = 0;
  let lastKey = '';
  let inside = false;
  const close = (end: number): void => {
    if (inside && depth === 2) found.push(...trimmed(text, from, end));
  };
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') {
      const end = endOfString(text, at);
      if (end < 0) return [];
      if (depth === 1) lastKey = text.slice(at + 1, end);
      at = end;
    } else if (sign === '{' || sign === '[') {
      depth++;
      if (depth === 2) {
        inside = sign === '[' && lastKey === key;
        if (inside) found = [];
        from = at + 1;
      }
    } else if (sign === '}' || sign === ']') {
      close(at);
      depth--;
    } else if (sign === ',') {
      close(at);
      if (depth === 2) from = at + 1;
    }
  }
  return found;
}

function trimmed(text: string, start: number, end: number): Offsets[] {
  let from = start;
  let to = end;
  while (from < to && isSpace(text, from)) from++;
  while (to > from && isSpace(text, to - 1)) to--;
  // Only white space is between the brackets of an empty array, so there is no element.
  return from === to ? [] : [{ start: from, end: to }];
}

function isSpace(text: string, at: number): boolean {
  return ' \t\r\n'.includes(text.charAt(at));
}

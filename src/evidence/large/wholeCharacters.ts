const CR = 0x0d;

/**
 * Returns the place where a piece of a text can be cut so that the next piece cannot change it. The place is neither
 * within a surrogate pair nor within a line end.
 */
export function endOfWhole(text: string): number {
  const last = text.charCodeAt(text.length - 1);
  return last === CR || (last >= 0xd800 && last < 0xdc00) ? text.length - 1 : text.length;
}

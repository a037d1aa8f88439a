const CR = 0x0d;

/**
 * Returns the place where a piece of a text can be cut. The cut splits neither a surrogate pair nor a line end, even if
 * the pair or the line end continues in the next piece.
 */
export function endOfWhole(text: string): number {
  const last = text.charCodeAt(text.length - 1);
  return last === CR || (last >= 0xd800 && last < 0xdc00) ? text.length - 1 : text.length;
}

const CR = 0x0d;

/**
 * Where a stretch of a text can be cut so that what follows changes nothing of it: neither within a pair of surrogates
 * nor within a line end.
 */
export function endOfWhole(text: string): number {
  const last = text.charCodeAt(text.length - 1);
  return last === CR || (last >= 0xd800 && last < 0xdc00) ? text.length - 1 : text.length;
}

/**
 * Reads a time as the API writes it: .NET round trip, 2 to 7 fraction digits, trailing zeros trimmed.
 * Drops the digits beyond milliseconds. The UI and notes therefore show the server's own text.
 *
 * @returns ms since 1970, or undefined if the text is missing or is not a time
 */
export function parseServerTime(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined) return undefined;
  const time = Date.parse(/(?:Z|[+-]\d\d:\d\d)$/u.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** Returns a time as {@link parseServerTime} reads it, for an order: a text that is not a time stands first, at 0. */
export function orderTime(text: string | null | undefined): number {
  return parseServerTime(text) ?? 0;
}

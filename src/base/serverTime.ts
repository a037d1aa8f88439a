/**
 * Reads a time as the API writes it: .NET round trip, 2 to 7 fraction digits, trailing zeros trimmed.
 * Digits beyond milliseconds are dropped here; what is shown or quoted is the server's own text.
 *
 * @returns ms since 1970, or undefined when there is none
 */
export function parseServerTime(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined) return undefined;
  const time = Date.parse(/(?:Z|[+-]\d\d:\d\d)$/u.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) ? undefined : time;
}

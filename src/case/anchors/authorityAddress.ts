/**
 * Addresses of authorities for time stamps: http too, because an authority signs its answer. No `@`, `#` and `\`, so
 * that no secret is in them and no two programs read another host; ASCII, so that a host looks like no other.
 */
export const AUTHORITY = /^https?:\/\/[!"$-?A-[\]-~]{1,490}$/u;

/** Whether a value is the address of an authority for time stamps (RFC 3161). */
export function isAuthority(value: unknown): value is string {
  return typeof value === 'string' && AUTHORITY.test(value) && URL.canParse(value);
}

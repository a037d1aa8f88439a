import { decodeJwt } from 'jose';
import type { RefusalValues } from './entraErrors.ts';

/** Entra's tolerance for clocks, in seconds. The provider uses the same. */
export const CLOCK_TOLERANCE = 300;

/**
 * Checks whether a client assertion is outside its time, by the service's clock. Returns the values of the refusal.
 * Returns undefined for an assertion in time, and for an unreadable one, which the provider refuses.
 */
export function assertionOutOfTime(assertion: string, clockAheadSeconds: number): RefusalValues | undefined {
  const now = Math.floor(Date.now() / 1000) + clockAheadSeconds;
  let claims: { readonly nbf?: number; readonly exp?: number };
  try {
    claims = decodeJwt(assertion);
  } catch {
    return undefined;
  }
  const { nbf = 0, exp = 0 } = claims;
  if (nbf <= now + CLOCK_TOLERANCE && exp > now - CLOCK_TOLERANCE) {
    return undefined;
  }
  const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
  return { now: iso(now), from: iso(nbf), until: iso(exp) };
}

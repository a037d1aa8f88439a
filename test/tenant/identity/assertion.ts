import { decodeJwt } from 'jose';
import type { RefusalValues } from './entraErrors.ts';

/** Entra's tolerance for clocks, seconds. The provider is told the same. */
export const CLOCK_TOLERANCE = 300;

/**
 * Tells whether a client assertion is outside its time, as the service's clock has it. Returns what the refusal names;
 * undefined for one that is in time, and for one that cannot be read: the provider refuses that.
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

import type { HeldLease } from '../../../src/base/leases.ts';

/** A lease that nothing takes away. */
export const HELD: HeldLease = { lost: new AbortController().signal, isHeld: () => true };

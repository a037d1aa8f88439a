import { randomUUID } from 'node:crypto';
import { hashText } from '../base/hashText.ts';
import type { Run } from '../model/run.ts';

/** Number of hex digits that tell accounts and windows apart. */
const DIGITS = 16;

/** This window, in the orders that it gives. Another window, and this one after a restart, has another name. */
export const ownWindow = randomUUID().slice(0, DIGITS);

/**
 * Returns a sign of the account that gives an order. The database that windows share must not name people in more
 * places, so it is a hash, and differs for each run.
 *
 * @returns undefined if the account is unknown
 */
export function ownerOfOrder({ key }: Pick<Run, 'key'>, account: string | undefined): string | undefined {
  return account === undefined ? undefined : hashText(`order ${key} ${account.toLowerCase()}`).slice(0, DIGITS);
}

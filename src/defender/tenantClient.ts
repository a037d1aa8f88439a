import { QueuedBudget } from './budget.ts';
import type { LedgerPort } from './budget.ts';
import { createDefenderClient } from './client.ts';
import type { DefenderClient, DefenderClientOptions } from './client.ts';
import { systemClock } from './clock.ts';
import { createSignInSender } from './http.ts';
import type { SendSignIn } from './transport.ts';
import { withLocalFallback } from './localLedger.ts';
import { createResultFetcher } from './fetchResult.ts';
import type { ResultFetcher } from './fetchResult.ts';

/** A tenant as the rooms above see it: the API, and results as one step. */
export type TenantClient = DefenderClient & ResultFetcher;

/**
 * Creates the client of a connection. This file is the way into the bundle that holds everything about HTTP.
 *
 * @param ledger - the account of calls of this application in this tenant, shared by all windows
 */
export function createTenantClient(
  ledger: LedgerPort,
  options: Omit<DefenderClientOptions, 'budget' | 'clock'>,
): TenantClient {
  const client = createDefenderClient({
    ...options,
    budget: new QueuedBudget(withLocalFallback(ledger, systemClock), systemClock),
  });
  return { ...client, ...createResultFetcher(client, systemClock) };
}

/** Creates the way to the sign-in service, with what this bundle has of HTTP. */
export function createTenantSignIn(): SendSignIn {
  return createSignInSender();
}

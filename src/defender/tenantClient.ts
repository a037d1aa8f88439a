import { SlidingWindowBudget } from './budget.ts';
import type { Budget } from './budget.ts';
import { createDefenderClient } from './client.ts';
import type { DefenderClient, DefenderClientOptions } from './client.ts';
import { systemClock } from './clock.ts';
import { createResultFetcher } from './fetchResult.ts';
import type { FetchResult } from './fetchResult.ts';

/** A tenant as the rooms above see it: the API, and results as one step. */
export interface TenantClient extends DefenderClient {
  readonly fetchResult: FetchResult;
}

/** The server counts calls per application and tenant, so connections that share both share a budget. */
const budgets = new Map<string, Budget>();

/** Creates the client of a connection. This file is the way into the bundle that holds everything about HTTP. */
export function createTenantClient(
  application: { readonly tenantId: string; readonly clientId: string },
  options: Omit<DefenderClientOptions, 'budget' | 'clock'>,
): TenantClient {
  const key = `${application.tenantId}|${application.clientId}`;
  const budget = budgets.get(key) ?? new SlidingWindowBudget(systemClock);
  budgets.set(key, budget);
  const client = createDefenderClient({ ...options, budget });
  return { ...client, fetchResult: createResultFetcher(client) };
}

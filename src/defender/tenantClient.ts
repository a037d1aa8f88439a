import { QueuedBudget } from './calls/budget.ts';
import type { LedgerPort } from './calls/budget.ts';
import { createDefenderClient } from './client.ts';
import type { DefenderClient, DefenderClientOptions } from './client.ts';
import { systemClock } from '../base/clock.ts';
import { Download } from './download/download.ts';
import type { DownloadedResult, DownloadLimits } from './download/download.ts';
import { MemorySink } from './download/downloadSink.ts';
import { isLiveResponseError, LiveResponseError } from '../base/errors.ts';
import { HUNTING_WINDOWS, LONGEST_HUNT_MS, PACKAGE_WINDOWS } from './calls/ledger.ts';
import { ResultLink } from './download/resultLink.ts';
import { createSignInSender } from './http.ts';
import { createHuntingClient } from './hunting/huntingClient.ts';
import { createHuntingSender } from './hunting/sendQuery.ts';
import type { HuntingClient, HuntingClientOptions } from './hunting/huntingClient.ts';
import { createStampSender } from './stampSender.ts';
import type { SendSignIn, SendStampQuery } from './transport.ts';
import { withLocalFallback } from './calls/localLedger.ts';
import { createResultFetcher } from './download/resultFetcher.ts';
import type { ResultFetcher } from './download/resultFetcher.ts';

/** Client of one tenant. It makes the calls to the API, and fetches results in one step. */
export type TenantClient = DefenderClient & ResultFetcher;

/**
 * Creates the client of a connection. This file is the entry point of the bundle that contains all HTTP code.
 *
 * @param ledger - the call budget of this application in this tenant, shared by all windows
 * @param options - with the same for its links to packages. The default counts only this process
 */
export function createTenantClient(
  ledger: LedgerPort,
  {
    packageLedger,
    ...options
  }: Omit<DefenderClientOptions, 'budget' | 'packageBudget' | 'clock'> & { readonly packageLedger?: LedgerPort },
): TenantClient {
  const client = createDefenderClient({
    ...options,
    budget: new QueuedBudget(withLocalFallback(ledger, systemClock), systemClock),
    ...(packageLedger !== undefined && {
      packageBudget: new QueuedBudget(withLocalFallback(packageLedger, systemClock, PACKAGE_WINDOWS), systemClock),
    }),
  });
  return { ...client, ...createResultFetcher(client, systemClock) };
}

/**
 * Downloads the result of a pasted link. Checks the link like a link that Defender gave, and makes no call to the API.
 */
export type DownloadLink = (
  link: string,
  signal: AbortSignal,
  limits: DownloadLimits,
  options: Pick<DefenderClientOptions, 'downloadHosts' | 'expectAzureHeaders' | 'onCall'>,
) => Promise<DownloadedResult & { readonly host: string }>;

/** @throws LiveResponseError the failures of `DefenderClient.downloadResult`; a refused link cannot be replaced */
export const downloadLink: DownloadLink = async (text, signal, limits, options) => {
  const noCall = (): never => {
    throw new LiveResponseError('badArgument', { path: 'link' });
  };
  const client = createDefenderClient({
    ...options,
    // Never called: a download uses neither a token nor the API.
    apiUrl: 'https://api.security.microsoft.com',
    getAccessToken: noCall,
    budget: { take: noCall, refused: noCall, usage: noCall },
  });
  const link = new ResultLink(text);
  const sink = new MemorySink();
  try {
    const facts = await client.downloadResult(link, signal, limits, new Download(sink));
    return { ...facts, bytes: sink.bytes(), host: link.host };
  } catch (error) {
    if (!isLiveResponseError(error) || error.code !== 'linkRefused') throw error;
    throw new LiveResponseError('linkRefused', { ...error.values, reason: 'pasted' });
  }
};

/**
 * Creates the client for the hunting queries of a connection.
 *
 * @param ledger - the account of its queries, shared by all windows
 * @param options - the default of `send` is the network
 */
export function createTenantHunting(
  ledger: LedgerPort,
  options: Omit<HuntingClientOptions, 'budget' | 'clock' | 'send'> & Partial<Pick<HuntingClientOptions, 'send'>>,
): HuntingClient {
  const budget = new QueuedBudget(
    withLocalFallback(ledger, systemClock, HUNTING_WINDOWS, LONGEST_HUNT_MS),
    systemClock,
  );
  return createHuntingClient({ send: createHuntingSender(), ...options, budget, clock: systemClock });
}

/** Creates the sender for the sign-in service, from the HTTP code of this bundle. */
export function createTenantSignIn(): SendSignIn {
  return createSignInSender();
}

/** Creates the sender to authorities for time stamps, from the HTTP code of this bundle. */
export function createTenantStamps(): SendStampQuery {
  return createStampSender();
}

import type { Memento } from 'vscode';
import { LiveResponseError } from '../base/errors.ts';
import { graphUrlOf, ownerOf } from '../connections/connection.ts';
import type { Connection } from '../connections/connection.ts';
import type { SignIns } from '../connections/signIns.ts';
import type { HuntingAnswer, HuntingClient } from '../defender/hunting/huntingClient.ts';
import { loadSampleHunting, loadTenantHunting } from '../lazy.ts';
import type { HuntingConsent } from '../platform/huntingConsent.ts';
import { ledgerPort } from '../worker/ports.ts';
import type { GroundServices } from './ground.ts';
import { sampleStart } from './openTenant.ts';

interface HuntingParts extends Pick<GroundServices, 'log' | 'worker'> {
  readonly signIns: SignIns;
  readonly consent: HuntingConsent;
  readonly state: Memento;
}

/** Runs a hunting query in a connection's tenant: one POST that only reads. See {@link createHunt}. */
export type Hunt = (connection: Connection, query: string, signal: AbortSignal) => Promise<HuntingAnswer>;

/**
 * Creates the only way to a hunting query. It is closed for a connection until the person has allowed it, and each query
 * asks whether that still holds.
 *
 * @returns a function that throws LiveResponseError `badArgument` for a connection that may not, or cannot, send queries
 */
export function createHunt(parts: HuntingParts): Hunt {
  // One client for each connection: it remembers the token that was refused last.
  const clients = new WeakMap<Connection, Promise<HuntingClient>>();
  return async (connection, query, signal) => {
    const graphUrl = graphUrlOf(connection);
    if (graphUrl === undefined || !parts.consent.isGiven(ownerOf(connection)))
      throw new LiveResponseError('badArgument', { path: 'connection' });
    const opening = clients.get(connection) ?? openClient(connection, graphUrl, parts);
    clients.set(connection, opening);
    opening.catch(() => clients.delete(connection));
    return (await opening).run(query, signal);
  };
}

async function openClient(connection: Connection, graphUrl: string, parts: HuntingParts): Promise<HuntingClient> {
  const { log, signIns, state, worker } = parts;
  const createHunting = await loadTenantHunting();
  const ledger = ledgerPort(worker, connection, 'hunting');
  const common = {
    connection: connection.name,
    graphUrl,
    onCall: (record: Parameters<typeof log.call>[0]) => {
      log.call(record);
    },
  };
  if (connection.signIn === 'sample') {
    const createSampleHunting = await loadSampleHunting();
    const send = createSampleHunting({ now: Date.now, startedAt: await sampleStart(state) });
    return createHunting(ledger, { ...common, send, getAccessToken: () => Promise.resolve('sample') });
  }
  return createHunting(ledger, {
    ...common,
    getAccessToken: (signal, refusal) => signIns.getAccessToken(connection, signal, refusal, 'graph'),
  });
}

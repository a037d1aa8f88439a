import type { Memento } from 'vscode';
import { LiveResponseError } from '../base/errors.ts';
import { graphUrlOf, ownerOf } from '../connections/connection.ts';
import type { Connection } from '../connections/connection.ts';
import type { ConnectionList } from '../connections/connectionList.ts';
import type { SignIns } from '../connections/signIns.ts';
import type { HuntingAnswer, HuntingClient } from '../defender/hunting/huntingClient.ts';
import type { loadSampleHunting, loadTenantHunting } from '../lazy.ts';
import type { HuntingConsent } from '../platform/huntingConsent.ts';
import { ledgerPort } from '../worker/ports.ts';
import type { GroundServices } from './ground.ts';
import { sampleStart } from './sampleStart.ts';

/** Parts of the way to a hunting query. */
export interface HuntingParts extends Pick<GroundServices, 'policy' | 'worker'> {
  readonly log: Pick<GroundServices['log'], 'call'>;
  readonly signIns: Pick<SignIns, 'getAccessToken'>;
  readonly connections: Pick<ConnectionList, 'all'>;
  readonly consent: HuntingConsent;
  readonly state: Pick<Memento, 'get' | 'update'>;
  readonly loadTenantHunting: typeof loadTenantHunting;
  readonly loadSampleHunting: typeof loadSampleHunting;
}

/** Runs a hunting query in a connection's tenant: one POST that only reads. See {@link createHunt}. */
export type Hunt = (connection: Connection, query: string, signal: AbortSignal) => Promise<HuntingAnswer>;

/**
 * Creates the only way to a hunting query. It is closed for a connection until the person has allowed it. It asks
 * whether that still holds before it begins, right before it sends, and before it hands the answer over, because each of
 * these can be minutes apart. The sample tenant sends nothing, so it needs no permission.
 *
 * @returns a function that throws LiveResponseError `managed`, `huntingRefused` with the reason `off` for a connection that may not
 *   send queries, or is not in the list any more, and the errors of {@link HuntingClient}
 */
export function createHunt(parts: HuntingParts): Hunt {
  const { consent, connections, policy } = parts;
  // One client for each connection: it remembers the token that was refused last.
  const clients = new Map<string, Promise<HuntingClient>>();
  return async (connection, query, signal) => {
    const owner = ownerOf(connection);
    const graphUrl = graphUrlOf(connection);
    const mustBeAllowed = async (): Promise<void> => {
      if (!policy.isAllowed('auditTrail')) throw new LiveResponseError('managed', { reason: 'auditTrail' });
      const isAllowed = connection.signIn === 'sample' || (await consent.isGiven(owner));
      const isThere = connections.all.some((one) => ownerOf(one) === owner);
      if (!isThere || !isAllowed)
        throw new LiveResponseError('huntingRefused', { connection: connection.name, reason: 'off' });
    };
    await mustBeAllowed();
    if (graphUrl === undefined) throw new LiveResponseError('badArgument', { path: 'connection' });
    const opening = clients.get(owner) ?? openClient(connection, graphUrl, parts);
    clients.set(owner, opening);
    opening.catch(() => clients.delete(owner));
    const answer = await (await opening).run(query, signal, mustBeAllowed);
    await mustBeAllowed();
    return answer;
  };
}

async function openClient(connection: Connection, graphUrl: string, parts: HuntingParts): Promise<HuntingClient> {
  const { log, signIns, state, worker } = parts;
  const createHunting = await parts.loadTenantHunting();
  const ledger = ledgerPort(worker, connection, 'hunting');
  const common = {
    connection: connection.name,
    graphUrl,
    onCall: (record: Parameters<typeof log.call>[0]) => {
      log.call(record);
    },
  };
  if (connection.signIn === 'sample') {
    const createSampleHunting = await parts.loadSampleHunting();
    const send = createSampleHunting({ now: Date.now, startedAt: await sampleStart(state) });
    return createHunting(ledger, { ...common, send, getAccessToken: () => Promise.resolve('sample') });
  }
  return createHunting(ledger, {
    ...common,
    getAccessToken: (signal, refusal) => signIns.getAccessToken(connection, signal, refusal, 'graph'),
  });
}

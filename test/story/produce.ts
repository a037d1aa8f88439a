import assert from 'node:assert/strict';
import { systemClock } from '../../src/base/clock.ts';
import { isLiveResponseError } from '../../src/base/errors.ts';
import type { LiveResponseError } from '../../src/base/errors.ts';
import { NoResults } from '../../src/connections/noResults.ts';
import { Session } from '../../src/connections/sessions.ts';
import { createLocalLedger } from '../../src/defender/calls/localLedger.ts';
import { createTenantClient } from '../../src/defender/tenantClient.ts';
import { findCommand } from '../../src/model/machineAction.ts';
import type { NoResultReason } from '../../src/model/noResultReasons.ts';
import { findRuns } from '../../src/runs/runs.ts';
import { toRows } from '../../src/runs/runRows.ts';
import type { RunRow } from '../../src/runs/runRows.ts';
import { createSampleTenant } from '../../src/sample/api/sampleTenant.ts';
import { actionIdOf } from '../../src/sample/base/identifiers.ts';
import { LIMITS, openStage, patience } from '../client/localClient.ts';
import type { Stage } from '../client/localClient.ts';
import type { Situation } from './situation.ts';
import { SITUATIONS } from './situations.ts';

/** Facts that the product knows after it met a situation. */
export interface Produced {
  readonly reasons: readonly NoResultReason[];
  readonly failure: LiveResponseError | undefined;
  readonly deviceErrors: readonly string[];
  /** Row of the host in the overview of its run. PutFile and GetFile belong to no run. */
  readonly row: RunRow | undefined;
  /** Calls to the API that the explanation itself made. */
  readonly callsOfExplanation: number;
}

/** A local tenant with all situations, and what a window keeps about it. */
export interface Story {
  readonly produce: (situation: Situation) => Promise<Produced>;
  readonly stop: () => Promise<void>;
}

const keyOf = ({ what }: Situation): string => `story: ${what}`;

/** Starts a tenant that has all situations. */
export async function openStory(): Promise<Story> {
  const moreActions = SITUATIONS.map((situation) => ({ key: keyOf(situation), ...situation.plan }));
  const stage = await openStage({
    createSampleTenant: (options) => createSampleTenant({ ...options, moreActions }),
  });
  const { tenantId } = stage.tenant;
  const tenant = { cloud: 'custom', tenantId } as const;
  const connection = { name: 'story', cloud: 'custom', tenantId, clientId: '', signIn: 'accessToken' } as const;
  const client = createTenantClient(createLocalLedger(systemClock), {
    apiUrl: stage.tenant.apiUrl,
    getAccessToken: () => Promise.resolve(stage.token),
    downloadHosts: () => [stage.tenant.blobHost],
  });
  const session = new Session(connection, () => Promise.resolve(client));
  const noResults = new NoResults({
    connections: { forTenant: () => connection },
    sessions: { of: () => session },
  });
  await session.actions(true).ensureLoaded(patience());

  const attempt = async (situation: Situation, actionId: string): Promise<LiveResponseError | undefined> => {
    const { fetches, index = 0 } = situation;
    if (fetches === undefined) return undefined;
    addFault(stage, fetches);
    try {
      if ('call' in fetches && fetches.call === 'get') await session.fetchAction(actionId, patience());
      else await client.fetchResult(actionId, index, patience(), LIMITS);
    } catch (error) {
      assert.ok(isLiveResponseError(error), String(error));
      return error;
    }
    throw new Error('The result was fetched.');
  };

  return {
    produce: async (situation) => {
      stage.clear();
      const actionId = actionIdOf(keyOf(situation));
      const commandIndex = situation.index ?? 0;
      const ref = { ...tenant, actionId, commandIndex };
      const action = await session.fetchAction(actionId, patience());
      const failure = await attempt(situation, actionId);
      if (situation.asks === true) await noResults.ask(ref, action.machineId ?? '', patience());
      const before = stage.tenant.recording.requests.length;
      const at = Date.now();
      const reasons = noResults.ofCommand(ref, failure === undefined ? undefined : { error: failure, at });
      assert.ok(reasons !== undefined);
      const run = findRuns([action], tenant).find(({ members }) =>
        members.some((one) => one.commandIndex === commandIndex),
      );
      const [row] =
        run === undefined
          ? []
          : toRows(
              {
                run,
                state: 'none',
                failures:
                  failure === undefined
                    ? {}
                    : { [`${actionId}#${commandIndex}`]: { code: failure.code, values: failure.values, at } },
              },
              () => undefined,
              (...args) => noResults.ofMember(...args),
            ).filter(({ member }) => member.commandIndex === commandIndex);
      return {
        reasons,
        failure,
        deviceErrors: findCommand(action, commandIndex)?.errors ?? [],
        row,
        callsOfExplanation: stage.tenant.recording.requests.length - before,
      };
    },
    stop: stage.stop,
  };
}

function addFault({ tenant }: Stage, fetches: NonNullable<Situation['fetches']>): void {
  if ('blob' in fetches) tenant.faults.add({ door: 'blob', times: Infinity, action: fetches.blob });
  else if (fetches.action !== undefined)
    tenant.faults.add({
      door: 'api',
      call: fetches.call === 'get' ? 'get' : 'link',
      times: Infinity,
      action: fetches.action,
    });
}

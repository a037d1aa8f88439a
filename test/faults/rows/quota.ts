import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { request } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { QueuedBudget } from '../../../src/defender/calls/budget.ts';
import { isLiveResponseError } from '../../../src/base/errors.ts';
import { createResultFetcher } from '../../../src/defender/download/resultFetcher.ts';
import { createLocalLedger } from '../../../src/defender/calls/localLedger.ts';
import { scenarioRef } from '../../../src/sample/data/catalogue.ts';
import type { RecordedRequest } from '../../tenant/recording.ts';
import { faults, OK } from '../fault.ts';
import { MAX_BYTES, PAGE, patience } from '../stage.ts';
import type { Stage } from '../stage.ts';

/** Length of a minute in these tests, in ms. */
const MINUTE = 1500;
const LIMIT = 20;
const WINDOWS = [
  { calls: LIMIT, ms: MINUTE },
  { calls: 1500, ms: 3_600_000 },
] as const;
const SERVER_LIMITS = [{ limit: LIMIT, milliseconds: MINUTE, label: '00:01:00' }];
const RESULTS = (['exitZero', 'exitOne', 'exit323', 'exit137', 'exitNegative', 'exitMissing'] as const).map(
  scenarioRef,
);

/** Starts another program with the same application. It makes 18 of 20 calls a minute, whatever the answers are. */
async function startForeigner({ tenant, secrets, defer }: Stage): Promise<string> {
  // Another token of the same application, so that the recording can tell the two programs apart.
  const token = await tenant.mintAccessToken();
  secrets.push(token);
  const leaving = new AbortController();
  const url = `${tenant.apiUrl}/api/machineactions/${randomUUID()}`;
  const call = (): Promise<void> =>
    new Promise((resolve) => {
      const asking = request(url, { ca: tenant.ca, headers: { authorization: `Bearer ${token}` } }, (answer) => {
        answer.resume().on('close', resolve);
      });
      asking.on('error', () => {
        resolve();
      });
      asking.end();
    });
  // The other program starts first: the minute is nearly spent when the client starts.
  await Promise.all(Array.from({ length: 18 }, call));
  const running = (async () => {
    while (!leaving.signal.aborted) {
      await pause(MINUTE / 18);
      await call();
    }
  })();
  defer(async () => {
    leaving.abort();
    await running;
  });
  return token;
}

/** Fetches everything, as a user does who retries at the time in the message. */
async function fetchAll(stage: Stage): Promise<void> {
  const budget = new QueuedBudget(createLocalLedger(stage.clock, WINDOWS), stage.clock);
  stage.setOptions({ budget });
  const { fetchResult: fetch } = createResultFetcher(stage.client(), stage.clock);
  for (const ref of RESULTS) {
    for (;;) {
      try {
        const { bytes } = await fetch(ref.actionId, ref.commandIndex, patience(), { maxBytes: MAX_BYTES });
        assert.ok(Buffer.from(stage.stored(ref)).equals(bytes), 'the bytes differ');
        break;
      } catch (error) {
        if (!isLiveResponseError(error) || error.code !== 'rateLimited') throw error;
        assert.ok(error.values.retryAt !== undefined, 'no time is told');
        await stage.clock.wait(Math.max(0, error.values.retryAt - stage.clock.now()), patience());
      }
    }
  }
}

/** Returns the requests with this token. */
function callsWith({ tenant }: Stage, token: string): readonly RecordedRequest[] {
  const sha256 = createHash('sha256').update(token).digest('hex');
  return tenant.recording.at('api').filter(({ authorization }) => authorization?.sha256 === sha256);
}

/** Faults where the API counts the calls, and others use the same limit. */
export const QUOTA = faults([
  {
    id: 'quota-burst',
    happens: 'sixty calls are wanted at once, and a minute allows twenty (a minute is 1.5 s in this test)',
    where: 'this machine',
    client: 'sends what a minute allows, the rest in the next one: no 429',
    tenant: { limits: SERVER_LIMITS },
    speed: 1,
    arrange: () => undefined,
    ask: async (stage, signal) => {
      stage.setOptions({ budget: new QueuedBudget(createLocalLedger(stage.clock, WINDOWS), stage.clock) });
      const client = stage.client();
      await Promise.all(Array.from({ length: 60 }, () => client.listMachineActions(PAGE, signal)));
    },
    ends: OK,
    apiCalls: 60,
    downloads: 0,
    check: (stage) => {
      assert.ok(stage.tenant.recording.at('api').every(({ status }) => status === 200));
    },
  },
  {
    id: 'quota-foreign',
    happens: 'another program takes 90 % of the quota with the same app registration (a minute is 1.5 s in this test)',
    where: 'api',
    client: 'keeps to every `Retry-After`, takes less from then on, ends with everything fetched',
    tenant: { limits: SERVER_LIMITS },
    speed: 1,
    arrange: async (stage) => {
      stage.foreigner = await startForeigner(stage);
    },
    ask: fetchAll,
    ends: OK,
    // Includes the other program's calls.
    apiCalls: [RESULTS.length, 1000],
    downloads: RESULTS.length,
    check: (stage) => {
      const ours = callsWith(stage, stage.token);
      const refused = ours.filter(({ status }) => status === 429);
      assert.equal(ours.length - refused.length, RESULTS.length, 'a call that succeeded was repeated');
      assert.ok(refused.length >= 1, 'the other one was never in the way');
      assert.ok(refused.length <= 2 * RESULTS.length, `${refused.length} refusals`);
      for (const [index, call] of ours.entries()) {
        const next = ours[index + 1];
        // A `Retry-After` is at least one second here.
        if (call.status === 429 && next !== undefined) assert.ok(next.at - (call.endedAt ?? 0) >= 950);
      }
    },
  },
]);

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, suite, test } from 'node:test';
import { readAction } from '../../src/defender/schema.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createLocalLedger } from '../../src/defender/calls/localLedger.ts';
import { createTenantClient } from '../../src/defender/tenantClient.ts';
import type { TenantClient } from '../../src/defender/tenantClient.ts';
import { decodeResult } from '../../src/evidence/decode/decode.ts';
import { sampleScenarios, scenarioRef } from '../../src/sample/data/catalogue.ts';
import { createSampleTenant } from '../../src/sample/api/sampleTenant.ts';
import { LIMITS, openStage, PAGE, patience, SMALL } from './localClient.ts';
import type { Stage } from './localClient.ts';

const startedAt = Date.now();
let stage: Stage;
before(async () => {
  stage = await openStage({ startedAt });
});
after(() => stage.stop());
beforeEach(() => {
  stage.clear();
});

/** Creates a client as the extension does, for an application of its own and so with a call budget of its own. */
function tenantClient(): TenantClient {
  const { tenant, token, records } = stage;
  return createTenantClient(createLocalLedger(systemClock), {
    apiUrl: tenant.apiUrl,
    getAccessToken: () => Promise.resolve(token),
    downloadHosts: () => [tenant.blobHost],
    onCall: (record) => records.push(record),
  });
}

/** The same sample without a network: the content of its blobs, and the names of the linked blobs. */
const links: string[] = [];
const sample = createSampleTenant({
  startedAt,
  now: Date.now,
  mintLink: (blobName) => {
    links.push(blobName);
    return `https://a.blob.core.windows.net/${blobName}`;
  },
});

async function bytesInSample(actionId: string, commandIndex: number): Promise<Uint8Array> {
  const path = `/api/machineactions/${actionId}/GetLiveResponseResultDownloadLink(index=${commandIndex})`;
  const answer = await sample.answer({ method: 'GET', path, query: '', apiUrl: 'https://a' });
  assert.equal(answer.status, 200, answer.body);
  const bytes = sample.blob(links.at(-1) ?? '')?.bytes();
  assert.ok(bytes);
  return bytes;
}

type ScenarioName = keyof typeof sampleScenarios;

/** Whether the command is a completed script: incomplete scripts and files have no transcript to compare. */
async function isCompletedScript(name: ScenarioName): Promise<boolean> {
  const { actionId, commandIndex } = scenarioRef(name);
  const path = `/api/machineactions/${actionId}`;
  const answer = await sample.answer({ method: 'GET', path, query: '', apiUrl: 'https://a' });
  const command = readAction(JSON.parse(answer.body)).commands.find(({ index }) => index === commandIndex);
  return command?.command.type === 'RunScript' && command.commandStatus === 'Completed';
}

const completedScripts: ScenarioName[] = [];
for (const name of Object.keys(sampleScenarios) as ScenarioName[]) {
  if (await isCompletedScript(name)) completedScripts.push(name);
}

suite('opening a result', () => {
  test('it takes exactly one link call and one download', async () => {
    const { tenant, heard } = stage;
    const result = await tenantClient().fetchResult(SMALL.actionId, SMALL.commandIndex, patience(), LIMITS);
    assert.deepEqual(heard(), ['link 200', 'download 200']);
    assert.equal(result.promisedName, `output_${SMALL.actionId}_${SMALL.commandIndex}.json`);
    assert.ok(Math.abs(result.receivedAt - Date.now()) < 60_000);
    assert.ok(result.blob.etag && result.blob.requestId && result.blob.lastModified);
    assert.equal(decodeResult(result.bytes).transcript?.exitCode, 0);
    assert.equal(tenant.recording.writes().length, 0);
  });

  test('the index stands in literal parentheses on the wire', async () => {
    await tenantClient().fetchResult(SMALL.actionId, SMALL.commandIndex, patience(), LIMITS);
    const [link] = stage.tenant.recording.calls('link');
    assert.equal(link?.path, `/api/machineactions/${SMALL.actionId}/GetLiveResponseResultDownloadLink(index=1)`);
    assert.equal(link.query, '');
  });

  test('the token goes to the API and never to the blob host, which is asked for the bytes as they are', async () => {
    await tenantClient().fetchResult(SMALL.actionId, SMALL.commandIndex, patience(), LIMITS);
    const [link] = stage.tenant.recording.calls('link');
    const [download] = stage.tenant.recording.calls('download');
    assert.deepEqual(link?.authorization, {
      scheme: 'Bearer',
      sha256: createHash('sha256').update(stage.token).digest('hex'),
    });
    assert.ok(download);
    assert.equal(download.authorization, undefined);
    const headers = new Map(download.headers.map(([name, value]) => [name.toLowerCase(), value]));
    assert.equal(headers.get('accept-encoding'), 'identity');
    for (const name of ['authorization', 'proxy-authorization', 'cookie', 'referer']) {
      assert.equal(headers.has(name), false, name);
    }
  });

  test('the log names what was called, and nothing that is secret', async () => {
    await tenantClient().fetchResult(SMALL.actionId, SMALL.commandIndex, patience(), LIMITS);
    const { records, tenant } = stage;
    assert.deepEqual(
      records.map(({ door, target, outcome }) => [door, target, outcome]),
      [
        ['api', `/api/machineactions/${SMALL.actionId}/GetLiveResponseResultDownloadLink(index=1)`, 200],
        ['download', tenant.blobHost, 200],
      ],
    );
  });

  test('progress ends with all of the bytes', async () => {
    const steps: (readonly [number, number | undefined])[] = [];
    const { actionId, commandIndex } = scenarioRef('base64Line');
    const { bytes } = await tenantClient().fetchResult(actionId, commandIndex, patience(), {
      ...LIMITS,
      onProgress: (received, total) => steps.push([received, total]),
    });
    assert.deepEqual(steps.at(-1), [bytes.length, bytes.length]);
    assert.ok(steps.length > 2);
  });

  test('four results are under way at once, and a link is made only when its download can begin', async () => {
    const { tenant } = stage;
    tenant.faults.add({ door: 'blob', times: 4, holdMs: 300 });
    const { fetchResult } = tenantClient();
    await Promise.all(
      Array.from({ length: 6 }, () => fetchResult(SMALL.actionId, SMALL.commandIndex, patience(), LIMITS)),
    );
    const linked = tenant.recording.calls('link').map(({ at }) => at);
    const ended = tenant.recording.calls('download').map(({ endedAt }) => endedAt ?? Infinity);
    assert.equal(linked.length, 6);
    assert.ok((linked[4] ?? 0) >= Math.min(...ended), 'the fifth link came before a download had ended');
  });
});

suite('what was stored is what comes', () => {
  test('none of the scripts that matter is left out for want of a result', () => {
    assert.ok(completedScripts.length >= 25, completedScripts.join());
  });

  for (const name of completedScripts) {
    test(`${name}: byte for byte, with the right hash`, async () => {
      const { actionId, commandIndex } = scenarioRef(name);
      const expected = await bytesInSample(actionId, commandIndex);
      const { bytes, sha256 } = await stage.fetcher()(actionId, commandIndex, patience(), LIMITS);
      assert.ok(Buffer.from(expected).equals(bytes), `${bytes.length} bytes instead of ${expected.length}`);
      assert.equal(sha256, createHash('sha256').update(expected).digest('hex'));
    });
  }
});

suite('listing actions', () => {
  test('a page comes newest first, in one call', async () => {
    const page = await stage.client().listMachineActions(PAGE, patience());
    assert.equal(page.actions.length, PAGE.top);
    const times = page.actions.map(({ creationDateTimeUtc }) => Date.parse(creationDateTimeUtc));
    assert.deepEqual(
      times,
      times.toSorted((one, other) => other - one),
    );
    assert.deepEqual(new Set(page.actions.map(({ type }) => type)), new Set(['LiveResponse']));
    assert.deepEqual(stage.heard(), ['list 200']);
  });

  test('pages follow each other without a gap and without a row twice', async () => {
    const client = stage.client();
    const ids = new Set<string>();
    let rows = 0;
    for (let skip = 0, full = true; full; skip += PAGE.top) {
      const { actions } = await client.listMachineActions({ ...PAGE, liveResponseOnly: false, skip }, patience());
      for (const { id } of actions) ids.add(id);
      rows += actions.length;
      full = actions.length === PAGE.top;
    }
    assert.equal(ids.size, rows);
    assert.ok(rows > 200, `${rows} rows`);
  });

  test('a device is filtered for by its id', async () => {
    const client = stage.client();
    const [first] = (await client.listMachineActions(PAGE, patience())).actions;
    const machineId = first?.machineId ?? '';
    const { actions } = await client.listMachineActions({ ...PAGE, machineId }, patience());
    assert.ok(actions.length > 0);
    assert.deepEqual(new Set(actions.map((action) => action.machineId)), new Set([machineId]));
  });

  test('one action is asked for by its id', async () => {
    const action = await stage.client().getMachineAction(SMALL.actionId.toUpperCase(), patience());
    assert.equal(action.id, SMALL.actionId);
    assert.equal(action.commands.length, 3);
    assert.deepEqual(stage.heard(), ['get 200']);
  });
});

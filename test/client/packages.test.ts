import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { MemorySink } from '../../src/defender/download/downloadSink.ts';
import { QueuedBudget } from '../../src/defender/calls/budget.ts';
import { createLocalLedger } from '../../src/defender/calls/localLedger.ts';
import { PACKAGE_WINDOWS } from '../../src/defender/calls/ledger.ts';
import { createTenantClient } from '../../src/defender/tenantClient.ts';
import type { MachineAction } from '../../src/defender/schema.ts';
import { ResultSaves } from '../../src/results/save/resultSaves.ts';
import { actionIdOf } from '../../src/sample/base/identifiers.ts';
import { mostWithin } from '../tenant/rateLimit.ts';
import { sampleWithPackage } from '../tenant/sampleWithBlob.ts';
import { fails, LIMITS, openStage, patience, SMALL } from './localClient.ts';
import type { Stage } from './localClient.ts';
import { localSource } from './localSource.ts';

const ID = actionIdOf('package');
const BYTES = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), randomBytes(8_000_000)]);
const SHA256 = createHash('sha256').update(BYTES).digest('hex');
const ROLES = ['Machine.ReadWrite.All', 'Machine.CollectForensics'];
const WINDOW_MS = 1500;

let stage: Stage;
let token: string;
let folder: string;
let target: string;
before(async () => {
  stage = await openStage({
    createSampleTenant: sampleWithPackage(ID, BYTES),
    packageLimits: [{ limit: 3, milliseconds: WINDOW_MS, label: '00:01:00' }],
  });
  token = await stage.tenant.mintAccessToken({ roles: ROLES });
});
after(() => stage.stop());
beforeEach(async () => {
  stage.clear();
  folder = await mkdtemp(path.join(tmpdir(), 'package-'));
  target = path.join(folder, 'package.zip');
});
afterEach(() => rm(folder, { recursive: true }));

/** Creates the saves as the extension does. Without `known`, the list has loaded nothing. */
function saves(known?: Partial<MachineAction>, accessToken = token): ResultSaves {
  const getAccessToken = (): Promise<string> => Promise.resolve(accessToken);
  const options = { getAccessToken, packageBudget: new QueuedBudget(createLocalLedger(systemClock), systemClock) };
  const source = localSource(stage, options, known);
  return new ResultSaves(() => Promise.resolve(source));
}

function begin(known?: Partial<MachineAction>, accessToken?: string): ReturnType<ResultSaves['beginPackage']> {
  const ref = { cloud: 'custom', tenantId: stage.tenant.tenantId, actionId: ID } as const;
  return saves(known, accessToken).beginPackage(ref, target);
}

const files = async (): Promise<string[]> => (await readdir(folder)).sort();

suite('an investigation package', () => {
  test('it is saved whole and hashed, by one link whose quotation marks are left out', async () => {
    const { facts, isZip } = await begin().run({ signal: patience() });
    assert.deepEqual([facts.sha256, facts.size, isZip], [SHA256, BYTES.length, true]);
    assert.ok(BYTES.equals(await readFile(target)));
    assert.deepEqual(facts.ref, { cloud: 'custom', tenantId: stage.tenant.tenantId, actionId: ID });
    assert.equal(facts.promisedName, `package_${ID}.zip`);
    assert.deepEqual(stage.heard(), ['get 200', 'package 200', 'download 200']);
  });

  test('broken off in the middle, it goes on where it was, also after a failure', async () => {
    stage.tenant.faults.add({ door: 'blob', action: { kind: 'resetMidBody', afterBytes: 4_000_000 } });
    assert.equal((await begin().run({ signal: patience() })).facts.sha256, SHA256);
    assert.deepEqual(stage.heard(), ['get 200', 'package 200', 'download 200', 'download 206']);

    stage.clear();
    const save = begin();
    stage.tenant.faults.add({ door: 'blob', action: { kind: 'resetMidBody', afterBytes: 4_000_000 } });
    stage.tenant.faults.add({ door: 'blob', times: 2, action: { kind: 'answer', status: 403 } });
    await fails(save.run({ signal: patience() }), stage, 'linkRefused', { reason: 'package' });
    assert.deepEqual(await files(), ['package.zip', 'package.zip.part']);
    stage.clear();
    assert.equal((await save.run({ signal: patience() })).facts.sha256, SHA256);
    assert.equal(stage.heard().at(-1), 'download 206');
    assert.deepEqual(await files(), ['package.zip']);
  });

  test('an action that has not ended, or ended otherwise, costs no link', async () => {
    for (const [key, reason] of [
      ['running', 'open'],
      ['timedOut', 'ended'],
    ] as const) {
      const ref = { cloud: 'custom', tenantId: stage.tenant.tenantId, actionId: await anActionThat(key) } as const;
      const save = saves().beginPackage(ref, target);
      await fails(save.run({ signal: patience() }), stage, 'noPackage', { reason });
    }
    assert.equal(stage.tenant.recording.calls('package').length, 0);
    assert.deepEqual(await files(), []);
  });

  test('a 404 says that it is not complete, or no longer there, and leaves nothing', async () => {
    stage.tenant.faults.add({ door: 'api', call: 'package', action: { kind: 'answer', status: 404 } });
    const { values } = await fails(
      begin({ id: ID, status: 'Succeeded' }).run({ signal: patience() }),
      stage,
      'noPackage',
    );
    assert.equal(values.state, undefined);
    assert.deepEqual(await files(), []);
    assert.deepEqual(stage.heard(), ['package 404']);
  });

  test('without the permission, Defender’s own words name it', async () => {
    const poor = await stage.tenant.mintAccessToken({ roles: ['Machine.ReadWrite.All'] });
    const { values } = await fails(begin(undefined, poor).run({ signal: patience() }), stage, 'missingPermission');
    assert.match(values.serverMessage ?? '', /Machine\.CollectForensics/u);
  });

  test('a host that wants a token gets none, and its refusal is told as one of the package', async () => {
    stage.tenant.faults.add({ door: 'blob', times: Infinity, action: { kind: 'answer', status: 401 } });
    await fails(begin().run({ signal: patience() }), stage, 'linkRefused', { reason: 'package', status: 401 });
  });

  test('what is no archive is kept and said to be none; a web page is refused', async () => {
    const headers = { 'x-ms-request-id': 'a', 'x-ms-version': '2020-06-12' };
    const body = Buffer.from('MZ no archive');
    stage.tenant.faults.add({ door: 'blob', action: { kind: 'answer', status: 200, headers, body } });
    assert.equal((await begin().run({ signal: patience() })).isZip, false);
    assert.ok(body.equals(await readFile(target)));
    const page = { 'content-type': 'text/html', ...headers };
    stage.tenant.faults.add({ door: 'blob', times: Infinity, action: { kind: 'answer', status: 200, headers: page } });
    await fails(begin().run({ signal: patience() }), stage, 'notFromStorage');
  });

  for (const value of ['', '"', '""', 'no address', '"http://x.example/p"', '"https://evil.example/p.zip"']) {
    test(`a link ${JSON.stringify(value)} is refused before anything is sent`, async () => {
      const body = JSON.stringify({ value });
      const headers = { 'content-type': 'application/json' };
      stage.tenant.faults.add({ door: 'api', call: 'package', action: { kind: 'answer', status: 200, headers, body } });
      await assert.rejects(begin().run({ signal: patience() }));
      assert.deepEqual(stage.heard(), ['get 200', 'package 200']);
      assert.deepEqual(await files(), []);
    });
  }

  test('links have an account of their own, shared by all windows, and the tenant refuses none', async () => {
    const packageLedger = createLocalLedger(systemClock, [
      { ...PACKAGE_WINDOWS[0], ms: WINDOW_MS },
      PACKAGE_WINDOWS[1],
    ]);
    const open = (): ReturnType<typeof createTenantClient> =>
      createTenantClient(createLocalLedger(systemClock), {
        apiUrl: stage.tenant.apiUrl,
        getAccessToken: () => Promise.resolve(token),
        packageLedger,
      });
    const [one, other] = [open(), open()];
    const links = [one, other, one, other, one, other].map((client) => client.getPackageLink(ID, patience()));
    // The account of all other calls is not touched meanwhile.
    await one.getMachineAction(ID, patience());
    await Promise.all(links);
    const calls = stage.tenant.recording.calls('package');
    assert.deepEqual([calls.length, calls.filter(({ status }) => status !== 200).length], [6, 0]);
    assert.ok(
      mostWithin(
        WINDOW_MS,
        calls.map(({ at }) => at),
      ) <= 2,
    );
  });

  test('results do not wait behind packages that wait for a link', async () => {
    const client = createTenantClient(createLocalLedger(systemClock), {
      apiUrl: stage.tenant.apiUrl,
      getAccessToken: () => Promise.resolve(token),
      downloadHosts: () => [stage.tenant.blobHost],
    });
    const leaving = new AbortController();
    const { signal } = leaving;
    const waiting = Array.from({ length: 8 }, () =>
      client
        .fetchPackageInto(new MemorySink())(ID, signal, LIMITS)
        .catch(() => undefined),
    );
    const { actionId, commandIndex } = SMALL;
    await client.fetchInto(new MemorySink())(actionId, commandIndex, signal, LIMITS);
    await client.fetchResult(actionId, commandIndex, signal, { ...LIMITS, priority: 'background' });
    // Six packages are still without a link: the account of this client allows two a minute.
    assert.ok(stage.tenant.recording.calls('package').length <= 2);
    leaving.abort();
    await Promise.all(waiting);
  });

  test('a host that the connection allows needs no headers of Azure for a package, but does for a result', async () => {
    const plain = { kind: 'answer', status: 200, headers: { 'content-type': 'application/zip' }, body: BYTES } as const;
    stage.tenant.faults.add({ door: 'blob', action: plain });
    assert.equal((await begin().run({ signal: patience() })).facts.sha256, SHA256);
    stage.tenant.faults.add({ door: 'blob', times: Infinity, action: plain });
    const fetching = stage.fetcher()(SMALL.actionId, SMALL.commandIndex, patience(), LIMITS);
    await fails(fetching, stage, 'notFromStorage');
  });

  test('a package that its host does not have any more is told as a package', async () => {
    for (const status of [404, 410]) {
      stage.tenant.faults.add({ door: 'blob', times: Infinity, action: { kind: 'answer', status } });
      await fails(begin().run({ signal: patience() }), stage, 'noPackage', { reason: 'gone' });
      stage.clear();
    }
  });

  test('a refusal pauses the links to packages only', async () => {
    const body = JSON.stringify({ error: { code: '429', message: 'API calls quota exceeded!' } });
    const headers = { 'content-type': 'application/json', 'retry-after': '3600' };
    const action = { kind: 'answer', status: 429, headers, body } as const;
    stage.tenant.faults.add({ door: 'api', call: 'package', action });
    const client = stage.client({ getAccessToken: () => Promise.resolve(token) });
    await fails(client.getPackageLink(ID, patience()), stage, 'rateLimited', { reason: 'package' });
    // Refused without a call: the limit is still one of packages.
    await fails(client.getPackageLink(ID, patience()), stage, 'rateLimited', { reason: 'package' });
    assert.equal(stage.tenant.recording.calls('package').length, 1);
    await client.getMachineAction(ID, patience());
  });
});

/** Returns the id of an action of the sample that is running, or that has timed out. */
async function anActionThat(state: 'running' | 'timedOut'): Promise<string> {
  const query = { liveResponseOnly: false, top: 100, skip: 0 } as const;
  const { actions } = await stage.client().listMachineActions(query, patience());
  const found = actions.find(({ status }) => status === (state === 'running' ? 'InProgress' : 'TimeOut'));
  assert.ok(found);
  return found.id;
}

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { DownloadSink } from '../../src/defender/download/downloadSink.ts';
import { LiveResponseError } from '../../src/base/errors.ts';
import { ResultSaves } from '../../src/results/save/resultSaves.ts';
import type { MachineAction } from '../../src/defender/schema.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import type { ScenarioRef } from '../../src/sample/data/catalogue.ts';
import { FileSink } from '../../src/results/save/fileSink.ts';
import { fails, LIMITS, openStage, patience, until } from './localClient.ts';
import { sampleWithBlob } from '../tenant/sampleWithBlob.ts';
import type { Stage } from './localClient.ts';
import { localSource } from './localSource.ts';

/** A collected file of 100 MB. Nothing in it repeats, so that a part in the wrong place changes its hash. */
const FILE = scenarioRef('getFile');
const BYTES = randomBytes(100_000_000);
const SHA256 = createHash('sha256').update(BYTES).digest('hex');
const REFUSED = { kind: 'answer', status: 403, headers: { 'x-ms-error-code': 'AuthenticationFailed' } } as const;

let stage: Stage;
let folder: string;
let target: string;
before(async () => {
  stage = await openStage({ createSampleTenant: sampleWithBlob(FILE, BYTES) });
});
after(() => stage.stop());
beforeEach(async () => {
  stage.clear();
  folder = await mkdtemp(path.join(tmpdir(), 'save-'));
  target = path.join(folder, 'saved.gz');
});
afterEach(() => rm(folder, { recursive: true }));

/** Creates the saves as the extension does, from a list that has loaded nothing. */
function saves(): ResultSaves {
  const source = localSource(stage);
  return new ResultSaves(() => Promise.resolve(source));
}

function begin(ref: ScenarioRef = FILE): ReturnType<ResultSaves['begin']> {
  return saves().begin({ cloud: 'custom', tenantId: stage.tenant.tenantId, ...ref }, target);
}

const files = async (): Promise<string[]> => (await readdir(folder)).sort();

async function assertWhole(): Promise<void> {
  assert.deepEqual(await files(), ['saved.gz']);
  assert.ok(BYTES.equals(await readFile(target)));
}

/** Returns the first byte that the nth download asked for; undefined when it asked for all. */
function rangeOf(index: number): number | undefined {
  const headers = new Map(
    stage.tenant.recording.calls('download')[index]?.headers.map(([k, v]) => [k.toLowerCase(), v]),
  );
  assert.equal(headers.has('range'), headers.has('if-match'));
  const range = headers.get('range');
  return range === undefined ? undefined : Number(/^bytes=(\d+)-$/u.exec(range)?.[1]);
}

suite('a large result that goes to a file', () => {
  test('it is whole and hashed, tells how far it is, and replaces what was there only in the end', async () => {
    await writeFile(target, 'older');
    const steps: number[] = [];
    const seen: Promise<string>[] = [];
    const { facts, action } = await begin().run({
      signal: patience(),
      onProgress: (received, total) => {
        assert.equal(total, BYTES.length);
        steps.push(received);
        if (seen.length === 0 && received > 1_000_000) seen.push(readFile(target, 'utf8'));
      },
    });
    assert.equal(facts.sha256, SHA256);
    assert.equal(facts.size, BYTES.length);
    assert.ok(facts.answeredAt !== undefined && facts.answeredAt <= facts.fetchedAt);
    const { id, computerDnsName } = JSON.parse(action?.text ?? '{}') as MachineAction;
    assert.deepEqual([id, computerDnsName], [FILE.actionId, facts.action.computerDnsName]);
    assert.equal(facts.promisedName, `output_${FILE.actionId}_${FILE.commandIndex}.gz`);
    assert.equal(steps.at(-1), BYTES.length);
    assert.deepEqual(await Promise.all(seen), ['older']);
    assert.deepEqual(stage.heard(), ['get 200', 'link 200', 'download 200']);
    await assertWhole();
  });

  test('a slow disk holds the network back: little of it is in memory at any time', async () => {
    const file = new FileSink(target);
    let kept = 0;
    let most = 0;
    let largest = 0;
    const slow: DownloadSink = {
      append: async (chunk) => {
        // The tenant is in this process: it sends more in each of these turns, if the client reads any.
        for (let turns = 0; turns < 8; turns++) await turn();
        most = Math.max(most, (stage.tenant.recording.calls('download')[0]?.bytesSent ?? 0) - kept);
        await file.append(chunk);
        largest = Math.max(largest, chunk.length);
        kept += chunk.length;
      },
      clear: () => file.clear(),
    };
    const fetch = stage.resultFetcher().fetchInto(slow);
    const { sha256 } = await fetch(FILE.actionId, FILE.commandIndex, patience(), { maxBytes: Infinity });
    await file.keep();
    assert.equal(sha256, SHA256);
    assert.ok(largest <= 1_000_000, `a piece of ${largest}`);
    // No more than the socket buffers of both ends hold.
    assert.ok(most < 20_000_000, `${most} bytes were under way`);
    await assertWhole();
  });

  test('broken off in the middle, with a link that is refused by then, it goes on through a fresh link', async () => {
    stage.tenant.faults.add({ door: 'blob', action: { kind: 'resetMidBody', afterBytes: 40_000_000 } });
    stage.tenant.faults.add({ door: 'blob', action: REFUSED });
    const { sha256 } = (await begin().run({ signal: patience() })).facts;
    assert.equal(sha256, SHA256);
    await assertWhole();
    const heard = ['get 200', 'link 200', 'download 200', 'download 403', 'link 200', 'download 206'];
    assert.deepEqual(stage.heard(), heard);
    assert.ok((rangeOf(2) ?? 0) > 10_000_000);
    assert.equal(rangeOf(1), rangeOf(2));
  });

  test('as long as it comes along it may break off, and lose its link, more often than a small one', async () => {
    for (let piece = 0; piece < 6; piece++) {
      stage.tenant.faults.add({ door: 'blob', action: { kind: 'resetMidBody', afterBytes: 12_000_000 } });
      if (piece % 2 === 1) stage.tenant.faults.add({ door: 'blob', action: REFUSED });
    }
    const { sha256 } = (await begin().run({ signal: patience() })).facts;
    assert.equal(sha256, SHA256);
    assert.equal(stage.tenant.recording.calls('link').length, 4);
    await assertWhole();
  });

  test('after a failure another run goes on where it broke off', async () => {
    const save = begin();
    stage.tenant.faults.add({ door: 'blob', action: { kind: 'resetMidBody', afterBytes: 40_000_000 } });
    stage.tenant.faults.add({ door: 'blob', times: 2, action: REFUSED });
    await fails(save.run({ signal: patience() }), stage, 'linkRefused');
    assert.deepEqual(await files(), ['saved.gz.part']);
    const { size } = await stat(`${target}.part`);
    stage.clear();
    assert.equal((await save.run({ signal: patience() })).facts.sha256, SHA256);
    assert.equal(rangeOf(0), size);
    assert.deepEqual(stage.heard(), ['get 200', 'link 200', 'download 206']);
    await assertWhole();
  });

  test('an unfinished file that another program cut off begins anew, instead of having a gap', async () => {
    const save = begin();
    stage.tenant.faults.add({ door: 'blob', action: { kind: 'resetMidBody', afterBytes: 40_000_000 } });
    stage.tenant.faults.add({ door: 'blob', times: 2, action: REFUSED });
    await fails(save.run({ signal: patience() }), stage, 'linkRefused');
    await truncate(`${target}.part`, 10);
    stage.clear();
    await fails(save.run({ signal: patience() }), stage, 'fileFailed');
    assert.equal((await save.run({ signal: patience() })).facts.sha256, SHA256);
    await assertWhole();
  });

  test('one that is given up after a failure leaves nothing', async () => {
    const save = begin();
    stage.tenant.faults.add({ door: 'blob', action: { kind: 'resetMidBody', afterBytes: 40_000_000 } });
    stage.tenant.faults.add({ door: 'blob', times: 2, action: REFUSED });
    await fails(save.run({ signal: patience() }), stage, 'linkRefused');
    await save.discard();
    assert.deepEqual(await files(), []);
  });

  test('cancelled in the middle, it closes the connection and leaves nothing', async () => {
    const leaving = new AbortController();
    const saving = begin().run({
      signal: leaving.signal,
      onProgress: (received) => {
        if (received > 5_000_000) leaving.abort();
      },
    });
    await fails(saving, stage, 'cancelled');
    assert.deepEqual(await files(), []);
    const outcome = (): string | undefined => stage.tenant.recording.calls('download')[0]?.outcome;
    await until(() => outcome() !== 'open');
    assert.equal(outcome(), 'left');
  });

  test('the window that ends leaves nothing', async () => {
    const all = saves();
    const save = all.begin({ cloud: 'custom', tenantId: stage.tenant.tenantId, ...FILE }, target);
    stage.tenant.faults.add({ door: 'blob', action: { kind: 'resetMidBody', afterBytes: 4_000_000 } });
    stage.tenant.faults.add({ door: 'blob', times: 2, action: REFUSED });
    await fails(save.run({ signal: patience() }), stage, 'linkRefused');
    assert.deepEqual(await files(), ['saved.gz.part']);
    all.dispose();
    assert.deepEqual(await files(), []);
  });
});

suite('what is wrong with it', () => {
  test('bytes that do not fit the MD5 are refused, and leave what was there', async () => {
    await writeFile(target, 'older');
    const headers = {
      'x-ms-request-id': 'a',
      'x-ms-version': '2020-06-12',
      'content-md5': createHash('md5').update('another').digest('base64'),
    };
    const body = Buffer.alloc(3_000_000, 'x');
    stage.tenant.faults.add({ door: 'blob', times: Infinity, action: { kind: 'answer', status: 200, headers, body } });
    const size = body.length;
    await fails(begin().run({ signal: patience() }), stage, 'incompleteDownload', { size });
    assert.equal(stage.tenant.recording.calls('download').length, 4);
    assert.deepEqual(await files(), ['saved.gz']);
    assert.equal(await readFile(target, 'utf8'), 'older');
  });

  test('a disk that fails in the middle closes the connection; when it works again it goes on from there', async () => {
    const file = new FileSink(target);
    let room = 5_000_000;
    const full: DownloadSink = {
      append: async (chunk) => {
        if (file.size + chunk.length > room) throw new LiveResponseError('fileFailed', { systemCode: 'ENOSPC' });
        await file.append(chunk);
      },
      clear: () => file.clear(),
    };
    const fetch = stage.resultFetcher().fetchInto(full);
    const run = (): ReturnType<typeof fetch> =>
      fetch(FILE.actionId, FILE.commandIndex, patience(), { maxBytes: Infinity });
    await fails(run(), stage, 'fileFailed', { systemCode: 'ENOSPC' });
    const outcome = (): string | undefined => stage.tenant.recording.calls('download')[0]?.outcome;
    await until(() => outcome() !== 'open');
    assert.equal(outcome(), 'left');
    assert.deepEqual(stage.heard(), ['link 200', 'download 200'], 'a full disk is no reason to ask again');
    const { size } = file;
    room = Infinity;
    assert.equal((await run()).sha256, SHA256);
    assert.equal(rangeOf(1), size);
    await file.keep();
    await assertWhole();
  });

  test('a folder that is not there, and an unfinished file of somebody else, cost no call', async () => {
    target = path.join(folder, 'none', 'saved.gz');
    await fails(begin().run({ signal: patience() }), stage, 'fileFailed', { systemCode: 'ENOENT' });
    target = path.join(folder, 'saved.gz');
    await writeFile(`${target}.part`, 'theirs');
    await fails(begin().run({ signal: patience() }), stage, 'fileFailed', { systemCode: 'EEXIST' });
    assert.equal(await readFile(`${target}.part`, 'utf8'), 'theirs');
    assert.deepEqual(stage.heard(), []);
  });

  test('a file that is taken away before it is whole is fetched anew by the next run', async () => {
    const save = begin();
    const taken: Promise<void>[] = [];
    const onProgress = (received: number): void => {
      if (taken.length === 0 && received > 1_000_000) taken.push(rm(`${target}.part`));
    };
    await fails(save.run({ signal: patience(), onProgress }), stage, 'fileFailed', { systemCode: 'ENOENT' });
    assert.equal((await save.run({ signal: patience(), onProgress })).facts.sha256, SHA256);
    await assertWhole();
  });

  test('a command that has no result says so, and leaves nothing', async () => {
    await fails(begin(scenarioRef('putFile')).run({ signal: patience() }), stage, 'noResultByDesign');
    assert.deepEqual(await files(), []);
    assert.deepEqual(stage.heard(), ['get 200']);
  });

  test('in memory the same file is refused by its size, before a byte of it is kept', async () => {
    const fetching = stage.fetcher()(FILE.actionId, FILE.commandIndex, patience(), LIMITS);
    await fails(fetching, stage, 'tooLarge', { size: BYTES.length, limit: LIMITS.maxBytes });
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import { MEMORY_BYTES, ResultService } from '../../src/results/resultService.ts';
import { TestStore } from '../unit/results/testStore.ts';
import type { KeepRules } from '../../src/results/resultStore.ts';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import type { WorkerHandlers } from '../../src/worker/handlers/handlers.ts';
import { analysisInPlace } from '../unit/results/analysisInPlace.ts';
import { resultFile } from '../unit/results/fixtures.ts';
import { threadOf } from '../unit/results/threadInPlace.ts';
import { fails, openStage, patience, SMALL } from './localClient.ts';
import { sampleWithBlob } from '../tenant/sampleWithBlob.ts';
import type { Stage } from './localClient.ts';
import { localSource } from './localSource.ts';

/** Lines of a result that is larger than the memory limit. All lines are different. */
const LINES = 900_000;
const BYTES = resultFile(
  Array.from({ length: LINES }, (_, at) => `${at + 1} ${'0123456789abcdef'.repeat(5)}`).join('\r\n'),
  'one error',
  'exit-zero.ps1',
  1,
);
const SHA256 = createHash('sha256').update(BYTES).digest('hex');
const KEEP: KeepRules = { keep: true, maxBytes: undefined, maxAge: undefined };

let stage: Stage;
let folder: string;
let handlers: WorkerHandlers;
let store: TestStore;
let rules: KeepRules;
let maxBytes: number;
before(async () => {
  assert.ok(BYTES.length > MEMORY_BYTES);
  stage = await openStage({ createSampleTenant: sampleWithBlob(SMALL, BYTES) });
});
after(() => stage.stop());
beforeEach(async () => {
  stage.clear();
  rules = KEEP;
  maxBytes = MEMORY_BYTES;
  folder = await mkdtemp(path.join(tmpdir(), 'large-'));
  handlers = createHandlers();
  store = new TestStore({
    folder,
    analysis: analysisInPlace(),
    startThread: () => Promise.resolve(threadOf(handlers)),
    onMemoryOnly: () => undefined,
    rules: () => rules,
  });
});
afterEach(() => rm(folder, { recursive: true, maxRetries: 20, retryDelay: 50 }));

function service(): ResultService {
  const source = localSource(stage);
  return new ResultService({ store, findSource: () => Promise.resolve(source), maxBytes: () => maxBytes });
}

const wanted = (): { cloud: 'custom'; tenantId: string; actionId: string; commandIndex: number } => {
  return { cloud: 'custom', tenantId: stage.tenant.tenantId, ...SMALL };
};

suite('a result that is too large for memory', () => {
  test('above the limit it is told, and opened in parts on demand: both for one link', async () => {
    const results = service();
    const error = await fails(results.open(wanted(), { signal: patience() }), stage, 'tooLarge');
    assert.deepEqual([error.values.size, error.values.limit], [BYTES.length, MEMORY_BYTES]);
    const facts = await results.open(wanted(), { signal: patience(), anySize: true });
    assert.deepEqual(
      stage.heard().filter((one) => one.startsWith('link')),
      ['link 200'],
    );
    assert.deepEqual([facts.sha256, facts.size, facts.transcript?.exitCode], [SHA256, BYTES.length, 1]);
    assert.equal(facts.transcript?.output.lines, LINES);
    const parts = (await store.call('textParts', { ...wanted(), stream: 'output' }))?.parts ?? [];
    const last = parts.at(-1) ?? assert.fail('no parts');
    const text = Buffer.from((await store.part({ ...wanted(), stream: 'output', part: last.first })) ?? '').toString();
    assert.ok(text.startsWith(`\ufeff${last.first.line} 0123`));
    assert.equal(last.lastLine, LINES);
    // The result is stored: no more calls are made.
    stage.clear();
    await results.open(wanted(), { signal: patience() });
    assert.deepEqual(stage.heard(), []);
  });

  test('below a limit that allows it, nobody is asked', async () => {
    maxBytes = 512 * 1024 * 1024;
    const facts = await service().open(wanted(), { signal: patience() });
    assert.equal(facts.sha256, SHA256);
    assert.equal(stage.tenant.recording.calls('link').length, 1);
  });

  test('broken off in the middle it goes on where it was', async () => {
    maxBytes = Infinity;
    // The first download is refused by its size, before any of it is taken.
    stage.tenant.faults.add({ door: 'blob', times: 2, action: { kind: 'resetMidBody', afterBytes: 30_000_000 } });
    const facts = await service().open(wanted(), { signal: patience() });
    assert.equal(facts.sha256, SHA256);
    assert.equal(stage.heard().at(-1), 'download 206');
    assert.equal((await store.text(wanted(), 'errors')) ?? '', 'one error');
  });

  test('given up in the middle it leaves nothing', async () => {
    maxBytes = Infinity;
    const controller = new AbortController();
    const opening = service().open(wanted(), {
      signal: controller.signal,
      onProgress: (received) => {
        if (received > 20_000_000) controller.abort();
      },
    });
    await fails(opening, stage, 'cancelled');
    assert.equal(await store.facts(wanted()), undefined);
    assert.deepEqual(await store.call('stored'), []);
  });

  test('where nothing may be kept, or the store cannot be written, it says so and can be saved', async () => {
    maxBytes = Infinity;
    rules = { ...KEEP, keep: false };
    const refused = await fails(service().open(wanted(), { signal: patience() }), stage, 'largeNotKept');
    assert.equal(refused.values.reason, 'notAllowed');
    rules = KEEP;
    const full = {
      ...handlers,
      addLarge: (): never => {
        throw new Error('database or disk is full');
      },
    };
    store = new TestStore({
      folder,
      analysis: analysisInPlace(),
      startThread: () => Promise.resolve(threadOf(full)),
      onMemoryOnly: () => undefined,
    });
    await fails(service().open(wanted(), { signal: patience() }), stage, 'largeNotKept', {
      reason: 'database or disk is full',
    });
    assert.deepEqual(await store.call('stored'), []);
  });
});

import assert from 'node:assert/strict';
import { copyFileSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, mock, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { hashText } from '../../src/base/hashText.ts';
import { toLineSpans } from '../../src/evidence/text/quotation.ts';
import { findEvidence, findUnreadable } from '../../src/evidence/blocks/readEvidence.ts';
import { fileRef, resultKey, tenantKey } from '../../src/base/resultUri.ts';
import type { ResultRef } from '../../src/base/resultUri.ts';
import { compareEvidence } from '../../src/notes/compareEvidence.ts';
import { describeOpened } from '../../src/results/openedResult.ts';
import { TestStore } from '../unit/results/testStore.ts';
import type { StoredFacts } from '../../src/model/storedResult.ts';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import type { WorkerHandlers } from '../../src/worker/handlers/handlers.ts';
import type { WorkerCalls } from '../../src/worker/protocol.ts';
import type { StorageFault } from '../../src/storage/storageFault.ts';
import { arrived, resultFile, TENANT } from '../unit/results/fixtures.ts';
import { analysisInPlace } from '../unit/results/analysisInPlace.ts';
import { threadOf } from '../unit/results/threadInPlace.ts';
import { searchFolder } from './support/diskSearch.ts';
import { Window01 } from './support/window01.ts';

const FIXTURE = path.join(import.meta.dirname, '../fixtures/0.1');
const DATABASES = ['results.db', 'shared.db'];
/** Remote text in the actions of the fixture. */
const TRACES = ['fixture-dc1', 'fixture comment', 'powershell -enc', 'fixture failure text', 'refused by the device'];

interface Expected {
  readonly now: number;
  readonly known: readonly {
    readonly ref: ResultRef;
    readonly facts: StoredFacts;
    readonly texts: Readonly<Record<'output' | 'errors' | 'raw', string | null>>;
    readonly action: string;
  }[];
  readonly opened: StoredFacts;
  readonly quoted: readonly (readonly [number, boolean])[];
  readonly runs: readonly string[];
  readonly found: WorkerCalls['foundAfter']['answer'];
  readonly copy: { readonly sha256: string; readonly json: string };
  readonly connections: WorkerCalls['connections']['answer'];
  readonly account: string;
  readonly usage: WorkerCalls['callUsage']['answer'];
}

const expected = JSON.parse(await readFile(path.join(FIXTURE, 'expected.json'), 'utf8')) as Expected;
/** The record of another run. */
const RUN = (expected.runs[1] ?? '').replaceAll('older', 'another');
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

let folder = '';
let faults: StorageFault[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'fixture01-'));
  faults = [];
  for (const file of DATABASES) copyFileSync(path.join(FIXTURE, file), path.join(folder, file));
  mock.timers.enable({ apis: ['Date', 'setTimeout'], now: expected.now + 60_000 });
});
afterEach(async () => {
  mock.timers.reset();
  assert.deepEqual(faults, []);
  await rm(folder, { recursive: true, maxRetries: 20, retryDelay: 50 });
});

function openWindow(): WorkerHandlers {
  const handlers = createHandlers((fault) => faults.push(fault));
  assert.equal(handlers.open(folder), 'files');
  return handlers;
}

/** Asserts that a window of this version reads everything in the fixture. */
function checkAll(window: WorkerHandlers): void {
  for (const { ref, facts, texts, action } of expected.known) {
    assert.deepEqual(plain(window.facts(ref)), facts);
    for (const stream of ['output', 'errors', 'raw'] as const) {
      const text = window.text(ref, stream);
      assert.equal(text === undefined ? null : hashText(text), texts[stream], `${ref.commandIndex} ${stream}`);
    }
    if (facts.large === undefined) assert.equal(window.raw(ref)?.length, facts.size);
    assert.equal(hashText(window.receivedAction(ref)?.text ?? ''), action);
  }
  assert.deepEqual(plain(window.facts(fileRef(expected.opened.sha256))), expected.opened);
  assert.deepEqual(
    window.stored().map(({ facts, quoted }) => [facts.ref.commandIndex, quoted]),
    expected.quoted,
  );
  assert.deepEqual(window.runs(), expected.runs);
  assert.deepEqual(plain(window.foundAfter(TENANT, 0, 0).found), expected.found.found);
  assert.equal(window.lastCopy(expected.copy.sha256), expected.copy.json);
  assert.deepEqual(plain(window.connections()), expected.connections);
  assert.equal(window.account('owner'), expected.account);
  assert.equal(window.callUsage('api', 'application').hour, expected.usage.hour);
}

function inClear(file: string): string[] {
  return searchFolder(folder, TRACES).filter((line) => line.startsWith(file) && !line.includes('('));
}

suite('what version 0.1 left', () => {
  test('all of it is found, and found again by the next window', () => {
    checkAll(openWindow());
    checkAll(openWindow());
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('damaged')),
      [],
    );
  });

  test('the result that was set aside is still kept, and shown nowhere', () => {
    const window = openWindow();
    const [first] = expected.known;
    assert.ok(first !== undefined);
    assert.equal(window.facts({ ...first.ref, commandIndex: 9 }), undefined);
    const database = new DatabaseSync(path.join(folder, 'results.db'));
    assert.equal(database.prepare('SELECT count(*) AS kept FROM damaged').get()?.['kept'], 1);
    database.close();
  });

  test('the evidence in its note matches what is stored', async () => {
    const store = new TestStore({
      folder,
      startThread: () => Promise.resolve(threadOf(createHandlers())),
      analysis: analysisInPlace(),
      onMemoryOnly: (reason) => assert.fail(reason),
    });
    const note = await readFile(path.join(FIXTURE, 'note.md'), 'utf8');
    const found = findEvidence(note);
    assert.ok(found.length >= 16, String(found.length));
    assert.deepEqual(findUnreadable(note), []);
    for (const one of found) {
      const { address, spans, line } = one;
      const facts = await store.facts(address);
      assert.ok(facts !== undefined, `line ${line}`);
      const text = await store.text(address, address.stream, address.view, { lines: toLineSpans(spans) });
      // A citation of lines without the quoted text: there is nothing to compare.
      const expectedVerdict = one.quoted === undefined && spans.length > 0 ? 'unknown' : 'matching';
      assert.equal(compareEvidence(one, facts, text).verdict, expectedVerdict, `line ${line}`);
    }
  });

  test('its facts file is read back', async () => {
    const [first] = expected.known;
    assert.ok(first !== undefined);
    const name = `output_${first.ref.actionId}_0`;
    const bytes = await readFile(path.join(FIXTURE, `${name}.json`));
    const factsJson = await readFile(path.join(FIXTURE, `${name}.facts.json`), 'utf8');
    const { sha256, size } = first.facts;
    assert.equal(bytes.length, size);
    const opened = { kind: 'file', name: `${name}.json`, sha256, size, openedAt: 1, factsFiles: [factsJson] } as const;
    const { verdict, facts } = describeOpened(opened);
    assert.equal(verdict, 'used');
    assert.deepEqual(facts.opened?.said, { ...first.ref });
    assert.equal(facts.action.computerDnsName, first.facts.action.computerDnsName);
  });
});

suite('moving what version 0.1 kept in clear', () => {
  test('after the first window has opened nothing of it stands in shared.db as it was', () => {
    assert.ok(inClear('shared.db').length > 0, 'it stood there');
    openWindow();
    assert.deepEqual(inClear('shared.db'), []);
  });

  test('it happens once', () => {
    const version = (): unknown => {
      const database = new DatabaseSync(path.join(folder, 'shared.db'));
      const found = database.prepare('PRAGMA user_version').get()?.['user_version'];
      const left = database.prepare(
        'SELECT (SELECT count(*) FROM runs) + (SELECT count(*) FROM found_actions) AS rows',
      );
      const rows = left.get()?.['rows'];
      database.close();
      return [found, rows];
    };
    const window = openWindow();
    assert.deepEqual(version(), [1, 0]);
    window.putRun('newer', RUN, { keep: true });
    openWindow();
    assert.deepEqual(version(), [1, 0]);
    checkAllRuns(window);
  });

  test('where another window is writing at that moment it happens with the next call', () => {
    const old = new Window01(folder);
    old.shared.exec('BEGIN IMMEDIATE');
    const window = createHandlers((fault) => faults.push(fault));
    // Even the schema has to wait for the other window.
    assert.throws(() => window.open(folder));
    old.shared.exec('COMMIT');
    checkAll(openWindow());
    old.close();
  });
});

function checkAllRuns(window: WorkerHandlers): void {
  assert.deepEqual(window.runs().slice(1), expected.runs);
}

suite('beside a window that still runs version 0.1', () => {
  let old: Window01;
  beforeEach(() => {
    old = new Window01(folder);
  });
  afterEach(() => {
    old.close();
  });

  test('that window finds nothing of what was moved, and everything else', () => {
    assert.equal(old.runs().length, expected.runs.length);
    const place = old.foundAfter(tenantKey(TENANT), 0, 0).upTo;
    openWindow();
    assert.deepEqual(old.runs(), []);
    assert.deepEqual(old.foundAfter(tenantKey(TENANT), place, 0), { ids: [], upTo: place });
    assert.equal(old.lastCopy(), undefined);
    assert.deepEqual(
      old.connections(),
      expected.connections.connections.map(({ name }) => name),
    );
    assert.ok(old.takeLease('polls', 'old', expected.now + 60_000, expected.now));
    for (const { ref, facts } of expected.known) {
      assert.deepEqual(JSON.parse(old.facts(resultKey(ref)) ?? ''), facts);
    }
  });

  test('what it writes later is taken over, and nothing of it is lost or stays in clear', () => {
    const window = openWindow();
    const place = window.foundAfter(TENANT, 0, 0).upTo;
    const now = expected.now + 60_000;
    old.putRun('later', RUN);
    old.putFound(tenantKey(TENANT), 'later action', '{"on":"fixture-dc1"}', now);
    old.putCopy('ab', '{"query":"fixture-dc1"}', now);
    assert.deepEqual(
      window.foundAfter(TENANT, place, 0).found.map(({ actionId, text }) => [actionId, text]),
      [['later action', '{"on":"fixture-dc1"}']],
    );
    assert.equal(window.runs()[0], RUN);
    assert.equal(window.runs().length, expected.runs.length + 1);
    assert.equal(window.lastCopy('ab'), '{"query":"fixture-dc1"}');
    mock.timers.tick(60_000);
    assert.deepEqual(inClear('shared.db'), []);
    // Its own numbers continue, so that this window receives the next action as well.
    old.putFound(tenantKey(TENANT), 'still later', '{}', now);
    assert.equal(window.foundAfter(TENANT, 0, 0).found.at(-1)?.actionId, 'still later');
  });

  test('both go on storing results, connections and leases', () => {
    const window = openWindow();
    const [first] = expected.known;
    assert.ok(first !== undefined);
    const bytes = resultFile('from the old window');
    const ref = { ...first.ref, commandIndex: 77 };
    const [facts] = arrived(bytes, { ref });
    const stored = { ...first.facts, ...facts };
    old.putResult(resultKey(ref), tenantKey(ref), facts.fetchedAt, JSON.stringify(stored), gzipSync(bytes));
    assert.equal(window.text(ref, 'output'), 'from the old window');
    window.put(...arrived(resultFile('from the new one'), { ref: { ...ref, commandIndex: 78 } }));
    assert.ok(old.facts(resultKey({ ...ref, commandIndex: 78 })) !== undefined);
    window.putConnection('Third', '{}');
    assert.ok(old.connections().includes('Third'));
    assert.ok(window.takeLease('polls', 'new', 60_000));
    assert.equal(old.takeLease('polls', 'old', expected.now + 120_000, expected.now + 60_000), false);
    window.deleteResults([ref]);
    assert.equal(old.facts(resultKey(ref)), undefined);
  });

  test('Remove All Data of this version leaves that window able to work', () => {
    const window = openWindow();
    window.removeAll();
    old.putRun('after', RUN);
    old.putCopy('cd', '{}', expected.now + 60_000);
    assert.deepEqual(old.runs(), [RUN]);
    assert.deepEqual(window.runs(), [RUN]);
    assert.deepEqual(old.runs(), []);
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { hashText } from '../../src/base/hashText.ts';
import { describeCopied } from '../../src/notes/copied.ts';
import { RunFetches } from '../../src/runs/runFetch.ts';
import { findRuns } from '../../src/runs/runs.ts';
import type { Run } from '../../src/model/run.ts';
import { HELD } from '../unit/runs/heldLease.ts';
import { TestStore } from '../unit/results/testStore.ts';
import { SharedFindings } from '../../src/actions/sharedFindings.ts';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import { systemClock } from '../../src/base/clock.ts';
import { LiveResponseError } from '../../src/base/errors.ts';
import { action, arrived, command, ref, resultFile, TENANT } from '../unit/results/fixtures.ts';
import { analysisInPlace } from '../unit/results/analysisInPlace.ts';
import { threadOf } from '../unit/results/threadInPlace.ts';
import { searchFolder } from './support/diskSearch.ts';

/** Number of open windows: as many as a user has on a bad day. */
const WINDOWS = 8;
const DEVICE = 'trace-device-7f3a.contoso.example';
const COMMENT = 'trace comment INC-4711';
const COMMAND_LINE = 'powershell -enc dHJhY2UtY29tbWFuZA==';
const ERROR_TEXT = 'trace error: the agent was shut down';
const OUTPUT = 'trace output: mimikatz sekurlsa::logonpasswords';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'traces-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, maxRetries: 20, retryDelay: 50 });
});

const guid = (window: number, at = 0): string => `0000000${window}-000${at}-4000-8000-00000000000a`;

/** A window that reads at each step whether it keeps results, as it reads the settings. */
class Window {
  readonly number: number;
  keeps: boolean;
  readonly store: TestStore;
  readonly traces: string[] = [DEVICE, COMMENT, COMMAND_LINE, ERROR_TEXT, OUTPUT];

  constructor(number: number, keeps: boolean) {
    this.number = number;
    this.keeps = keeps;
    this.store = new TestStore({
      folder,
      startThread: () => Promise.resolve(threadOf(createHandlers())),
      analysis: analysisInPlace(),
      onMemoryOnly: (reason) => assert.fail(reason),
      rules: () => ({ keep: this.keeps, maxBytes: undefined, maxAge: undefined }),
    });
  }

  /** Fetches, runs, quotes, copies, and shares its found actions with the other windows. */
  async work(): Promise<void> {
    const acted = action({
      id: guid(this.number),
      computerDnsName: DEVICE,
      requestorComment: COMMENT,
      commands: [0, 1, 2].map((index) =>
        command({
          index,
          errors: [ERROR_TEXT],
          command: {
            type: 'RunScript',
            params: [
              { key: 'ScriptName', value: 'collect.ps1' },
              { key: 'Args', value: COMMAND_LINE },
            ],
          },
        }),
      ),
    });
    for (const index of [0, 1]) {
      const bytes = resultFile(`${OUTPUT} ${this.number} ${index}`, ERROR_TEXT);
      const facts = { ref: ref({ actionId: acted.id, commandIndex: index }), action: acted };
      const received = { text: JSON.stringify(acted), from: 'list', receivedAt: 1, serverDate: undefined } as const;
      const stored = await this.store.put(...arrived(bytes, facts), received);
      this.traces.push(stored.sha256, stored.transcript?.output.sha256 ?? '');
    }
    const [run] = findRuns([acted], TENANT);
    assert.ok(run !== undefined);
    await this.fetch(run);
    const findings = new SharedFindings(this.store, () => this.store.keeps);
    await findings.share(TENANT, [{ action: acted, received: undefined }], () => true);
    const copied = hashText(`${COMMAND_LINE}${this.number}`);
    this.traces.push(copied);
    const query = `action=${acted.id}&device=${DEVICE}`;
    await this.store.call('rememberCopy', copied, describeCopied(query, []), { keep: this.keeps });
    this.store.noteQuoted(ref({ actionId: acted.id }));
  }

  /** One result of the run is not available, and its record contains the device's own text. */
  async fetch(run: Run): Promise<void> {
    const fetches = new RunFetches({
      store: this.store,
      worker: this.store,
      clock: systemClock,
      hold: (_name, _signal, work) => work(HELD),
      open: ({ commandIndex }) =>
        commandIndex === 2
          ? Promise.reject(new LiveResponseError('noResult', { reason: ERROR_TEXT }))
          : Promise.resolve({ size: 1 }),
    });
    await fetches.start(run, { again: false });
    await this.store.call('runs');
  }

  get refs(): ReturnType<typeof ref>[] {
    return [0, 1].map((commandIndex) => ref({ actionId: guid(this.number), commandIndex }));
  }
}

async function openWindows(keeps: boolean): Promise<Window[]> {
  const windows = Array.from({ length: WINDOWS }, (_, number) => new Window(number, keeps));
  for (const window of windows) await window.work();
  return windows;
}

const traces = (windows: readonly Window[]): string[] =>
  searchFolder(folder, [...new Set(windows.flatMap((window) => window.traces))]);

suite('what stays in the folder of the databases', () => {
  test('the search finds what is stored, packed or not', async () => {
    const windows = await openWindows(true);
    const found = traces(windows).join('\n');
    for (const word of [DEVICE, COMMENT, COMMAND_LINE, ERROR_TEXT, OUTPUT]) assert.ok(found.includes(word), word);
    assert.match(found, /shared\.db \(row\)/u);
  });

  test('shared.db holds neither names nor command lines in clear', async () => {
    const windows = await openWindows(true);
    const clear = traces(windows).filter((line) => /^shared\.db[\w-]*: /u.test(line));
    assert.deepEqual(clear, []);
  });

  test('with keepResults off nothing about a result or an action is written', async () => {
    const windows = await openWindows(false);
    assert.ok((await readdir(folder)).includes('shared.db'));
    assert.deepEqual(traces(windows), []);
    const [one] = windows;
    assert.ok(one !== undefined);
    assert.equal(
      await one.store.text(ref({ actionId: guid(0) }), 'output'),
      `${OUTPUT} 0 0`,
      'it is there all the same',
    );
    assert.equal((await one.store.call('runs')).length, 1, 'and so is its run');
    assert.ok((await one.store.call('lastCopy', hashText(`${COMMAND_LINE}0`))) !== undefined, 'and its copy');
  });

  test('turned off while windows run, nothing of runs, copies and found actions stays', async () => {
    const windows = await openWindows(true);
    for (const window of windows) window.keeps = false;
    // The same as a change of the setting does in each window.
    for (const window of windows) await window.store.purge();
    assert.deepEqual(
      traces(windows).filter((line) => line.startsWith('shared.db')),
      [],
    );
  });

  test('turned off while no window ran, the next one that opens removes it', async () => {
    const before = await openWindows(true);
    const next = new Window(9, false);
    await next.store.facts(ref());
    assert.deepEqual(
      traces(before).filter((line) => line.startsWith('shared.db')),
      [],
    );
  });

  test('results that are deleted take all that is said of them along', async () => {
    const windows = await openWindows(true);
    const [one] = windows;
    await one?.store.delete(windows.flatMap(({ refs }) => refs));
    assert.deepEqual(traces(windows), []);
  });

  test('after one device is cleared the others are still there', async () => {
    const windows = await openWindows(true);
    const [one, two] = windows;
    assert.ok(one !== undefined && two !== undefined);
    await two.store.delete(one.refs);
    const runs = await one.store.call('runs');
    assert.equal(runs.length, WINDOWS - 1);
    const found = await two.store.call('foundAfter', TENANT, 0, 0);
    assert.equal(found.found.length, WINDOWS - 1);
  });

  test('after Remove All Data nothing is left', async () => {
    const windows = await openWindows(true);
    await windows[3]?.store.removeAll();
    assert.deepEqual(traces(windows), []);
  });

  test('what is replaced or purged is overwritten, and leaves the log within seconds', async (context) => {
    const windows = await openWindows(true);
    const [one] = windows;
    assert.ok(one !== undefined);
    context.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() + 9 * 60 * 60_000 });
    // Nine hours later: found actions and the copy are too old, and each run is written again.
    const next = new Window(9, true);
    await next.store.call('putFound', TENANT, [], { keep: true });
    for (const run of await next.store.call('runs')) {
      const { key } = (JSON.parse(run) as { run: Run }).run;
      await next.store.call('putRun', key, '{}', { keep: true });
    }
    context.mock.timers.tick(60_000);
    const found = traces(windows).filter((line) => line.startsWith('shared.db'));
    assert.deepEqual(found, []);
  });
});

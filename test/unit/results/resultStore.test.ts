import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { TestStore } from './testStore.ts';
import type { StoreThread } from '../../../src/worker/workerClient.ts';
import { StoredSearch } from '../../../src/results/search/storedSearch.ts';
import type { StoredFacts } from '../../../src/model/storedResult.ts';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';
import type { WorkerAnswer, WorkerRequest } from '../../../src/worker/protocol.ts';
import { failure } from '../defender/expected.ts';
import { settle } from '../defender/simulatedClock.ts';
import { analysisInPlace } from './analysisInPlace.ts';
import { arrived, ref, resultFile, TENANT } from './fixtures.ts';

type Reply = (request: WorkerRequest) => Omit<WorkerAnswer, 'id'> | undefined;

/** A thread that answers with the given reply; `undefined` leaves a request waiting. */
class FakeThread implements StoreThread {
  readonly requests: WorkerRequest[] = [];
  stopped = false;
  readonly #reply: Reply;
  readonly #answers: ((answer: WorkerAnswer) => void)[] = [];
  readonly #ends: ((reason: string) => void)[] = [];

  constructor(reply: Reply) {
    this.#reply = reply;
  }

  readonly send = (request: WorkerRequest): void => {
    this.requests.push(request);
    const reply = this.#reply(request);
    if (reply === undefined) return;
    setImmediate(() => {
      this.answer({ id: request.id, ...reply });
    });
  };

  readonly onAnswer = (listener: (answer: WorkerAnswer) => void): void => {
    this.#answers.push(listener);
  };

  readonly onEnd = (listener: (reason: string) => void): void => {
    this.#ends.push(listener);
  };

  readonly stop = (): Promise<void> => {
    this.stopped = true;
    this.end('exit');
    return Promise.resolve();
  };

  answer(answer: WorkerAnswer): void {
    for (const listener of this.#answers) listener(answer);
  }

  end(reason: string): void {
    for (const listener of this.#ends) listener(reason);
  }
}

/** Returns a reply that does the worker's work, in memory and never in a folder. */
function atWork(): Reply {
  const handlers = createHandlers();
  return ({ method, args }) => {
    if (method === 'open') return { answer: args[0] === undefined ? 'memory' : 'files' };
    const handler = handlers[method] as (...args: readonly unknown[]) => unknown;
    return { answer: handler(...args) };
  };
}

function open(reply: Reply, { folder }: { folder: string | undefined } = { folder: '/folder' }) {
  const threads: FakeThread[] = [];
  const saidMemory: string[] = [];
  const store = new TestStore({
    folder,
    analysis: analysisInPlace(),
    startThread: () => {
      const thread = new FakeThread(reply);
      threads.push(thread);
      return Promise.resolve(thread);
    },
    onMemoryOnly: (reason) => saidMemory.push(reason),
  });
  return { store, threads, saidMemory };
}

const files: Reply = ({ method }) => (method === 'open' ? { answer: 'files' } : undefined);

suite('the store and its thread', () => {
  test('the thread is started at the first question, once, and told its folder first', async () => {
    const { store, threads, saidMemory } = open(({ method }) => ({ answer: method === 'open' ? 'files' : undefined }));
    assert.equal(threads.length, 0);
    await Promise.all([store.facts(ref()), store.raw(ref()), store.text(ref(), 'output')]);
    assert.equal(threads.length, 1);
    assert.deepEqual(threads[0]?.requests[0], { id: 1, method: 'open', args: ['/folder'] });
    assert.deepEqual(saidMemory, []);
  });

  test('without a folder it is said once that results are kept for this session only', async () => {
    const { store, threads, saidMemory } = open(atWork(), { folder: undefined });
    await store.facts(ref());
    threads[0]?.end('crash');
    await store.facts(ref());
    assert.equal(threads.length, 2);
    assert.equal(saidMemory.length, 1);
  });

  test('without a database reading goes on, and the reason is told once', async () => {
    const { store, saidMemory } = open(({ method }) =>
      method === 'open' ? { failure: 'Error: disk full' } : { answer: undefined },
    );
    assert.equal(await store.facts(ref()), undefined);
    assert.deepEqual(saidMemory, ['Error: disk full']);
  });

  test('answers reach who asked, in whatever order they come', async () => {
    const waiting: WorkerRequest[] = [];
    const { store, threads } = open((request) => {
      if (request.method !== 'open') waiting.push(request);
      return request.method === 'open' ? { answer: 'files' } : undefined;
    });
    const output = store.text(ref(), 'output');
    const errors = store.text(ref(), 'errors');
    await settle();
    await settle();
    assert.deepEqual(
      waiting.map(({ args }) => args[1]),
      ['output', 'errors'],
    );
    for (const { id, args } of waiting.toReversed()) threads[0]?.answer({ id, answer: `the ${String(args[1])}` });
    assert.deepEqual(await Promise.all([output, errors]), ['the output', 'the errors']);
  });

  test('a failure in the thread is one of the database', async () => {
    const { store } = open(({ method }) => (method === 'open' ? { answer: 'files' } : { failure: 'Error: locked' }));
    await assert.rejects(store.raw(ref()), failure('databaseFailed', { reason: 'Error: locked' }));
  });

  test('when the thread ends, all that waits for it is refused, and the next question starts another', async () => {
    const { store, threads } = open(files);
    const waiting = [store.raw(ref()), store.facts(ref())];
    await settle();
    await settle();
    assert.equal(threads[0]?.requests.length, 3);
    threads[0].end('out of memory');
    for (const one of waiting) await assert.rejects(one, failure('databaseFailed', { reason: 'out of memory' }));
    store.raw(ref()).catch(() => undefined);
    await settle();
    assert.equal(threads.length, 2);
    assert.equal(threads[1]?.requests[0]?.method, 'open');
  });

  test('a thread that could not be started is tried again at the next question', async () => {
    let tries = 0;
    const store = new TestStore({
      folder: '/folder',
      analysis: analysisInPlace(),
      startThread: () =>
        ++tries === 1 ? Promise.reject(new Error('no worker')) : Promise.resolve(new FakeThread(atWork())),
      onMemoryOnly: () => undefined,
    });
    await assert.rejects(store.facts(ref()));
    assert.equal(await store.facts(ref()), undefined);
    assert.equal(tries, 2);
  });

  test('a thread that could not be started is a failure of the database', async () => {
    const store = new TestStore({
      folder: '/folder',
      analysis: analysisInPlace(),
      startThread: () => Promise.reject(new Error('no worker')),
      onMemoryOnly: () => undefined,
    });
    await assert.rejects(store.facts(ref()), failure('databaseFailed'));
  });

  test('when the store is disposed of, its thread is stopped', async () => {
    const { store, threads } = open(atWork());
    await store.facts(ref());
    await store.dispose();
    assert.equal(threads[0]?.stopped, true);
    await open(atWork()).store.dispose();
  });
});

suite('what goes from the store', () => {
  test('what is deleted or purged is not known any more, and is told', async () => {
    const handlers = createHandlers();
    const reply: Reply = ({ method, args }) => {
      if (method === 'open') return { answer: 'files' };
      return { answer: (handlers[method] as (...all: readonly unknown[]) => unknown)(...args) };
    };
    const { store } = open(reply);
    const gone: string[] = [];
    store.onDidForget((facts) => gone.push(...facts.map(({ sha256 }) => sha256)));
    const stored = await store.put(...arrived(resultFile('text')));
    await store.delete([ref()]);
    assert.equal(store.known(ref()), undefined);
    assert.equal(await store.facts(ref()), undefined);
    assert.deepEqual(gone, [stored.sha256]);
  });

  test('a copy that is damaged is one that is not stored, and has a code of its own', async () => {
    const { store } = open(({ method }) => {
      if (method === 'open') return { answer: 'files' };
      return method === 'text' ? { failure: 'ResultDamaged: x', failureName: 'ResultDamaged' } : { answer: undefined };
    });
    await assert.rejects(store.text(ref(), 'output'), failure('resultDamaged', { reason: 'ResultDamaged: x' }));
    assert.equal(store.known(ref()), undefined);
  });

  test('what another window stored or cleared is known after catching up', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'windows-'));
    const window = (): TestStore => {
      const handlers = createHandlers();
      const reply: Reply = ({ method, args }) => ({
        answer: (handlers[method] as (...all: readonly unknown[]) => unknown)(...args),
      });
      return new TestStore({
        folder,
        analysis: analysisInPlace(),
        startThread: () => Promise.resolve(new FakeThread(reply)),
        onMemoryOnly: () => undefined,
      });
    };
    const [one, other] = [window(), window()];
    await one.learn(TENANT);
    await other.learn(TENANT);
    await one.put(...arrived(resultFile('text')));
    await other.catchUp();
    assert.ok(other.known(ref()));
    await other.delete([ref()]);
    await one.catchUp();
    assert.equal(one.known(ref()), undefined);
    await rm(folder, { recursive: true });
  });

  test('a fault of the file is told once, and not with every result', async () => {
    const told: string[] = [];
    const thread = new FakeThread(({ method }) => ({ answer: method === 'open' ? 'files' : undefined }));
    const store = new TestStore({
      folder: '/folder',
      analysis: analysisInPlace(),
      startThread: () => Promise.resolve(thread),
      onMemoryOnly: () => undefined,
      onFault: ({ kind }) => told.push(kind),
    });
    await store.facts(ref());
    for (const kind of ['full', 'full', 'locked'] as const)
      thread.answer({ id: 0, notice: { fault: { kind, reason: '' } } });
    assert.deepEqual(told, ['full', 'locked']);
  });
});

suite('a search', () => {
  const query = {
    text: 'x',
    isRegExp: false,
    matchCase: false,
    connection: undefined,
    device: undefined,
    script: undefined,
  };

  test('goes on step by step until it is done; what it finds adds up', async () => {
    const { store } = open(atWork());
    for (const commandIndex of [0, 1]) await store.put(...arrived(resultFile('x\nx'), { ref: ref({ commandIndex }) }));
    const search = new StoredSearch(store);
    await search.start(query);
    const { state, lines, searched, found } = search.run ?? {};
    assert.deepEqual([state, lines, searched, found?.length], ['done', 4, 2, 2]);
    search.clear();
    assert.equal(search.run, undefined);
  });

  test('that is cancelled asks no more, and keeps what it has', async () => {
    const steps: string[] = [];
    const search = new StoredSearch(
      open(({ method }) => {
        steps.push(method);
        if (method === 'searchOn' && steps.length > 4) search.cancel();
        return { answer: method === 'searchOn' ? { found: [], searched: 1, done: false } : 1 };
      }).store,
    );
    await search.start(query);
    const run = search.run;
    assert.ok(run !== undefined && run.searched > 0);
    assert.equal(run.state, 'cancelled');
    assert.equal(steps.at(-1), 'endSearch');
  });
});

suite('what the store knows', () => {
  test('a result that was put is known without asking, and told', async () => {
    const { store, threads } = open(atWork());
    const told: StoredFacts[] = [];
    store.onDidStore((facts) => told.push(facts));
    assert.equal(store.known(ref()), undefined);
    const stored = await store.put(...arrived(resultFile('text')));
    assert.equal(stored.transcript?.exitCode, 0);
    assert.deepEqual(told, [stored]);
    assert.equal(store.known(ref()), stored);
    const asked = threads[0]?.requests.length;
    assert.equal(await store.facts(ref()), stored);
    assert.equal(threads[0]?.requests.length, asked);
  });

  test('nothing is known and nothing told of a result that could not be stored', async () => {
    const { store } = open(({ method }) => (method === 'open' ? { answer: 'files' } : { failure: 'Error: disk full' }));
    let told = 0;
    store.onDidStore(() => told++);
    await assert.rejects(store.put(...arrived(resultFile('text'))), failure('databaseFailed'));
    assert.equal(store.known(ref()), undefined);
    assert.equal(told, 0);
  });

  test('what was stored before becomes known by asking once, or all of a tenant together', async () => {
    const reply = atWork();
    await open(reply).store.put(...arrived(resultFile('text')));
    const asking = open(reply).store;
    assert.equal((await asking.facts(ref()))?.sha256, arrived(resultFile('text'))[0].sha256);
    assert.ok(asking.known(ref()));
    const learning = open(reply).store;
    await learning.learn(TENANT);
    assert.ok(learning.known(ref()));
  });
});

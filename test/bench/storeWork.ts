import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import type { WorkerHandlers } from '../../src/worker/handlers/handlers.ts';
import { arrived, ref, resultFile } from '../unit/results/fixtures.ts';

// A process of its own, run by store.bench.ts: `fill FOLDER COUNT`, `start FOLDER`, `open FOLDER COUNT`, `search FOLDER`.
/** Bytes of a result that do not shrink when they are packed, so that 100,000 of them take 2 GB. */
const RANDOM_BYTES = 20_000;
const OPENS = 200;
/** Text of the newest result only. */
const NEEDLE = 'needle in the newest result';

const [work = '', folder = '', count = '0'] = process.argv.slice(2);
const handlers = createHandlers();

/** Stores results, the last one with the text that the search looks for. */
function fill(): void {
  handlers.open(folder);
  const total = Number(count);
  const noise = randomBytes(RANDOM_BYTES * 4).toString('base64');
  const units = Math.ceil((RANDOM_BYTES * 4) / 3);
  for (let at = 0; at < total; at++) {
    // Another part of the same noise, so that it takes no time to make.
    const own = noise.slice((at * 61) % (noise.length - units)).slice(0, units);
    const text = at === total - 1 ? NEEDLE : `${at}\n${own}`;
    const [facts, bytes] = arrived(resultFile(text), { ref: ref({ commandIndex: at }), fetchedAt: at + 1 });
    handlers.put(facts, bytes, { keep: true });
  }
}

/** Returns the time until the files are open and the first question about a result is answered, ms. */
function start(): number {
  const begun = performance.now();
  handlers.open(folder);
  handlers.facts(ref({ actionId: 'none' }));
  handlers.runs();
  return performance.now() - begun;
}

/** Returns the time that it takes to open a result, ms: its facts and its document. Spread over the whole store. */
function open(): number[] {
  handlers.open(folder);
  const total = Number(count);
  const times: number[] = [];
  for (let at = 0; at < OPENS; at++) {
    const one = ref({ commandIndex: Math.floor((at * (total - 1)) / OPENS) });
    const begun = performance.now();
    const isThere = handlers.facts(one) !== undefined && handlers.document(one, 'output') !== undefined;
    times.push(performance.now() - begun);
    if (!isThere) throw new Error('a result is not stored');
  }
  return times;
}

/** Returns the time to the first hit in the newest result, ms. */
function search(own: WorkerHandlers): number {
  own.open(folder);
  const begun = performance.now();
  const id = own.beginSearch({
    text: NEEDLE,
    isRegExp: false,
    matchCase: false,
    connection: undefined,
    device: undefined,
    script: undefined,
  });
  for (;;) {
    const step = own.searchOn(id);
    if (step.found.length > 0) return performance.now() - begun;
    if (step.done) throw new Error('the newest result was not found');
  }
}

const answers: Readonly<Record<string, () => unknown>> = { fill, start, open, search: () => search(handlers) };

if (isMainThread) {
  // In a thread that is ended, as a window does it: only that closes the files.
  const thread = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) });
  const [answer] = (await once(thread, 'message')) as readonly unknown[];
  await thread.terminate();
  process.stdout.write(JSON.stringify(answer));
} else parentPort?.postMessage(answers[work]?.() ?? null);

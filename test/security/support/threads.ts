import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AnalysisThread } from '../../../src/analysis/analysis.ts';
import { toAnalysisThread } from '../../../src/analysis/workerThread.ts';
import type { StoreThread } from '../../../src/worker/workerClient.ts';

/** Starts real threads from the sources, as src/lazy.ts does. */
export class Threads {
  readonly #workers: Worker[] = [];

  /** Number of analysis threads started so far. */
  started = 0;

  /** Number of threads that still run. */
  get running(): number {
    return this.#workers.filter(({ threadId }) => threadId > 0).length;
  }

  /** @param file - main.ts, or its replacement */
  async startAnalysis(file: string): Promise<AnalysisThread> {
    this.started++;
    return toAnalysisThread(this.#start(file));
  }

  startStore(): Promise<StoreThread> {
    const worker = this.#start('src/worker/main.ts');
    return Promise.resolve({
      send: (request) => {
        worker.postMessage(request);
      },
      onAnswer: (listener) => {
        worker.on('message', listener);
      },
      onEnd: () => undefined,
      stop: async () => {
        await worker.terminate();
      },
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #start(file: string): Worker {
    const worker = new Worker(path.resolve(file), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: 128 },
    });
    // The failure of a thread is the subject of the test, so no one else needs to receive it.
    worker.on('error', () => undefined);
    this.#workers.push(worker);
    return worker;
  }
}

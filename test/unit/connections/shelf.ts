import { LiveResponseError } from '../../../src/base/errors.ts';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';
import type { WorkerCalls, WorkerMethod } from '../../../src/worker/protocol.ts';

/** The worker's store of connections, in memory or in a folder. Counts how often it was read. */
export class Shelf {
  reads = 0;
  failNext = false;
  readonly #handlers = createHandlers();

  constructor(folder?: string) {
    this.#handlers.open(folder);
  }

  readonly call = <Method extends WorkerMethod>(
    method: Method,
    ...args: WorkerCalls[Method]['args']
  ): Promise<WorkerCalls[Method]['answer']> => {
    if (method === 'connections') this.reads++;
    if (this.failNext) {
      this.failNext = false;
      return Promise.reject(new LiveResponseError('databaseFailed'));
    }
    const handler = this.#handlers[method] as (...given: readonly unknown[]) => WorkerCalls[Method]['answer'];
    return Promise.resolve(handler(...args));
  };
}

import type { StoreThread } from '../../../src/worker/workerClient.ts';
import type { WorkerHandlers } from '../../../src/worker/handlers/handlers.ts';

/** Does the store's real work, without the thread. */
export function threadOf(worker: WorkerHandlers): StoreThread {
  let answer: Parameters<StoreThread['onAnswer']>[0] = () => undefined;
  return {
    send: ({ id, method, args }) => {
      const handler = worker[method] as (...values: readonly unknown[]) => unknown;
      try {
        answer({ id, answer: handler(...args) });
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error('unknown');
        answer({ id, failure: message, failureName: name });
      }
    },
    onAnswer: (listener) => {
      answer = listener;
    },
    onEnd: () => undefined,
    stop: () => Promise.resolve(),
  };
}

import { parentPort } from 'node:worker_threads';
import { createHandlers } from './handlers/handlers.ts';
import type { WorkerAnswer, WorkerRequest } from './protocol.ts';

// SQLite, gzip and decoding run in this thread, because they are slow for large results. The extension host's thread
// stays free.
const handlers = createHandlers((fault) => {
  const message: WorkerAnswer = { id: 0, notice: { fault } };
  parentPort?.postMessage(message);
});

parentPort?.on('message', ({ id, method, args }: WorkerRequest) => {
  let message: WorkerAnswer;
  const moved: ArrayBuffer[] = [];
  try {
    // WorkerCalls defines the types on both sides of the thread's border. The message between them has no type.
    const handler = handlers[method] as (...args: readonly unknown[]) => unknown;
    const answer = handler(...args);
    if (answer instanceof Uint8Array && answer.buffer instanceof ArrayBuffer) moved.push(answer.buffer);
    message = { id, answer };
  } catch (error) {
    message =
      error instanceof Error
        ? { id, failure: `${error.name}: ${error.message}`, failureName: error.name }
        : { id, failure: 'unknown' };
  }
  parentPort?.postMessage(message, moved);
});

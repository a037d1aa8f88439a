import { parentPort } from 'node:worker_threads';
import { createHandlers } from './handlers/handlers.ts';
import type { WorkerAnswer, WorkerRequest } from './protocol.ts';

// All slow work on large results runs here, off the extension host's thread: SQLite, gzip, decoding.
const handlers = createHandlers((fault) => {
  const message: WorkerAnswer = { id: 0, notice: { fault } };
  parentPort?.postMessage(message);
});

parentPort?.on('message', ({ id, method, args }: WorkerRequest) => {
  let message: WorkerAnswer;
  const moved: ArrayBuffer[] = [];
  try {
    // Both ends are typed by WorkerCalls; the message in between is not.
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

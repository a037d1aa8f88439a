import { parentPort } from 'node:worker_threads';
import { createHandlers } from './handlers.ts';
import type { WorkerAnswer, WorkerRequest } from './protocol.ts';

// Everything that takes long on big results runs here, off the extension host's thread: SQLite, gzip, decoding.
const handlers = createHandlers();

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
    message = { id, failure: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' };
  }
  parentPort?.postMessage(message, moved);
});

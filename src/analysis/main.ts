import { parentPort } from 'node:worker_threads';
import { READY } from './analysisCalls.ts';
import type { AnalysisAnswer, AnalysisRequest } from './analysisCalls.ts';
import { createAnalysisHandlers } from './analysisHandlers.ts';

// This thread reads the output of devices with regular expressions. A slow regular expression cannot delay a click,
// because the thread is ended when it takes too long.
const handlers = createAnalysisHandlers();

parentPort?.postMessage(READY);
parentPort?.on('message', ({ id, method, args }: AnalysisRequest) => {
  let message: AnalysisAnswer;
  const moved: ArrayBuffer[] = [];
  try {
    // AnalysisCalls defines the types on both sides of the thread's border. The message between them has no type.
    const handler = handlers[method] as (...args: readonly unknown[]) => unknown;
    const answer = handler(...args);
    if (answer instanceof Uint8Array && answer.buffer instanceof ArrayBuffer) moved.push(answer.buffer);
    message = { id, answer };
  } catch (error) {
    message = { id, failure: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' };
  }
  parentPort?.postMessage(message, moved);
});

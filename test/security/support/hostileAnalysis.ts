import { parentPort } from 'node:worker_threads';
import { createAnalysisHandlers } from '../../../src/analysis/analysisHandlers.ts';
import { unpack } from '../../../src/analysis/packed.ts';
import { READY } from '../../../src/analysis/analysisCalls.ts';
import type { AnalysisAnswer, AnalysisHandlers, AnalysisRequest } from '../../../src/analysis/analysisCalls.ts';

/**
 * A pattern that takes longer than a human life for each text that begins like this. Patterns of this kind are always
 * possible.
 */
const NEVER_ENDS = /^hostile (?:a+)+$/;

function suffer(text: string): void {
  if (text.startsWith('exit')) process.exit(7);
  if (text.startsWith('greedy')) {
    // Little by little: one allocation that is larger than what is left ends the whole process, not the thread.
    let last: unknown;
    for (;;) last = { last };
  }
  NEVER_ENDS.test(text);
}

const real = createAnalysisHandlers();
const handlers: AnalysisHandlers = {
  ...real,
  indicators: (text, ranges) => {
    if (text instanceof Uint8Array) suffer(unpack(text) as string);
    return real.indicators(text, ranges);
  },
  defang: (text) => {
    suffer(text);
    return real.defang(text);
  },
};

// The same as the thread's own main.ts, except for the effect of hostile texts.
parentPort?.postMessage(READY);
parentPort?.on('message', ({ id, method, args }: AnalysisRequest) => {
  const handler = handlers[method] as (...values: readonly unknown[]) => unknown;
  const message: AnalysisAnswer = { id, answer: handler(...args) };
  parentPort?.postMessage(message);
});

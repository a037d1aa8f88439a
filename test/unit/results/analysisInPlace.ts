import type { Analysis } from '../../../src/analysis/analysis.ts';
import { createAnalysisHandlers } from '../../../src/analysis/analysisHandlers.ts';

/** Does the real work of the analysis thread, without the thread. */
export function analysisInPlace(): Pick<Analysis, 'run'> {
  const handlers = createAnalysisHandlers();
  return {
    run: (work) =>
      work((method, ...args) => {
        const handler = handlers[method] as (...values: readonly unknown[]) => never;
        return Promise.resolve().then(() => handler(...args));
      }),
  };
}

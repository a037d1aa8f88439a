import { createHandlers } from '../../../src/worker/handlers/handlers.ts';

// A process of its own for openedTogether.test.ts. Opens each folder that arrives, and reports what went wrong.
process.on('message', (folder: unknown) => {
  const faults: string[] = [];
  try {
    createHandlers(({ kind, reason }) => faults.push(`${kind}: ${reason}`)).open(String(folder));
  } catch (error) {
    faults.push(String(error));
  }
  process.send?.(faults);
});
process.send?.([]);

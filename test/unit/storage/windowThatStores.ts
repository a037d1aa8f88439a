import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';
import { arrived, ref, resultFile } from '../results/fixtures.ts';

// A process of its own, killed by killed.test.ts. Stores results one after the other, and prints a dot for each.
const handlers = createHandlers();
handlers.open(process.argv[2]);
const noise = randomBytes(2_000_000).toString('base64');
for (let commandIndex = 0; commandIndex < 1000; commandIndex++) {
  handlers.put(...arrived(resultFile(`${commandIndex}${noise}`), { ref: ref({ commandIndex }) }));
  writeSync(1, '.');
}

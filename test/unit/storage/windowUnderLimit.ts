import { randomBytes } from 'node:crypto';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';
import { arrived, ref, resultFile } from '../results/fixtures.ts';

// A process of its own, run by fullDisk.test.ts under a limit. Stores a small result and a large one, and reads both.
const kinds: string[] = [];
const handlers = createHandlers(({ kind }) => kinds.push(kind));
let opened: string;
try {
  opened = handlers.open(process.argv[2]);
} catch (error) {
  opened = String(error);
}
const noise = randomBytes(600_000).toString('base64');
handlers.put(...arrived(resultFile('small')));
handlers.put(...arrived(resultFile(`large${noise}`), { ref: ref({ commandIndex: 1 }) }));
const texts = [0, 1].map((commandIndex) => handlers.text(ref({ commandIndex }), 'output')?.slice(0, 5) ?? null);
process.stdout.write(JSON.stringify({ kinds, texts, opened }));

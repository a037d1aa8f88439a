import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DOCUMENT, writeDocument } from '../test/faults/document.ts';

// Prints the table of faults and writes it to docs/faults.md.
const text = await writeDocument();
await mkdir(path.dirname(DOCUMENT), { recursive: true });
await writeFile(DOCUMENT, text);
console.log(text);

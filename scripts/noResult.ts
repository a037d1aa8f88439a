import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DOCUMENT, writeDocument } from '../test/story/document.ts';

// Writes docs/reference/no-result.md.
const text = await writeDocument();
await mkdir(path.dirname(DOCUMENT), { recursive: true });
await writeFile(DOCUMENT, text);
console.log(text);

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { PART_LINES } from '../../../../src/evidence/text/textParts.ts';
import { createHandlers } from '../../../../src/worker/handlers/handlers.ts';
import type { WorkerHandlers } from '../../../../src/worker/handlers/handlers.ts';
import type { PlainAddress } from '../../../../src/worker/viewCalls.ts';
import { arrived, ref, resultFile } from '../../results/fixtures.ts';

const output = (change: Partial<PlainAddress> = {}): PlainAddress => ({ ...ref(), stream: 'output', ...change });
const read = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString();

function stored(bytes: Buffer): WorkerHandlers {
  const handlers = createHandlers();
  handlers.put(...arrived(bytes));
  return handlers;
}

suite('parts of a stored text', () => {
  test('a text that is too long is given in parts, whose line numbers are those of the whole', () => {
    const text = Array.from({ length: 2 * PART_LINES + 5 }, (_, at) => `line ${at + 1}`).join('\n');
    const handlers = stored(resultFile(`${text}\0`));
    const found = handlers.textParts(output());
    assert.equal(found?.lines, 2 * PART_LINES + 5);
    assert.deepEqual(
      found.parts.map(({ first, lastLine }) => [first.line, first.column, lastLine]),
      [
        [1, 1, PART_LINES],
        [PART_LINES + 1, 1, 2 * PART_LINES],
        [2 * PART_LINES + 1, 1, 2 * PART_LINES + 5],
      ],
    );
    for (const { first, lastLine, documentBytes } of found.parts) {
      const document = handlers.partDocument(output(first.line === 1 ? {} : { part: first }));
      assert.equal(document?.length, documentBytes);
      const lines = read(document)?.slice(1).split('\n');
      assert.equal(lines?.[0], `line ${first.line}`);
      assert.equal(lines.at(-1)?.replace('\u2400', ''), `line ${lastLine}`);
    }
    assert.equal(read(handlers.partDocument(output({ part: 'whole' })))?.slice(1), `${text}\u2400`);
    assert.equal(handlers.partDocument(output({ part: 'whole' }))?.length, found.documentBytes);
    assert.equal(handlers.partDocument(output({ part: { line: 7, column: 1 } })), undefined);
  });

  test('what is put anew is not shown from before', () => {
    const handlers = stored(resultFile('one'));
    assert.equal(read(handlers.partDocument(output())), '\ufeffone');
    handlers.put(...arrived(resultFile('two')));
    assert.equal(read(handlers.partDocument(output())), '\ufefftwo');
  });

  test('what is not stored has neither', () => {
    const handlers = createHandlers();
    assert.equal(handlers.textParts(output()), undefined);
    assert.equal(handlers.partDocument(output()), undefined);
    assert.equal(handlers.saveText(output(), '/nowhere/x'), undefined);
  });

  test('a text is saved as it is, also across pieces; a failure leaves no half of it', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'save-text-'));
    try {
      // A surrogate pair on the edge of a piece.
      const text = `${'x'.repeat(1024 * 1024 - 1)}😀\r\n\0`;
      const handlers = stored(resultFile(text));
      const file = path.join(folder, 'output.txt');
      assert.equal(handlers.saveText(output(), file), Buffer.byteLength(text));
      assert.equal(await readFile(file, 'utf8'), text);
      assert.throws(() => handlers.saveText(output(), path.join(folder, 'none', 'output.txt')));
      assert.throws(() => handlers.saveText(output(), folder));
      assert.deepEqual(await readdir(folder), ['output.txt']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readLabelled } from './labelledTables.ts';

suite('the labelled texts with tables', () => {
  for (const [part, least, leastWithout] of [
    ['known', 92, 22],
    ['heldOut', 27, 6],
  ] as const) {
    test(`${part}: enough of them, also such as hold none`, async () => {
      const texts = await readLabelled(part);
      assert.ok(texts.length >= least);
      assert.ok(texts.filter(({ label }) => label.tables.length === 0).length >= leastWithout);
      assert.deepEqual([...new Set(texts.map(({ label }) => label.language))].sort(), ['de', 'en', 'tr']);
      assert.deepEqual([...new Set(texts.map(({ label }) => label.os))].sort(), ['linux', 'macos', 'windows']);
    });

    test(`${part}: every label names lines that are there, each once, and as many cells as columns`, async () => {
      for (const { name, text, label } of await readLabelled(part)) {
        const count = text.split(/\r\n|\r|\n/u).length;
        const used = new Set<number>();
        const use = (line: number): void => {
          assert.ok(line >= 1 && line <= count && !used.has(line), `${name}: line ${line}`);
          used.add(line);
        };
        for (const { columns, rows, otherLines } of label.tables) {
          assert.ok(columns.length > 0 && rows.length > 0, name);
          for (const line of otherLines) use(line);
          // Objects of a JSON array on one line are rows of the same line.
          const inRows = new Set<number>();
          for (const { firstLine, lastLine, cells } of rows) {
            assert.equal(cells.length, columns.length, `${name}: line ${firstLine}`);
            for (let line = firstLine; line <= lastLine; line++) inRows.add(line);
          }
          for (const line of inRows) use(line);
        }
      }
    });
  }
});

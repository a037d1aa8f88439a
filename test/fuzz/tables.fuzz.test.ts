import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { readTables } from '../../src/evidence/tables/readTables.ts';
import { times } from './support/settings.ts';

const FOLDER = 'test/corpus/tables/known';
const texts = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => readFileSync(path.join(FOLDER, name), 'utf8'));

/** Lines of the labelled texts in any order, with lines that are cut, repeated or made of signs of tables. */
const mixed = fc
  .array(
    fc.oneof(
      fc.constantFrom(...texts.flatMap((text) => text.split('\n'))),
      fc.stringMatching(/^[-= {}[\]",:;|\t\0a-c\r]{0,30}$/u),
      fc.constantFrom('', '----  ----', 'Name : x', '{"a":1}', '[', ']', '"a","b"', 'A  B'),
    ),
    { maxLength: 40 },
  )
  .map((lines) => lines.join('\n'));

suite('any text with signs of tables', () => {
  test('each line is in tables or outside, and rows have a cell for each column', () => {
    fc.assert(
      fc.property(mixed, (text) => {
        const { tables, lines, outside, outsideLines } = readTables(text);
        const all = text.split(/\r\n|\r|\n/u);
        assert.equal(lines, all.length);
        const inside = new Set<number>();
        for (const { columns, rows, otherLines } of tables) {
          assert.ok(columns.length > 0 && rows.length > 0);
          for (const line of otherLines) inside.add(line);
          let last = 0;
          for (const { firstLine, lastLine, cells } of rows) {
            assert.equal(cells.length, columns.length);
            // Rows of JSON may share a line, and no row begins before the one above it.
            assert.ok(firstLine >= last && lastLine >= firstLine && lastLine <= lines);
            last = firstLine;
            for (let line = firstLine; line <= lastLine; line++) inside.add(line);
          }
        }
        const out = new Set<number>();
        for (const [first, end] of outside) for (let line = first; line <= end; line++) out.add(line);
        assert.equal(inside.size + out.size, lines);
        for (const line of inside) assert.ok(!out.has(line), `line ${line} is inside and outside`);
        assert.ok(outsideLines <= out.size);
      }),
      times(3000),
    );
  });

  test('every sign of a printed cell stands on the lines of its row', () => {
    fc.assert(
      fc.property(mixed, (text) => {
        const all = text.split(/\r\n|\r|\n/u);
        for (const { shape, rows } of readTables(text).tables) {
          // Escapes of JSON and doubled quotation marks of CSV are decoded.
          if (shape === 'json' || shape === 'csv') continue;
          for (const { firstLine, lastLine, cells } of rows) {
            const printed = all
              .slice(firstLine - 1, lastLine)
              .join('\n')
              .replaceAll('\0', '');
            for (const cell of cells) {
              for (const piece of (cell ?? '').split('\n'))
                assert.ok(printed.includes(piece), `${piece} in ${printed}`);
            }
          }
        }
      }),
      times(2000),
    );
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { startsFormula, toCsv } from '../../../../src/evidence/export/csv.ts';
import { readCsv, unguard } from '../csvReader.ts';
import { times } from '../../../fuzz/support/settings.ts';

/** Pattern for a spreadsheet's formulas, written independently of the product's. */
const IS_FORMULA = /^[=+\-@\t\r\n＝＋－＠−]/u;
const NASTY = fc.string({
  unit: fc.constantFrom(...'=+-@＝＋－＠−;,|\'"\t\r\n\0\u200b\ufeff\u2028 aZ1\ud800'.split(/(?:)/u)),
  maxLength: 24,
});
const ANY_CELL = fc.oneof(NASTY, fc.string({ unit: 'binary' }));

suite('a table as CSV', () => {
  test('commas, CRLF behind every row, quotation marks where they are needed', () => {
    const csv = toCsv(
      ['Device', 'Text'],
      [
        ['dc1', 'a, "b"'],
        ['', 'two\nlines'],
        [' x', '日本'],
      ],
    );
    assert.equal(csv, 'Device,Text\r\ndc1,"a, ""b"""\r\n,"two\nlines"\r\n" x",日本\r\n');
  });

  test('numbers of ours stay numbers', () => {
    assert.equal(
      toCsv(['Exit code'], [[-1073741510], ['-1073741510']]),
      "Exit code\r\n-1073741510\r\n'-1073741510\r\n",
    );
  });

  test('no cell begins a formula, whatever stands in front of it', () => {
    const cells = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1', '＋1', '－1', '＠x', '−1'];
    const hidden = [' =1', '"=1', "'=1", '\u00a0=1', '\u200b=1', '\0=1', '\ufeff@x', '\tplain', '\nplain', "'\tplain"];
    for (const cell of [...cells, ...hidden]) {
      assert.ok(startsFormula(cell), JSON.stringify(cell));
      const [, [read] = []] = readCsv(toCsv(['h'], [[cell]]));
      assert.equal(read?.charAt(0), "'", JSON.stringify(cell));
      assert.equal(unguard(read), cell);
    }
    for (const cell of ['', '1', 'a=1', "'quoted'", '"quoted"', '1-2', 'C:\\a-b', ' a']) {
      assert.ok(!startsFormula(cell), cell);
      assert.deepEqual(readCsv(toCsv(['h'], [[cell]])), [['h'], [cell]]);
    }
  });

  test('no formula hides behind what Excel takes for a separator elsewhere', () => {
    const hidden: [string, string][] = [
      ['a;=1+1', "a;'=1+1"],
      ['a; "=1+1', `a;' "=1+1`],
      ['a\n=1', "a\n'=1"],
      ['a\t;\r\n+1', "a\t;\r\n'+1"],
      [';;=1', ";;'=1"],
    ];
    for (const [cell, written] of hidden) {
      assert.deepEqual(readCsv(toCsv(['h'], [[cell]])), [['h'], [written]]);
      assert.equal(unguard(written), cell);
    }
  });

  test('read back and unguarded, every cell is what it was, and none begins a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.array(ANY_CELL, { minLength: 2, maxLength: 4 }), { maxLength: 6 }), (rows) => {
        const header = ['one', 'two'];
        const read = readCsv(toCsv(header, rows));
        for (const cell of read.flat()) {
          assert.ok(!IS_FORMULA.test(cell), JSON.stringify(cell));
          for (const piece of cell.split(/[;\t\r\n]/u)) assert.ok(!/^[\s'"]*=/u.test(piece) || /^\s*['"]/u.test(piece));
        }
        assert.deepEqual(
          read.map((row) => row.map(unguard)),
          [header, ...rows],
        );
      }),
      times(2_000),
    );
  });

  test('a megabyte of what could stand before a formula takes no longer than it is', () => {
    for (const unit of ['\t', ';', "'", '"', ' ', '\n', ';=', '\t-', "';\t"]) {
      const text = unit.repeat(1_000_000 / unit.length);
      const startedAt = performance.now();
      toCsv(['h'], [[text], [`${text}=`]]);
      assert.ok(performance.now() - startedAt < 8000, JSON.stringify(unit));
    }
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readHeadedTable } from '../../../../src/evidence/tables/headedTables.ts';
import { readTables } from '../../../../src/evidence/tables/readTables.ts';
import { readRuledTable } from '../../../../src/evidence/tables/ruledTables.ts';
import { MOST_CELLS, toTableLines } from '../../../../src/evidence/tables/tableLines.ts';
import { readLabelled, scoreTables } from '../../corpus/labelledTables.ts';
import { cellsOf, lines, only } from './onlyTable.ts';

/** Texts that the reader is known to miss: it claims no table there, or leaves a word in the cell beside it. */
const KNOWN_GAPS = [
  // The cell of a right-aligned column begins far left of its name, with a blank in it where all rows have one.
  'several-ls-timers-crontab-linux-de.txt: line 17, LAST',
  'several-ls-timers-crontab-linux-de.txt: line 17, PASSED',
  // `net user` prints no sign between a name and its value, so that any two columns of words would look like it.
  'several-net-user-wevtutil-win-de.txt: no table at line 2',
];

suite('reading tables: the labelled texts', () => {
  test('the cells of the known texts are right, and no table is claimed where there is none', async () => {
    const { wrong, cells, falselyClaimed } = scoreTables(await readLabelled('known'));
    assert.deepEqual(wrong, KNOWN_GAPS);
    assert.equal(falselyClaimed, 0);
    assert.ok(cells > 2900);
  });

  test('of texts that were held out, the cells of claimed tables are right', async () => {
    const { right, claimed, falselyClaimed } = scoreTables(await readLabelled('heldOut'));
    assert.ok(right / claimed >= 0.99, `${right} of ${claimed}`);
    assert.equal(falselyClaimed, 0);
  });
});

suite('reading tables: what could be misread', () => {
  test('a cell that the tool cut keeps its sign', () => {
    const text = lines('Name     Path', '----     ----', 'svchost… C:\\Windows\\System32\\…', 'lsass    C:\\Windows');
    assert.deepEqual(cellsOf(text)[0], ['svchost…', 'C:\\Windows\\System32\\…']);
  });

  test('a wrapped row is one row; a row without a first cell is a row of its own', () => {
    const wrapped = lines('Id Message', '-- -------', ' 7 installed the', '   service', ' 8 short');
    assert.deepEqual(cellsOf(wrapped), [
      ['7', 'installed the\nservice'],
      ['8', 'short'],
    ]);
    const empty = lines(
      'Owner Path         Size',
      '----- ----         ----',
      'root  /etc/shadow   120',
      '      /etc/passwd    80',
    );
    assert.deepEqual(cellsOf(empty), [
      ['root', '/etc/shadow', '120'],
      ['', '/etc/passwd', '80'],
    ]);
  });

  test('wide letters of PowerShell 7 and of Windows PowerShell are both read', () => {
    const seven = lines('Name     Id', '----     --', '日本語   12', 'plain     3');
    const five = lines('Name     Id', '----     --', '日本語      12', 'plain     3');
    assert.deepEqual(cellsOf(seven), [
      ['日本語', '12'],
      ['plain', '3'],
    ]);
    assert.deepEqual(cellsOf(five)[0], ['日本語', '12']);
  });

  test('a quoted cell of CSV may contain delimiters, quotation marks and line ends', () => {
    const text = lines('"Name","Path"', '"a,b","say ""hi""\nnow"', '"c",');
    const table = only(text);
    assert.deepEqual(
      table.rows.map(({ cells }) => cells),
      [
        ['a,b', 'say "hi"\nnow'],
        ['c', ''],
      ],
    );
    assert.deepEqual([table.rows[0]?.firstLine, table.rows[0]?.lastLine], [2, 3]);
  });

  test('a quotation mark that never ends takes no other line', () => {
    const table = only(lines('Name\tCommand', 'a\t"C:\\Program Files\\a.exe" -k', 'b\t"never', 'c\td'));
    assert.deepEqual(
      table.rows.map(({ cells }) => cells),
      [
        ['a', '"C:\\Program Files\\a.exe" -k'],
        ['b', '"never'],
        ['c', 'd'],
      ],
    );
  });

  test('numbers and escapes of JSON are shown as printed, nested values on one line', () => {
    const table = only('[{"id":12345678901234567890,"n":1.50,"path":"C:\\\\x","in":{"a": [1, 2]}},\n{"id":1}]');
    assert.deepEqual(
      table.rows.map(({ cells }) => cells),
      [
        ['12345678901234567890', '1.50', 'C:\\x', '{"a":[1,2]}'],
        ['1', null, null, null],
      ],
    );
  });

  test('a key named __proto__ is a column', () => {
    assert.deepEqual(only('{"__proto__":"x","toString":1}').columns, ['__proto__', 'toString']);
  });

  test('colors, NULs and a byte order mark do not disturb', () => {
    const text = `\uFEFF\u001B[32;1mName Id\u001B[0m\n---- --\nlsass 9\u001B[0m\nx     8\0\0\0`
      .replace('Name Id', 'Name  Id')
      .replace('---- --', '----  --');
    assert.deepEqual(cellsOf(text), [
      ['lsass', '9'],
      ['x', '8'],
    ]);
  });

  test('a line of text directly behind a table is outside', () => {
    const { tables, outside, outsideLines } = readTables(lines('A  B', '-  -', '1  2', '3  4', '', 'Done.'));
    assert.equal(tables[0]?.rows.length, 2);
    assert.deepEqual(outside, [[5, 6]]);
    assert.equal(outsideLines, 1);
  });

  test('the heading above a table is known', () => {
    assert.equal(
      only(lines('=== Services ===', '', 'Name  State', '----  -----', 'Dhcp  Running')).heading,
      'Services',
    );
  });

  for (const [what, text] of [
    [
      'an underlined heading',
      lines('Summary', '-------', 'The host was isolated at 09:00.', 'Nothing else was found.'),
    ],
    ['prose with commas', lines('First, we looked, then', 'second, we waited, and', 'third, we left, too')],
    ['two fields', lines('Case: IR-1', 'Analyst: A. Person')],
    ['a log', lines('INFO: started', 'INFO: waiting', 'INFO: ended')],
    ['a list of numbers', lines('[', '1,', '2', ']')],
    ['an empty array', '[]'],
    ['INI', lines('[General]', 'Version=3', 'Path=C:\\x')],
  ] as const) {
    test(`${what} is no table`, () => {
      assert.deepEqual(readTables(text).tables, []);
    });
  }

  test('a reader whose work for a text is used up claims no table', () => {
    const text = 'UNIT   STATE   PRESET\na.one  on      off\nb.two  off     on\n';
    for (const [read, all] of [
      [readHeadedTable, toTableLines(text)],
      [readRuledTable, toTableLines(text.replace('\n', '\n----   -----   ------\n'))],
    ] as const) {
      assert.equal(read(all, 0)?.rows.length, 2);
      assert.equal(read({ ...all, spend: () => false }, 0), undefined);
    }
  });

  test('a table ends where it has more cells than are read', () => {
    const row = (cell: string): string => Array.from({ length: 200 }, () => cell).join(' ');
    const plain = [row('c'), row('-'), ...Array.from({ length: MOST_CELLS / 200 + 9 }, () => 'x y')];
    const found = readRuledTable({ plain, raw: plain, spend: () => true }, 0);
    assert.deepEqual([found?.columns.length, found?.rows.length], [200, MOST_CELLS / 200]);
  });

  test('hostile texts are read in time that grows with their length', () => {
    // Each took minutes if a reader looked at the rest of the text again at each line.
    const header = `a${' '.repeat(7000)}b\n-${' '.repeat(7000)}-\n`;
    assert.ok(readTables(header + 'x\n'.repeat(100_000)).lines > 0);
    const texts = [
      '2026-01-01 INFO x\n-----\n',
      'x\n-\n',
      'AAAAAAAA  B  C\n',
      '[\n',
      '{"a":\n',
      '- -\n',
      'A  B\n-  -\n',
      '"a,"b\n',
      'a:\n',
      '||',
      '-rw',
      '{',
      ' :',
      'PID CMD\n',
    ];
    for (const text of texts) {
      const { lines: count } = readTables(text.repeat(Math.ceil(400_000 / text.length)));
      assert.ok(count > 0);
    }
  });
});

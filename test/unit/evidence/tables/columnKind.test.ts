import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { keyOf, kindOfColumn } from '../../../../src/evidence/tables/columnKind.ts';

/** Sorts texts by the kind of their column. */
function sorted(...texts: readonly string[]): string[] {
  const kind = kindOfColumn(texts);
  const keys = new Map(texts.map((text) => [text, keyOf(kind, text)]));
  return [...texts].sort((one, other) => {
    const [left, right] = [keys.get(one) ?? '', keys.get(other) ?? ''];
    // Numbers stand before texts, as in SQLite.
    if (typeof left !== typeof right) return typeof left === 'number' ? -1 : 1;
    return left < right ? -1 : left > right ? 1 : 0;
  });
}

suite('cells sort as what they are', () => {
  for (const [what, texts] of [
    ['numbers', ['-3', '0x10', '99', '1,204', '1,204.55']],
    ['numbers with points between thousands', ['5', '999', '1.204', '12.000', '1.234.567']],
    ['numbers with a decimal comma', ['0,5', '1,25', '3,5']],
    ['decimals of three digits', ['0.015', '0.203', '1.204']],
    [
      'percentages, with a sign for none',
      ['2%', '10%', '100%', '3%', '4%', '-'].sort((one, other) =>
        one === '-' ? 1 : other === '-' ? -1 : parseInt(one) - parseInt(other),
      ),
    ],
    ['sizes', ['512 B', '8 K', '1.5 MB', '2 GB']],
    ['sizes of German Windows', ['8 K', '152 K', '30.160 K', '184.332 K']],
    ['dates of the United States', ['12/31/2024 11:59:00 PM', '1/2/2025 1:00:00 AM', '1/13/2025 12:00:00 AM']],
    ['dates that begin with the day', ['31.12.2024 23:59', '02.01.2025 01:00', '13.01.2025 00:00']],
    ['ISO times with zones', ['2025-03-14T09:00:00+02:00', '2025-03-14T08:30:00Z']],
    ['durations', ['0:00:09', '00:01:02', '1-00:00:00']],
    ['addresses', ['10.0.0.9', '10.0.0.10', '192.0.2.1:80', '192.0.2.1:443', '::1', '2001:db8::1']],
    ['versions', ['1.2', '1.2.0-beta', '1.2.0', '1.2.1', '1.10']],
  ] as const) {
    test(what, () => {
      assert.deepEqual(sorted(...[...texts].reverse()), texts);
    });
  }

  test('a text among numbers stands behind them', () => {
    const kind = kindOfColumn(['1', '2', '3', '4', 'N/A']);
    assert.equal(kind.kind, 'number');
    assert.equal(keyOf(kind, 'N/A'), 'n/a');
    assert.equal(keyOf(kind, ''), null);
  });
});

/** Returns the key of a cell in a column of its own kind. */
function keyIn(cell: string, ...column: readonly string[]): string | number | null {
  return keyOf(kindOfColumn([cell, ...column]), cell);
}

suite('a cell is read as its column is, or as text', () => {
  test('numbers with exponents, hexadecimal ones, and what only looks like one', () => {
    assert.equal(keyIn('1.5e3', '2', '3'), 1500);
    assert.equal(keyIn('0x1F', '2'), 31);
    assert.equal(keyIn('37 %', '2'), 37);
    const numbers = { kind: 'number', decimal: '.' } as const;
    for (const cell of ['1.2.3', 'e5', '1e9999', '--1', '1e'.padEnd(9, '9')])
      assert.notEqual(typeof keyOf(numbers, cell), 'number', cell);
    assert.equal(keyOf({ kind: 'number', decimal: ',' }, '1.204,5'), 1204.5);
  });

  test('sizes in all units; one whose number is none is text', () => {
    const sizes = { kind: 'size', decimal: '.' } as const;
    for (const [cell, bytes] of [
      ['512 bytes', 512],
      ['1 K', 1024],
      ['4.0KiB', 4096],
      ['2 GB', 2 * 1024 ** 3],
      ['1 T', 1024 ** 4],
    ] as const)
      assert.equal(keyOf(sizes, cell), bytes, cell);
    for (const cell of ['..', ',', '1.2.3 K', 'K']) assert.equal(keyOf(sizes, cell), cell.toLowerCase());
  });

  test('the decimal sign of a column', () => {
    for (const [cells, decimal] of [
      [['1.204,5', '3'], ','],
      [['1,204.5', '3'], '.'],
      [['0,5', '1.5'], '.'],
      [['1,5', '1.25', '9'], '.'],
      [['1'.repeat(80), '0,5'], ','],
    ] as const) {
      const kind = kindOfColumn(cells);
      assert.ok(kind.kind !== 'number' || kind.decimal === decimal, `${cells.join(' ')}: ${JSON.stringify(kind)}`);
    }
  });

  test('dates: a short year, a month that is none, and which number is the day', () => {
    const us = { kind: 'time', isDayFirst: false } as const;
    const eu = { kind: 'time', isDayFirst: true } as const;
    assert.equal(keyOf(us, '3/4/25'), Date.UTC(2025, 2, 4));
    assert.equal(keyOf(eu, '3/4/25'), Date.UTC(2025, 3, 3));
    assert.equal(keyOf(us, '13/4/2025'), '13/4/2025');
    assert.equal(keyOf(eu, '32.1.2025'), '32.1.2025');
    assert.equal(keyOf(us, '3/4/2025 12:05 AM'), Date.UTC(2025, 2, 4, 0, 5));
    assert.equal(keyOf(us, '3/4/2025 12:05 p.m.'), Date.UTC(2025, 2, 4, 12, 5));
    assert.deepEqual(kindOfColumn(['1.2.2025', '3.4.2025']), { kind: 'time', isDayFirst: true });
    assert.deepEqual(kindOfColumn(['1/2/2025', '3/4/2025']), { kind: 'time', isDayFirst: false });
    assert.deepEqual(kindOfColumn(['1/13/2025', '3/4/2025']), { kind: 'time', isDayFirst: false });
    assert.deepEqual(kindOfColumn(['13/1/2025', '3/4/2025']), { kind: 'time', isDayFirst: true });
  });

  test('clocks, zones and dates of JSON', () => {
    const time = { kind: 'time', isDayFirst: false } as const;
    assert.equal(keyOf(time, '3:05'), 185_000);
    assert.equal(keyOf(time, '1:02:03,5'), 3_723_500);
    assert.equal(keyOf(time, '2-01:00:00'), 176_400_000);
    assert.equal(keyOf(time, '2025-03-14T09:00:00-0230'), Date.UTC(2025, 2, 14, 11, 30));
    assert.equal(keyOf(time, '2025-03-14'), Date.UTC(2025, 2, 14));
    assert.equal(keyOf(time, '/Date(1742000000000)/'), 1_742_000_000_000);
    assert.equal(keyOf(time, 'never'), 'never');
  });

  test('addresses, and what only looks like one', () => {
    const address = { kind: 'address' } as const;
    const keys = ['10.0.0.1', '10.0.0.1:80', '[::1]:443', 'fe80::1%12', '2001:db8::', '1:2:3:4:5:6:7:8', '::'];
    for (const cell of keys) assert.ok(keyOf(address, cell)?.toString().startsWith('\u0001'), cell);
    for (const cell of [
      '256.0.0.1',
      '1::2::3',
      '1:2:3',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7::8',
      '12345::',
      'a:',
      ':::',
    ])
      assert.equal(keyOf(address, cell), cell, cell);
  });

  test('a cell that is too long is text, and its key is short', () => {
    const long = 'A'.repeat(300);
    assert.equal(keyOf({ kind: 'version' }, long), 'a'.repeat(200));
    assert.equal(keyOf({ kind: 'number', decimal: '.' }, '1'.repeat(65)), '1'.repeat(65));
    assert.deepEqual(kindOfColumn(['1'.repeat(65), `1/2/2025 ${'x'.repeat(80)}`]), { kind: 'text' });
    assert.deepEqual(kindOfColumn([null, '']), { kind: 'text' });
    assert.equal(keyOf({ kind: 'text' }, ''), null);
  });
});

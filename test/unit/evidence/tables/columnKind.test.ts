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

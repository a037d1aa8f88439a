import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { buildFullBlock } from '../../../../src/evidence/blocks/evidenceBlock.ts';
import type { EvidenceSource } from '../../../../src/evidence/blocks/evidenceSource.ts';
import { cutQuotation } from '../../../../src/evidence/text/quotation.ts';
import { evidenceSource } from '../sources.ts';

const quotation = cutQuotation('1\n2\n', [{ start: { line: 0, character: 0 }, end: { line: 1, character: 0 } }]);

/** Returns what a note says of changes, behind the hash of the file. */
function saidOf(change: Partial<EvidenceSource>): string {
  const line = buildFullBlock(evidenceSource(change), quotation)
    .split('\n')
    .find((one) => one.startsWith('Source: '));
  return line?.split('` · ').slice(1).join('` · ') ?? '';
}

suite('a note says what was changed on the way', () => {
  for (const [change, said] of [
    [{ kind: 'gunzipped', count: 1 }, 'gunzipped'],
    [{ kind: 'byteOrderMark', count: 1 }, ''],
    [{ kind: 'invalidBytes', count: 2, firstOffset: 7 }, 'no valid text at 2 places, first at byte 7: U+FFFD'],
    [{ kind: 'invalidBytes', count: 2 }, 'no valid text at 2 places, first at byte 0: U+FFFD'],
    [
      { kind: 'controlCharactersEscaped', count: 3, firstOffset: 9 },
      'JSON repaired at 9: control characters escaped 3',
    ],
    [{ kind: 'controlCharactersEscaped', count: 3 }, 'JSON repaired at 0: control characters escaped 3'],
    [{ kind: 'trailingPadding', count: 4, firstOffset: 1 }, 'filler behind the JSON, from 1: 4 characters'],
    [{ kind: 'trailingPadding', count: 4 }, 'filler behind the JSON, from 0: 4 characters'],
    [{ kind: 'trailingText', count: 5, firstOffset: 2 }, 'more behind the JSON, from 2, not read: 5 characters'],
    [{ kind: 'trailingText', count: 5 }, 'more behind the JSON, from 0, not read: 5 characters'],
    [{ kind: 'oldKey', count: 1, keys: ['script'] }, 'older keys read: `script`'],
    [{ kind: 'unknownKey', count: 2, keys: ['a', 'b'] }, 'keys not shown: `a, b`'],
    [{ kind: 'unknownKey', count: 9, keys: ['a'], keysCut: 8 }, 'keys not shown: `a`, 8 left out or shortened'],
    [{ kind: 'duplicateKey', count: 1, keys: ['a'] }, 'keys that stand twice, the last one read: `a`'],
    [{ kind: 'missingKey', count: 1, keys: ['a'] }, 'keys missing: `a`'],
    [{ kind: 'exitCodeNotANumber', count: 1 }, 'exit code is no whole number'],
    [{ kind: 'factsCut', count: 6 }, 'names, comments, parameters or errors shortened 6'],
  ] as const) {
    test(`${change.kind}: ${said === '' ? 'nothing' : said}`, () => {
      assert.equal(saidOf({ changes: [change] }), said);
    });
  }

  test('a file of unknown length', () => {
    assert.equal(saidOf({ lengthUnknown: true }), 'length of the file unknown');
  });

  test('an opened file that says nothing of a result', () => {
    const source = evidenceSource({ opened: { kind: 'file', name: 'a.json', said: undefined } as never });
    const lines = buildFullBlock(source, quotation).split('\n');
    for (const label of ['Tenant', 'Cloud', 'Action id', 'Command index'])
      assert.ok(!lines.some((line) => line.startsWith(`- ${label}:`)), label);
  });
});

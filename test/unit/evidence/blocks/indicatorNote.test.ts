import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';
import { buildIndicatorNote } from '../../../../src/evidence/blocks/indicatorNote.ts';
import type { SourcedIndicator } from '../../../../src/evidence/indicators/indicatorText.ts';
import { cutQuotation } from '../../../../src/evidence/text/quotation.ts';
import { findEvidence } from '../../../../src/evidence/blocks/readEvidence.ts';
import { readCsv, unguard } from '../csvReader.ts';
import { evidenceSource, SHA256 } from '../sources.ts';

const quotation = cutQuotation('1\n2\n3\n', [{ start: { line: 1, character: 0 }, end: { line: 2, character: 0 } }]);
const first = { source: evidenceSource(), quotation };
const second = { source: evidenceSource({ device: '=cmd|x' }), quotation };
const ROWS: readonly SourcedIndicator[] = [
  { kind: 'url', value: 'https://evil.example/a|b', count: 3, firstLine: 12, source: 0 },
  { kind: 'email', value: '-x@evil.example', count: 1, firstLine: 4, source: 1 },
  { kind: 'path', value: 'C:\\a\u202eb`c\\|.exe', count: 1, firstLine: 9, source: 1 },
];
const SHOWN = ['https://evil.example/a|b', '-x@evil.example', 'C:\\a<U+202E>b`c\\|.exe'];
const HARMLESS = ['hxxps://evil[.]example/a|b', '-x[@]evil[.]example', 'C:\\a<U+202E>b`c\\|.exe'];

/** Returns the cells of the table in a note. */
function readTable(markdown: string): string[][] {
  const tree = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const [table] = tree.children;
  assert.ok(table?.type === 'table');
  return table.children.map((row) => row.children.map((cell) => toString(cell)));
}

suite('indicators as a note', () => {
  test('a table: every cell as it is, no formula, a citation for each result', () => {
    const note = buildIndicatorNote('table', ROWS, [first, second], false);
    const [header, ...rows] = readTable(note);
    assert.deepEqual(header, ['Type', 'Indicator', 'Count', 'First line', 'Device']);
    assert.deepEqual(
      rows.map(([, value]) => unguard(value ?? '')),
      SHOWN,
    );
    assert.deepEqual(rows[1]?.slice(1), ["'-x@evil.example", '1', '4', "'=cmd|x"]);
    const citations = findEvidence(note);
    assert.deepEqual(
      citations.map(({ form, sha256, spans }) => [form, sha256, spans.length]),
      [
        ['line', SHA256, 1],
        ['line', SHA256, 1],
      ],
    );
  });

  test('of one result: no device in the rows, nothing but a citation below', () => {
    const note = buildIndicatorNote('table', ROWS.slice(0, 1), [first], true);
    assert.deepEqual(readTable(note), [
      ['Type', 'Indicator', 'Count', 'First line'],
      ['URL', HARMLESS[0], '3', '12'],
    ]);
    assert.match(note, /\n\n`dc1\.contoso\.example` · [^\n]* · defanged 1\n$/u);
    assert.equal(findEvidence(note)[0]?.quoted, undefined);
  });

  test('CSV: cells read back, with the source in every row, and what was defanged there', () => {
    const [header, ...rows] = readCsv(buildIndicatorNote('csv', ROWS, [first, second], true));
    assert.deepEqual(header, ['Type', 'Indicator', 'Count', 'First line', 'Device', 'Source']);
    assert.deepEqual(
      rows.map(([, value]) => unguard(value ?? '')),
      HARMLESS,
    );
    assert.deepEqual(rows[1]?.slice(0, 5), ['E-mail', "'-x[@]evil[.]example", '1', '4', "'=cmd|x"]);
    assert.match(rows[0]?.[5] ?? '', / · SHA-256 (?:ab){32} · defanged 1 · live-response:\/\?[^ ]*#L2$/u);
  });

  test('a plain list: sources first, then one in each line', () => {
    const lines = buildIndicatorNote('list', ROWS, [first], false).split('\n');
    assert.match(lines[0] ?? '', /^# Source: dc1\.contoso\.example · .* · live-response:/u);
    assert.deepEqual(lines.slice(1), [...SHOWN, '']);
  });

  test('CSV: what the output had defanged, and results whose device is known by its ID alone, or not at all', () => {
    const rows: readonly SourcedIndicator[] = [
      { kind: 'domain', value: 'evil.example', isDefanged: true, count: 1, firstLine: 1, source: 0 },
      { kind: 'domain', value: 'evil.example', count: 1, firstLine: 1, source: 1 },
    ];
    const unnamed = { device: null, machineId: 'ab12' };
    const sources = [unnamed, { ...unnamed, machineId: null }].map((change) => ({
      source: evidenceSource(change),
      quotation,
    }));
    const [, ...cells] = readCsv(buildIndicatorNote('csv', rows, sources, false));
    assert.deepEqual(
      cells.map(([type, , , , device]) => [type, device]),
      [
        ['Domain, defanged in the output', 'ab12'],
        ['Domain', '–'],
      ],
    );
  });
});

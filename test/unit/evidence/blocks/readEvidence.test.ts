import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  buildCompactBlock,
  buildFullBlock,
  buildCitationLine,
  buildTable,
} from '../../../../src/evidence/blocks/evidenceBlock.ts';
import { cutQuotation, WHOLE_TEXT } from '../../../../src/evidence/text/quotation.ts';
import type { Quotation } from '../../../../src/evidence/text/quotation.ts';
import { buildCitation } from '../../../../src/evidence/blocks/citation.ts';
import { findLinksApart } from '../../../../src/evidence/blocks/noteLinks.ts';
import { findEvidence, quotesSame } from '../../../../src/evidence/blocks/readEvidence.ts';
import { evidenceSource, SHA256, TEXT_SHA256 } from '../sources.ts';

const source = evidenceSource();
const quotation = cutQuotation('one\n\ttwo\n', [WHOLE_TEXT]);
const BLOCK = buildCompactBlock(source, quotation);

suite('reading evidence back from a note', () => {
  test('a block says where it is, what it names and what it quotes', () => {
    assert.deepEqual(findEvidence(`# Notes\n\n${BLOCK}`), [
      {
        address: source.address,
        spans: [{ firstLine: 1, lastLine: 2 }],
        form: 'block',
        line: 9,
        sha256: SHA256,
        textSha256: undefined,
        quoted: 'one\n\ttwo',
        isCertain: true,
        isBare: false,
        defanged: false,
      },
    ]);
    assert.equal(findEvidence(buildFullBlock(source, quotation))[0]?.textSha256, TEXT_SHA256);
  });

  test('a changed quotation is not the same, in any form that quotes', () => {
    const other = cutQuotation('one\n\ttwo!\n', [WHOLE_TEXT]);
    for (const note of [BLOCK, buildFullBlock(source, quotation), buildTable([{ source, quotation }])]) {
      const [found] = findEvidence(note);
      assert.ok(found !== undefined && quotesSame(found, quotation));
      assert.equal(quotesSame(found, other), false);
    }
  });

  test('a defanged quotation says so', () => {
    const defanged: Quotation = { ...quotation, changes: [{ kind: 'defanged', count: 2 }] };
    assert.equal(findEvidence(buildCompactBlock(source, defanged))[0]?.defanged, true);
    const name = evidenceSource({ mismatches: [{ kind: 'scriptName', asked: ' · defanged 2', found: 'b' }] });
    assert.equal(findEvidence(buildCompactBlock(name, quotation))[0]?.defanged, false, 'a name does not');
  });

  test('several on one line each keep their own hash, and quote nothing', () => {
    const other = evidenceSource({ file: { size: 1, sha256: 'cd'.repeat(32) } });
    const note = `see ${buildCitationLine(source, quotation)} and ${buildCitationLine(other, quotation)}`;
    assert.deepEqual(
      findEvidence(note).map(({ form, sha256, quoted }) => [form, sha256, quoted]),
      [
        ['line', SHA256, undefined],
        ['line', 'cd'.repeat(32), undefined],
      ],
    );
  });

  test('a link without its hash, or with a broken one, has none', () => {
    assert.equal(findEvidence(BLOCK.replace(SHA256, 'abc'))[0]?.sha256, undefined);
    assert.equal(findEvidence(BLOCK.replace(' · SHA-256', ''))[0]?.sha256, undefined);
  });

  test('code is quoted whatever it is called; with other words between it is not certain', () => {
    const read = (note: string): (string | boolean | undefined)[] =>
      findEvidence(note).flatMap(({ quoted, isCertain }) => [quoted, isCertain]);
    for (const info of ['', 'console', ' powershell', 'text {.numberLines}'])
      assert.deepEqual(read(BLOCK.replace('```text', `\`\`\`${info}`)), ['one\n\ttwo', true], info);
    assert.deepEqual(read(BLOCK.replace('Source:', 'Something else.\n\nSource:')), ['one\n\ttwo', false]);
    assert.deepEqual(read(BLOCK.replace('Source:', 'Quelle:')), ['one\n\ttwo', false]);
    assert.deepEqual(read(`${BLOCK}\nSource: ${buildCitationLine(source, quotation)}`).slice(2), [undefined, false]);
  });

  test('code that something can hide from a reader is not quoted', () => {
    for (const between of ['</details>\n\n', '---\n\n', 'a <b>\n\n', '| a |\n\n'])
      assert.equal(findEvidence(BLOCK.replace('Source:', `${between}Source:`))[0]?.quoted, undefined, between);
    assert.equal(findEvidence(`<!--\n${BLOCK.replace('Source:', '-->\n\nSource:')}`)[0]?.quoted, undefined);
  });

  test('a cell whose citation stands behind what can hide it quotes nothing', () => {
    const table = buildTable([{ source, quotation }]);
    const hidden = table.replace(/\[[^\]]*\]\(live-response:/u, '<b hidden>$&');
    assert.notEqual(hidden, table);
    assert.deepEqual(
      [table, hidden].map((note) => findEvidence(note)[0]?.quoted),
      ['one␊\ttwo', undefined],
    );
  });

  test('text beside the code of a cell is quoted, too', () => {
    const table = buildTable([{ source, quotation }]);
    for (const [cell, quoted] of [
      ['9`one␊\ttwo`', '9one␊\ttwo'],
      ['**`one␊\ttwo`**', 'one␊\ttwo'],
      ["'`one␊\ttwo`", "'one␊\ttwo"],
      ['one', undefined],
      ['', ''],
    ] as const)
      assert.equal(findEvidence(table.replace('`one␊\ttwo`', cell))[0]?.quoted, quoted, cell);
  });

  test('what stands in code is not searched', () => {
    assert.deepEqual(findEvidence(`~~~\n${BLOCK}~~~\n`), []);
    assert.deepEqual(findEvidence(`> ~~~~\n> ${BLOCK.replaceAll('\n', '\n> ')}\n`), []);
    assert.deepEqual(findEvidence(`\`\`\`\`\` ${buildCitationLine(source, quotation)} \`\`\`\`\``), []);
    assert.equal(findEvidence(`> ~~~~\n\n${BLOCK}`).length, 1, 'the fence ended with its block quote');
    assert.equal(
      findEvidence(`\\\`${buildCitationLine(source, quotation)}`).length,
      1,
      'an escaped back-tick opens none',
    );
  });

  test('a citation of the complete result quotes no code of another section; one with lines does', () => {
    const cite = (fragment: string): string =>
      `Source: [a](${buildCitation({ address: source.address, spans: [] })}${fragment})`;
    const quoted = (fragment: string): string | undefined =>
      findEvidence(`\`\`\`\nx\n\`\`\`\n\n# Next\n\n${cite(fragment)}`)[0]?.quoted;
    assert.deepEqual([quoted(''), quoted('#L1')], [undefined, 'x']);
    assert.equal(findEvidence(`${cite('#L1')} · SHA-256 ${'AB'.repeat(32)}`)[0]?.sha256, SHA256, 'a hash without code');
  });

  test('a broken hash of the text is none', () => {
    const note = buildFullBlock(source, quotation).replace(TEXT_SHA256, 'nope');
    assert.deepEqual(
      findEvidence(note).map(({ sha256, textSha256 }) => [sha256, textSha256]),
      [[SHA256, undefined]],
    );
  });

  test('addresses in angle brackets are apart only outside of links', () => {
    const note = '[a](<live-response:x>) <live-response:y> [c](live-response:z) <live-response:w>';
    assert.deepEqual(findLinksApart(note), [note.indexOf('<live-response:y'), note.indexOf('<live-response:w')]);
  });
});

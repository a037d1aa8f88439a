import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { defangQuotation } from '../../../src/evidence/indicators/defang.ts';
import {
  buildCitationLine,
  buildCompactBlock,
  buildFullBlock,
  buildTable,
} from '../../../src/evidence/blocks/evidenceBlock.ts';
import { hashText } from '../../../src/base/hashText.ts';
import { cutQuotation, WHOLE_TEXT } from '../../../src/evidence/text/quotation.ts';
import { findEvidence } from '../../../src/evidence/blocks/readEvidence.ts';
import type { FoundEvidence } from '../../../src/evidence/blocks/readEvidence.ts';
import { compareEvidence } from '../../../src/notes/compareEvidence.ts';
import type { Comparison } from '../../../src/notes/compareEvidence.ts';
import type { StreamFacts } from '../../../src/model/storedResult.ts';
import { evidenceSource, SHA256 } from '../evidence/sources.ts';

const TEXT = '1\r\n2\nthree | `x`\n4\n';
const output = { sha256: hashText(TEXT), lines: 5 } as StreamFacts;
const empty = { sha256: hashText(''), lines: 0 } as StreamFacts;
const transcript = { scriptName: 'x', exitCode: 0, output, errors: empty, errorLines: 0 };
const facts = { sha256: SHA256, transcript, raw: undefined };
const source = evidenceSource({ text: { lines: 5, sha256: output.sha256 } });
const quotation = cutQuotation(TEXT, [{ start: { line: 1, character: 0 }, end: { line: 3, character: 0 } }]);
const BLOCK = buildFullBlock(source, quotation);

function only(note: string): FoundEvidence {
  const [found, another] = findEvidence(note);
  assert.ok(found !== undefined && another === undefined);
  return found;
}

function verdictOf(note: string): Comparison {
  return compareEvidence(only(note), facts, TEXT);
}

suite('comparing a note with what is stored', () => {
  test('a block as it was written matches, in full and compact', () => {
    assert.deepEqual(verdictOf(BLOCK), { verdict: 'matching', finding: 'hashAndQuote' });
    assert.deepEqual(verdictOf(buildCompactBlock(source, quotation)).finding, 'hashAndQuote');
  });

  test('lines that are cited and not quoted are unknown; of a whole result nothing is quoted', () => {
    const line = buildCitationLine(source, quotation);
    assert.deepEqual(verdictOf(line), { verdict: 'unknown', finding: 'quoteNotFound' });
    // Its own text still mentions lines.
    assert.deepEqual(verdictOf(line.replace('#L2-L3', '')), { verdict: 'unknown', finding: 'quoteNotFound' });
    const whole = line.replace('#L2-L3', '').replace(/output lines [^\]]*/u, 'output, 4 lines');
    assert.deepEqual(verdictOf(whole), { verdict: 'matching', finding: 'hashOnly' });
    const below = `\`\`\`\nown words\n\`\`\`\n\n${whole}`;
    assert.deepEqual(verdictOf(below), { verdict: 'unknown', finding: 'otherQuote' });
    assert.equal(verdictOf(below.replace('```\n\n', '```\n\n# Another section\n\n')).finding, 'hashOnly');
  });

  test('any change of what is quoted or hashed is a change', () => {
    assert.equal(verdictOf(BLOCK.replace('three', 'thr33')).finding, 'quoteDiffers');
    assert.equal(verdictOf(BLOCK.replaceAll(SHA256, 'cd'.repeat(32))).finding, 'fileHashDiffers');
    assert.equal(verdictOf(BLOCK.replaceAll(output.sha256, 'cd'.repeat(32))).finding, 'textHashDiffers');
    assert.equal(verdictOf(BLOCK.replaceAll('#L2-L3', '#L3-L4')).finding, 'quoteDiffers');
    const beyond = buildCitationLine(source, quotation).replace('#L2-L3', '#L2-L6');
    assert.deepEqual(verdictOf(beyond), { verdict: 'changed', finding: 'noSuchLines' });
    const changes = [BLOCK.replace('three', 'thr33'), BLOCK.replaceAll(SHA256, 'cd'.repeat(32)), beyond];
    assert.deepEqual([...new Set(changes.map((note) => verdictOf(note).verdict))], ['changed']);
  });

  test('what cannot be compared is unknown, and never matching', () => {
    assert.deepEqual(verdictOf(BLOCK.replaceAll(SHA256, '')), { verdict: 'unknown', finding: 'noHash' });
    const none = compareEvidence(only(BLOCK), { ...facts, transcript: undefined }, undefined);
    assert.deepEqual(none, { verdict: 'unknown', finding: 'noText' });
  });

  test('a defanged quotation matches what defanging makes of the stored text, and is never taken for it otherwise', () => {
    const text = 'to evil.com | http://203.0.113.7/x\r\nfrom 2001:db8::7\n';
    const whole = cutQuotation(text, [WHOLE_TEXT]);
    const safe = defangQuotation(whole);
    const known = {
      ...facts,
      transcript: { ...transcript, output: { sha256: hashText(text), lines: 3 } as StreamFacts },
    };
    const from = evidenceSource({ text: { lines: 3, sha256: hashText(text) } });
    const compare = (note: string): Comparison => compareEvidence(only(note), known, text);
    const forms = [
      buildCompactBlock(from, safe),
      buildFullBlock(from, safe),
      buildTable([{ source: from, quotation: safe }]),
    ];
    for (const note of forms) {
      assert.match(note, /evil\[\.\]com[^]* · defanged 3/u);
      assert.deepEqual(compare(note), { verdict: 'matching', finding: 'hashAndQuote' }, note);
      const other = { verdict: 'unknown', finding: 'defanged' };
      assert.deepEqual(compare(note.replace('evil[.]com', 'evil.com')), other, 'other marks');
      assert.deepEqual(compare(note.replaceAll('evil[.]com', 'evil[.]org')).finding, 'quoteDiffers');
      assert.deepEqual(compare(note.replaceAll(' · defanged 3', '')).finding, 'quoteDiffers', 'it does not say so');
      assert.deepEqual(compare(note.replaceAll(SHA256, 'x')).finding, 'noHash');
    }
  });
});

suite('a quotation from a view', () => {
  const view = 'c\r\nd\n';
  const address = { ...source.address, view: 'cp850' } as const;
  const viewed = { ...source, address, text: { lines: 3, sha256: hashText(view) } };
  const cut = cutQuotation(view, [{ start: { line: 1, character: 0 }, end: { line: 2, character: 0 } }]);

  test('says so, names the view in its link, and is checked against the view', () => {
    const block = buildFullBlock(viewed, cut);
    assert.match(
      block,
      /\[output as CP850 line 2 of 3\]\([^)]*&view=cp850#L2\)[^\n]* · shown as CP850, not as stored/u,
    );
    const found = only(block);
    assert.deepEqual(compareEvidence(found, facts, view), { verdict: 'matching', finding: 'hashAndQuote' });
    assert.equal(compareEvidence(found, facts, view.replace('d', 'e')).finding, 'textHashDiffers');
    assert.equal(compareEvidence(only(buildCompactBlock(viewed, cut)), facts, 'c\nx\n').finding, 'quoteDiffers');
    assert.equal(compareEvidence(found, facts, undefined).finding, 'noText');
  });
});

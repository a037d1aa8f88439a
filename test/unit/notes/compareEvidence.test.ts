import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { buildCitationLine, buildCompactBlock, buildFullBlock } from '../../../src/evidence/evidenceBlock.ts';
import { hashText } from '../../../src/evidence/hashText.ts';
import { cutQuotation } from '../../../src/evidence/quotation.ts';
import { findEvidence } from '../../../src/evidence/readEvidence.ts';
import type { FoundEvidence } from '../../../src/evidence/readEvidence.ts';
import { compareEvidence } from '../../../src/notes/compareEvidence.ts';
import type { Comparison } from '../../../src/notes/compareEvidence.ts';
import type { StreamFacts } from '../../../src/results/storedResult.ts';
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
    assert.deepEqual(verdictOf(buildCitationLine(source, quotation)), { verdict: 'matching', finding: 'hashOnly' });
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
    const defanged = BLOCK.replace(/(SHA-256 `[\da-f]+`)/u, '$1 · defanged 1');
    assert.deepEqual(verdictOf(defanged), { verdict: 'unknown', finding: 'defanged' });
    const none = compareEvidence(only(BLOCK), { ...facts, transcript: undefined }, undefined);
    assert.deepEqual(none, { verdict: 'unknown', finding: 'noText' });
  });
});

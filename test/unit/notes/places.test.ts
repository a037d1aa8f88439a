import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { buildCitation } from '../../../src/evidence/blocks/citation.ts';
import { buildCitationLine, buildCompactBlock, buildTable } from '../../../src/evidence/blocks/evidenceBlock.ts';
import { cutQuotation } from '../../../src/evidence/text/quotation.ts';
import { findEvidence, findUnreadable } from '../../../src/evidence/blocks/readEvidence.ts';
import { findHeadings, placeAtEnd } from '../../../src/notes/appendPlace.ts';
import { findCitationPlaces } from '../../../src/notes/citationPlaces.ts';
import { evidenceSource } from '../evidence/sources.ts';

const source = evidenceSource();
const quotation = cutQuotation('1\n2\n3\n', [{ start: { line: 1, character: 0 }, end: { line: 2, character: 0 } }]);
const LINK = buildCitation({ address: source.address, spans: quotation.spans });

/** Returns the parts of a note that its places cover. */
function cutPlaces(note: string): string[] {
  const lines = note.split('\n');
  return findCitationPlaces(note).map(({ line, start, end }) => (lines[line] ?? '').slice(start, end));
}

suite('where citations stand in a note', () => {
  test('blocks, lines and rows: the whole link', () => {
    const expected = [`[output line 2 of 120](${LINK})`];
    assert.deepEqual(cutPlaces(`# x\r\n\n${buildCompactBlock(source, quotation)}`), expected);
    assert.deepEqual(cutPlaces(`- see ${buildCitationLine(source, quotation)}`), expected);
    assert.deepEqual(cutPlaces(buildTable([{ source, quotation }])), expected);
  });

  test('two of the same on a line have their own places', () => {
    const places = findCitationPlaces(`[a](${LINK}) and [b](${LINK})`);
    assert.deepEqual(
      places.map(({ start }) => start),
      [0, `[a](${LINK}) and `.length],
    );
  });

  test('code holds none, and what is no citation is none', () => {
    for (const odd of [`\`[a](${LINK})\``, `\`\`\`\n[a](${LINK})\n\`\`\``, `[a](${LINK}0x)`, '[a](live-response:/?x)'])
      assert.deepEqual(findCitationPlaces(odd), [], odd);
  });

  test('links of our scheme that cannot be read are found, outside code', () => {
    const note = `[a](${LINK})\n\n[a](${LINK}x)\n\n\`[a](live-response:/?x)\`\n\n[b](LIVE-RESPONSE:/?y)`;
    assert.deepEqual(findUnreadable(note), [2, 6]);
  });
});

suite('appending to a note', () => {
  const BLOCK = buildCompactBlock(source, quotation);
  const insert = (note: string, heading?: string): string => {
    const { line, character, text } = placeAtEnd(note, BLOCK, heading);
    const lines = note.split('\n');
    lines[line] = (lines[line] ?? '').slice(0, character) + text + (lines[line] ?? '').slice(character);
    return lines.join('\n');
  };

  test('nothing of the note is changed, and the block is read back from where it was put', () => {
    for (const note of [
      '',
      'text',
      'text\n',
      'text\n\n\n',
      '# a\n## b\ntext\n# c\n',
      '- item\n\n| a |\n| - |\n| 1 |\n',
    ]) {
      for (const heading of [undefined, '# a', '## b', '# c']) {
        const after = insert(note, heading);
        assert.equal(
          after.replace(/\n*\*\*`dc1[^]*?SHA-256 `[\da-f]+`\n?/u, '').replace(/\s/gu, ''),
          note.replace(/\s/gu, ''),
        );
        const [found] = findEvidence(after);
        assert.equal(found?.form, 'block', after);
        assert.equal(found.quoted, '2');
      }
    }
  });

  test('at the end of the section, subsections included', () => {
    const note = '# a\none\n\n## b\ntwo\n\n# c\nthree\n';
    assert.deepEqual(placeAtEnd(note, 'B\n', '# a'), { line: 4, character: 3, text: '\n\nB', headingFound: true });
    assert.deepEqual(placeAtEnd(note, 'B\n', '## b').line, 4);
    assert.deepEqual(placeAtEnd(note, 'B\n', '# c'), { line: 7, character: 5, text: '\n\nB', headingFound: true });
    assert.deepEqual(placeAtEnd(note, 'B\n', '# gone').headingFound, false);
    assert.equal(placeAtEnd('# a\n# b', 'B\n', '# a').text, '\n\nB\n');
  });

  test('what stands in code is no heading', () => {
    assert.deepEqual(
      findHeadings('# a\n```\n# b\n```\n#c\n- # d\n').map(({ text }) => text),
      ['# a'],
    );
  });
});

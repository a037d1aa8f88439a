import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { buildCitation, parseCitation } from '../../src/evidence/blocks/citation.ts';
import { cutQuotation, cutSpans, WHOLE_TEXT } from '../../src/evidence/text/quotation.ts';
import { cutRanges } from '../../src/evidence/text/lines.ts';
import { findEvidence } from '../../src/evidence/blocks/readEvidence.ts';
import { makeVisible } from '../../src/evidence/text/visible.ts';
import { hostileText, someRanges } from './support/evidence.ts';
import { describeSeed, times } from './support/settings.ts';

const RUNS = 3_000;
/** Limit (ms) that is far above a busy machine's time, and far below the square of a megabyte. */
const LINEAR_MS = 60_000;

const address = {
  address: {
    cloud: 'commercial',
    tenantId: '0b1c2d3e-4f50-4617-8829-3a4b5c6d7e8f',
    actionId: '988cc94e-7a8f-4b28-ab65-54970c5d5018',
    commandIndex: 3,
    stream: 'errors',
  },
} as const;

suite(`quotations (${describeSeed})`, () => {
  test('what is cut by its spans again is the same quotation', () => {
    fc.assert(
      fc.property(hostileText, someRanges, (text, ranges) => {
        const quotation = cutQuotation(text, ranges);
        assert.deepEqual(cutSpans(text, quotation.spans), quotation);
        const link = { ...address, spans: quotation.spans };
        assert.deepEqual(parseCitation(buildCitation(link)), link);
      }),
      times(RUNS),
    );
  });

  test('a quotation of one range has every character of it that is no line end', () => {
    fc.assert(
      fc.property(hostileText, someRanges, (text, ranges) => {
        for (const range of ranges) {
          const [stored = ''] = cutRanges(text, [range]);
          const plain = stored.replace(/\r\n?/gu, '\n');
          const { text: quoted } = cutQuotation(text, [range]);
          const visible = makeVisible(plain).text;
          // A selection that only touches a line at its line end, before or behind, does not contain the line.
          assert.ok(
            [
              visible,
              visible.replace(/\n$/u, ''),
              visible.replace(/^\n/u, ''),
              visible.replace(/^\n|\n$/gu, ''),
            ].includes(quoted),
          );
        }
      }),
      times(RUNS),
    );
  });

  test('the whole text is quoted without its last line end', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const { text: quoted, spans } = cutQuotation(text, [WHOLE_TEXT]);
        const plain = makeVisible(text.replace(/\r\n?/gu, '\n')).text;
        assert.equal(quoted, plain.replace(/\n$/u, ''));
        assert.ok(spans.length === (text === '' ? 0 : 1));
      }),
      times(RUNS),
    );
  });

  test('a column is quoted line by line, and said to be interrupted where a line does not reach it', () => {
    fc.assert(
      fc.property(hostileText, fc.nat(5), fc.nat(8), fc.integer({ min: 1, max: 8 }), (text, first, from, width) => {
        const lines = text.split(/\r\n|\r|\n/u);
        const expected: string[] = [];
        let before: number | undefined;
        for (let line = first; line < lines.length; line++) {
          const cut = (lines[line] ?? '').slice(from, from + width);
          if (cut === '') continue;
          const gap = before === undefined ? 0 : line - before - 1;
          if (gap === 1) expected.push(`[line ${line} omitted]`);
          if (gap > 1) expected.push(`[lines ${line - gap + 1}–${line} omitted]`);
          expected.push(makeVisible(cut).text);
          before = line;
        }
        const ranges = lines.slice(first).map((_, at) => ({
          start: { line: first + at, character: from },
          end: { line: first + at, character: from + width },
        }));
        assert.equal(cutQuotation(text, ranges).text, expected.join('\n'));
      }),
      times(RUNS),
    );
  });

  for (const [name, part] of Object.entries({
    'back-ticks': '`',
    'runs of back-ticks': '` `` ',
    backslashes: '\\',
    'escaped back-ticks': '\\`',
    'block quotes': '> ',
    'list marks': '- ',
    'white space': ' ',
    'lines of white space': ' \n',
    fences: '```\n',
    tildes: '~',
    'beginnings of links': '](live-response:/?',
    'source lines': `Source: [x](${buildCitation({ ...address, spans: [] })})\n\n`,
    fields: 'Label: x\n',
    cells: '|\\',
  })) {
    test(`1 MB of ${name} is searched in linear time`, () => {
      const text = part.repeat(Math.ceil(1_000_000 / part.length));
      const start = performance.now();
      findEvidence(text);
      findEvidence(`| a${text} live-response: |`);
      findEvidence(`Source: ${text} live-response:`);
      cutQuotation(text, [WHOLE_TEXT]);
      const took = performance.now() - start;
      assert.ok(took < LINEAR_MS, `took ${Math.round(took)} ms`);
    });
  }
});

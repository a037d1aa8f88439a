import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  buildCitationLine,
  buildCompactBlock,
  buildTable,
  buildTableRow,
} from '../../../src/evidence/blocks/evidenceBlock.ts';
import { buildEvidence } from '../../../src/evidence/blocks/noteForms.ts';
import { endsInFence } from '../../../src/evidence/blocks/noteBlocks.ts';
import { cutQuotation, WHOLE_TEXT } from '../../../src/evidence/text/quotation.ts';
import { measureText } from '../../../src/evidence/text/textFacts.ts';
import type { StoredFacts } from '../../../src/model/storedResult.ts';
import { findEvidence } from '../../../src/evidence/blocks/readEvidence.ts';
import { compareEvidence } from '../../../src/notes/compareEvidence.ts';
import { noteTexts } from '../../../src/notes/noteTexts.ts';
import { isInRow, placeNote, placePage } from '../../../src/notes/placeNote.ts';
import type { NoteForm } from '../../../src/platform/config.ts';
import { evidenceSource } from '../evidence/sources.ts';

const source = evidenceSource();
const evidence = { source, quotation: cutQuotation('one\n```\n</details>\nfour', [WHOLE_TEXT]) };
/** Facts about the text `one`, as they are stored. */
const TRANSCRIPT = { output: measureText('one') } as unknown as NonNullable<StoredFacts['transcript']>;
const FORMS: readonly NoteForm[] = ['compactBlock', 'fullBlock', 'citation', 'tableRow'];

/** Puts a form in the place of the bar. */
function put(form: NoteForm, note: string): string {
  const [ahead = '', behind = ''] = note.split('|^|');
  const above = ahead.split('\n');
  const before = above.pop() ?? '';
  const place = { lineAbove: above.at(-1), before, after: behind.split('\n')[0] ?? '' };
  return ahead + placeNote(form, buildEvidence({ kind: form }, [evidence]), place) + behind;
}

/** Indents a block as the text of a list item. */
function inItem(text: string, blanks = 2): string {
  return text.replaceAll(/^(?=.)/gmu, ' '.repeat(blanks));
}

suite('a block in a note', () => {
  const block = buildCompactBlock(source, evidence.quotation);
  const PLACES: readonly (readonly [string, string, string])[] = [
    ['in an empty note', '|^|', block],
    ['behind an empty line', '# Notes\n\n|^|', `# Notes\n\n${block}`],
    ['right below a line', 'text\n|^|', `text\n\n${block}`],
    ['at the end of a line', 'text|^|', `text\n\n${block}`],
    ['within a line', 'left|^|right', `left\n\n${block}\nright`],
    ['before a line', '|^|right', `${block}\nright`],
    ['behind blanks, which would make code of it', 'text\n\n    |^|', `text\n\n    \n${block}`],
    ['in a list', '- item\n- |^|', `- item\n- ${inItem(block).trimStart()}`],
    ['behind a word in a list', '1. seen: |^|', `1. seen: \n\n${inItem(block, 3)}`],
    ['with a line below', '|^|\ntext', `${block}\ntext`],
  ];
  for (const [where, note, expected] of PLACES) {
    test(`stands on its own lines ${where}`, () => {
      assert.equal(put('compactBlock', note), expected);
    });
  }

  for (const form of FORMS) {
    for (const [where, note] of PLACES) {
      test(`is read back as ${form} ${where}`, () => {
        const [found, ...more] = findEvidence(put(form, note));
        // A citation is put at its place, and Markdown shows it as code there.
        if (form === 'citation' && where.includes('make code of it')) {
          assert.equal(found, undefined);
          return;
        }
        assert.deepEqual(more, []);
        assert.deepEqual(found?.address, source.address);
        assert.equal(found.sha256, source.file.sha256);
        assert.deepEqual(found.spans, evidence.quotation.spans);
        if (form === 'citation') assert.equal(found.quoted, undefined);
        else if (form !== 'tableRow') assert.equal(found.quoted, evidence.quotation.text);
      });
    }
  }
});

suite('a table row in a note', () => {
  const table = buildTable([evidence]);
  const row = buildTableRow(source, evidence.quotation);
  test('brings its table where there is none', () => {
    assert.equal(put('tableRow', 'text\n|^|'), `text\n\n${table}`);
  });
  test('joins the table above, or the one whose last row ends there', () => {
    assert.equal(put('tableRow', `${table}|^|`), table + row);
    assert.equal(put('tableRow', `${table.trimEnd()}|^|\n`), table + row);
  });
});

test('several quotations stand one below the other, and all are read back', () => {
  for (const form of FORMS) {
    const found = findEvidence(noteTexts.buildEvidence({ kind: form }, [evidence, evidence, evidence]));
    assert.equal(found.length, 3, form);
  }
  assert.equal(
    noteTexts.buildEvidence({ kind: 'citation' }, [evidence]),
    buildCitationLine(source, evidence.quotation),
  );
});

suite('the end of a text', () => {
  const INSIDE = ['```\n', '~~~~ text\na\n~~~\n', '> ```\n> a', '- ```\n  a', '```text'];
  const OUTSIDE = ['', 'text\n', '```\na\n```', '```\na\n```\n', '> ```\n> a\n', '``', '```a`'];
  for (const text of INSIDE) {
    test(`is inside a fence: ${JSON.stringify(text)}`, () => {
      assert.equal(endsInFence(text), true);
    });
  }
  for (const text of OUTSIDE) {
    test(`is outside: ${JSON.stringify(text)}`, () => {
      assert.equal(endsInFence(text), false);
    });
  }
});

suite('lines of a page in a note', () => {
  const table = buildTable([evidence, { source, quotation: cutQuotation('a|b', [WHOLE_TEXT]) }]);
  const page = { built: table, head: 'Run `x.ps1`\n\n', tail: '- No result: `dc1`\n' };
  const at = (before: string, after = '', lineAbove?: string) => ({ before, after, lineAbove });

  test('the line about the run, the evidence, and what has no result', () => {
    assert.equal(placePage('tableRow', page, at('')), `${page.head}${table}\n${page.tail}`);
  });

  test('rows that join a table leave out the line about the run, and keep all rows', () => {
    const rows = table.trimEnd().split('\n').slice(2).join('\n');
    assert.equal(placePage('tableRow', { ...page, tail: '' }, at('', '', '| a | b |')), `${rows}\n`);
    assert.equal(placePage('tableRow', { ...page, tail: '' }, at('| a | b |')), `\n${rows}`);
  });

  test('several citations and states stay on the line of a row', () => {
    const citations = buildEvidence({ kind: 'citation' }, [evidence, evidence]);
    const inserted = placePage('citation', { built: citations, head: '', tail: page.tail }, at('| on ', ' all |'));
    assert.ok(!inserted.includes('\n'), inserted);
    assert.equal(findEvidence(`| a |\n| - |\n| on ${inserted} all |`).length, 2);
  });

  test('a complete result is cited and never shown as an empty block, and the check says what matched', () => {
    const whole = { source, quotation: cutQuotation('one', []) };
    for (const form of ['compactBlock', 'fullBlock', 'tableRow', 'citation'] as const) {
      const note = buildEvidence({ kind: form }, [whole]);
      assert.ok(!note.includes('```') && !note.includes('~~~'), note);
      const [found] = findEvidence(`${note}\n`);
      assert.ok(found !== undefined, note);
      const facts = { sha256: source.file.sha256, raw: undefined, transcript: TRANSCRIPT };
      assert.deepEqual(compareEvidence(found, facts, 'one'), { verdict: 'matching', finding: 'hashOnly' }, form);
    }
  });

  test('a citation behind the source of one of our rows does not take over its quotation', () => {
    const [head, dashes, row = ''] = buildTable([evidence]).split('\n');
    const other = buildCitationLine({ ...source, script: 'other.ps1' }, cutQuotation('two', [WHOLE_TEXT]));
    const note = [head, dashes, row.replace(/ \|$/u, ` ${other} |`)].join('\n');
    const [own, foreign] = findEvidence(note);
    assert.ok(own?.isCertain === true && foreign !== undefined);
    assert.deepEqual([foreign.isCertain, foreign.quoted], [false, undefined]);
  });

  test('a block in a list item of more than four blanks is no code', () => {
    const text = `- a\n-      ${placePage('compactBlock', { built: buildCompactBlock(source, evidence.quotation), head: '', tail: '' }, at('-      '))}`;
    assert.equal(findEvidence(text).length, 1, text);
  });

  test('a status alone is a list', () => {
    assert.equal(placePage('citation', { built: '', head: '', tail: page.tail }, at('')), page.tail);
  });

  test('a citation inside a row of a table ends no cell, and the row stays one line', () => {
    const piped = { ...source, device: 'a|b' };
    const citation = buildCitationLine(piped, evidence.quotation);
    const inserted = placeNote('citation', citation, at('| on ', ' all |'));
    assert.ok(isInRow(at('| on ', ' all |')) && !isInRow(at('| on |')));
    assert.ok(!inserted.includes('\n'));
    assert.equal(`| on ${inserted} all |`.replaceAll('\\|', '').split('|').length, 3);
    assert.equal(findEvidence(`| a |\n| - |\n| on ${inserted} all |`).length, 1);
  });
});

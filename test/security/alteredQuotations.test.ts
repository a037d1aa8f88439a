import type { Range } from '../../src/base/places.ts';
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { format } from 'prettier';
import { defangQuotation } from '../../src/evidence/indicators/defang.ts';
import { buildCompactBlock, buildFullBlock, buildTable } from '../../src/evidence/blocks/evidenceBlock.ts';
import type { Evidence } from '../../src/evidence/blocks/evidenceBlock.ts';
import { hashText } from '../../src/base/hashText.ts';
import { cutQuotation, WHOLE_TEXT } from '../../src/evidence/text/quotation.ts';
import { findEvidence, findUnreadable } from '../../src/evidence/blocks/readEvidence.ts';
import { measureText } from '../../src/evidence/text/textFacts.ts';
import { compareEvidence } from '../../src/notes/compareEvidence.ts';
import type { Comparison, Verdict } from '../../src/notes/compareEvidence.ts';
import type { StreamFacts } from '../../src/model/storedResult.ts';
import { evidenceSource, SHA256 } from '../unit/evidence/sources.ts';
import { times } from '../fuzz/support/settings.ts';
import { AROUND, BLANKS, PRETTIER_OPTIONS } from './support/noteEdits.ts';

/** Verdicts that a reader understands as: the device wrote this. */
const TRUSTED: readonly Verdict[] = ['matching', 'reformatted'];

const PROCESSES = [
  'Name     Id   Path            ',
  '----     --   ----            ',
  'svchost  1040 C:\\Windows\\a.exe',
  '\tlsass  1060 C:\\Windows\\b_c.exe',
  '',
  '*x*      1088 ~~~ ``` |       ',
  'http://evil.example/1 <b> -->',
];
const TEXT = PROCESSES.map((line) => `${line}\r\n`).join('');
const THIRD: Range = { start: { line: 2, character: 0 }, end: { line: 3, character: 0 } };
const HITS: readonly Range[] = [THIRD, { start: { line: 5, character: 0 }, end: { line: 7, character: 0 } }];

type Build = (evidence: Evidence) => string;
const FORMS: Readonly<Record<string, Build>> = {
  compact: ({ source, quotation }) => buildCompactBlock(source, quotation),
  full: ({ source, quotation }) => buildFullBlock(source, quotation),
  row: (evidence) => buildTable([evidence]),
};
const DEFANGED: Readonly<Record<string, Build>> = Object.fromEntries(
  Object.entries(FORMS).map(([name, build]) => [
    `${name}, defanged`,
    ({ source, quotation }) => build({ source, quotation: defangQuotation(quotation) }),
  ]),
);

function cut(text: string, ranges: readonly Range[] = [WHOLE_TEXT]): Evidence {
  const { lines } = measureText(text);
  return {
    source: evidenceSource({ text: { lines, sha256: hashText(text) } }),
    quotation: cutQuotation(text, ranges),
  };
}

/** Returns the verdict of Check Notes' Evidence on each citation of a note. */
function verdicts(note: string, text: string): Comparison[] {
  const output = { sha256: hashText(text), lines: measureText(text).lines } as StreamFacts;
  const transcript = { scriptName: 'x', exitCode: 0, output, errors: output, errorLines: 0 };
  const facts = { sha256: SHA256, transcript, raw: undefined };
  return findEvidence(note).map((found) => compareEvidence(found, facts, text));
}

function only(note: string, text = TEXT): Comparison {
  const [comparison, ...more] = verdicts(note, text);
  assert.ok(comparison !== undefined && more.length === 0, note);
  return comparison;
}

/** Returns the same citation with another quoted text. */
function forge({ source, quotation }: Evidence, quoted: string): Evidence {
  return { source, quotation: { ...quotation, text: quoted } };
}

suite('M7: an altered quotation', () => {
  const whole = cut(TEXT);
  const altered = forge(whole, whole.quotation.text.replace('1040', '1041'));

  for (const { name, apply } of [...AROUND, ...BLANKS]) {
    test(`S32: one digit and ${name} are never matching`, () => {
      for (const build of Object.values({ ...FORMS, ...DEFANGED })) {
        const { verdict } = only(apply(build(altered)));
        assert.ok(!TRUSTED.includes(verdict), `${verdict}:\n${apply(build(altered))}`);
      }
    });

    test(`S32: ${name} alone is no alteration`, () => {
      for (const build of Object.values({ ...FORMS, ...DEFANGED })) {
        const { verdict, finding } = only(apply(build(whole)));
        assert.ok(TRUSTED.includes(verdict), `${verdict} ${finding}:\n${apply(build(whole))}`);
      }
    });
  }

  /** Without the lines, the link leads to the whole result. */
  const withoutLines = (note: string): string => note.replaceAll(/#L[\dCL-]+\)/gu, ')');

  test('taking the lines out of the link does not make a citation of a block or a row', () => {
    for (const build of Object.values(FORMS)) {
      for (const note of [build(altered), build(whole).replace(/(`{3,}|~{3,})text\n[\s\S]*?\n\1/u, '> altered')]) {
        const { verdict } = only(withoutLines(note));
        assert.ok(!TRUSTED.includes(verdict), `${verdict}:\n${note}`);
      }
    }
    const quoteOnly = withoutLines(FORMS['compact']?.(whole) ?? '').replace(
      /(`{3,}|~{3,})text\n[\s\S]*?\n\1/u,
      '<pre>1041</pre>',
    );
    assert.equal(only(quoteOnly).verdict, 'unknown');
    const row = withoutLines(FORMS['row']?.(cut(TEXT, [THIRD])) ?? '').replace(/`svchost[^|]*\|/u, 'svchost 1041 |');
    assert.equal(only(row).verdict, 'unknown', row);
  });

  test('code that a callout or a container folds away proves nothing', () => {
    const block = FORMS['compact']?.(whole) ?? '';
    const quoted = block
      .split('\n')
      .map((line) => `> ${line}`)
      .join('\n');
    for (const note of [`> [!quote]- Evidence\n>\n${quoted}`, `::: details\n\n${block}\n:::`]) {
      assert.equal(only(note).verdict, 'unknown', note);
    }
    assert.ok(TRUSTED.includes(only(`> [!quote] Evidence\n>\n${quoted}`).verdict), 'an open callout hides nothing');
  });

  test('S33: blanks that an editor took from line ends are told apart from a forged number', () => {
    const trim = (note: string): string => note.replaceAll(/[ \t]+$/gmu, '');
    for (const build of [FORMS['compact'], FORMS['full']]) {
      assert.ok(build !== undefined);
      assert.deepEqual(only(trim(build(whole))), { verdict: 'reformatted', finding: 'blanksAtLineEnds' });
      assert.deepEqual(only(trim(build(altered))), { verdict: 'changed', finding: 'quoteDiffers' });
    }
  });

  test('blanks within a line tell columns apart: they are an alteration', () => {
    const { text } = whole.quotation;
    for (const forged of [text.replace('svchost  1040', 'svchost 1040'), text.replace('1040 C', '1040  C')])
      assert.equal(only(buildCompactBlock(whole.source, { ...whole.quotation, text: forged })).verdict, 'changed');
  });

  test('a quotation that nobody sees counts for nothing', () => {
    const { source, quotation } = cut(TEXT, [THIRD]);
    const block = buildCompactBlock(source, quotation);
    const [title = '', fence = '', said = ''] = block.trimEnd().split('\n\n');
    const forged = 'svchost  1041 C:\\\\Windows\\\\a.exe';
    for (const note of [
      `${title}\n\n${forged}\n\n<!--\n${fence}\n-->\n\n${said}`,
      `${title}\n\n<div hidden>\n\n${fence}\n\n</div>\n\n${forged}\n\n${said}`,
      `<div hidden>\n\n${fence}\n\nSource: </div><p>${forged}</p> ${said.replace('Source: ', '')}`,
      `<details>\n\n${fence}\n\n</details>\n\n${forged}\n\n${said}`,
      `<style>\n${fence}\n</style>\n\n<pre>${forged}</pre>\n\n${said}`,
      `%%\n${fence}\n%%\n\n${forged}\n\n${said}`,
      `$$\n\\phantom{\n${fence}\n}$$\n\n${forged}\n\n${said}`,
      `$$\n\\phantom{\n${fence}\n}$$\n${said}`,
      `---\nkept: |\n${fence}\n---\n\n${title}\n\n${forged}\n\n${said}`,
    ]) {
      for (const { verdict } of verdicts(note, TEXT)) assert.ok(!TRUSTED.includes(verdict), note);
    }
  });

  test('another quotation between the right one and its source is the one that counts', () => {
    const { source, quotation } = cut(TEXT, [THIRD]);
    const block = buildCompactBlock(source, quotation);
    const forged = block.replace('\nSource:', '\n    svchost  1041 C:\\Windows\\a.exe\n\nSource:');
    assert.equal(only(forged).verdict, 'changed');
    assert.equal(only(block.replace('\nSource:', '\n~~~\nsvchost  1041\n~~~\n\nSource:')).verdict, 'changed');
  });

  test('a cell that shows a figure beside its code quotes that, too', () => {
    const { source, quotation } = cut(TEXT, [THIRD]);
    const row = buildTable([{ source, quotation }]);
    for (const cell of ['9`svchost', '1`svchost', '~~x~~`svchost', "'`svchost"])
      assert.equal(only(row.replace('`svchost', cell)).verdict, 'changed', cell);
  });

  test('a link without its lines does not make a quotation one of nothing', () => {
    const block = buildCompactBlock(altered.source, altered.quotation).replace(/#L[^)]*/u, '');
    assert.equal(only(block).verdict, 'changed');
    assert.equal(only(block.replace('Source:', 'Kaynak:')).verdict, 'unknown');
  });

  test('links in other forms are counted: nothing of ours is passed over', () => {
    const note = buildCompactBlock(altered.source, altered.quotation);
    const [, link = ''] = /\((live-response:[^)]*)\)/u.exec(note) ?? [];
    for (const other of [
      note.replace(`](${link})`, '][1]') + `\n[1]: ${link}\n`,
      note.replace(/\[[^\]]*\]\([^)]*\)/u, `<${link}>`),
      note.replace('live-response:', 'Live-Response:'),
    ])
      assert.equal(findEvidence(other).length + findUnreadable(other).length, 1, other);
  });
});

suite('M7: what Prettier writes', () => {
  const sources: Readonly<Record<string, Evidence>> = {
    'a whole text': cut(TEXT),
    'a line': cut(TEXT, [THIRD]),
    hits: cut(TEXT, HITS),
  };
  for (const [what, evidence] of Object.entries(sources)) {
    for (const [form, build] of Object.entries({ ...FORMS, ...DEFANGED })) {
      test(`${what}, ${form}: with every option it matches, or is told apart from an alteration`, async () => {
        const forged = forge(evidence, evidence.quotation.text.replace('1040', '1041'));
        for (const options of PRETTIER_OPTIONS) {
          const note = await format(`# Case\n\n* item\n\n${build(evidence)}\nend\n`, options);
          const { verdict, finding } = only(note);
          assert.ok(TRUSTED.includes(verdict), `${verdict} ${finding} ${JSON.stringify(options)}\n${note}`);
          const other = only(await format(`# Case\n\n${build(forged)}`, options));
          assert.equal(other.verdict, 'changed', JSON.stringify(options));
        }
      });
    }
  }
});

const line = fc
  .array(
    fc.constantFrom(
      ...['a', 'b1', '42', '7', ' ', '  ', '\t', '`', '```', '~~~', '|', '\\', '*', '_x_', '#', '- ', '1. ', '> '],
      ...['<b>', '<!--', '-->', '[a](b)', '10.0.0.7', 'evil.example', 'Source: ', '&amp;', '\u202e', '=1+1', '    '],
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));
const lines = fc.array(line, { minLength: 1, maxLength: 6 }).filter((all) => /\d/u.test(all.join('')));
const build = fc.constantFrom(...Object.values({ ...FORMS, ...DEFANGED }));
const edits = fc.array(fc.constantFrom(...AROUND, ...BLANKS), { maxLength: 4 });
const options = fc.constantFrom(undefined, ...PRETTIER_OPTIONS);

/** Alterations of quoted characters. Each makes a text that differs in more than blanks. */
const ALTERATIONS: readonly ((text: string, at: number) => string)[] = [
  (text, at) => replaceAt(text, /\d/gu, at, (digit) => ((Number(digit) + 1) % 10).toString()),
  (text, at) => replaceAt(text, /[a-z]/gu, at, (letter) => (letter === 'q' ? 'z' : 'q')),
  (text, at) =>
    text
      .split('\n')
      .toSpliced(at % text.split('\n').length, 1)
      .join('\n'),
  (text, at) =>
    text
      .split('\n')
      .toSpliced(at % text.split('\n').length, 0, 'added 9')
      .join('\n'),
  (text, at) => {
    const all = text.split('\n');
    const from = at % all.length;
    return all.toSpliced(from, 2, ...all.slice(from, from + 2).toReversed()).join('\n');
  },
];

function replaceAt(text: string, pattern: RegExp, at: number, change: (found: string) => string): string {
  const places = [...text.matchAll(pattern)];
  const place = places[at % Math.max(places.length, 1)];
  if (place === undefined) return text;
  return text.slice(0, place.index) + change(place[0]) + text.slice(place.index + 1);
}

suite('M7: any quotation, any edits', () => {
  test('edits alone never make a quotation changed', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(lines, build, edits, options, async (all, make, some, how) => {
        const text = all.join('\n');
        const edited = some.reduce((note, { apply }) => apply(note), make(cut(text)));
        const note = how === undefined ? edited : await format(edited, how);
        for (const { verdict, finding } of verdicts(note, text))
          assert.notEqual(verdict, 'changed', `${finding} after ${some.map(({ name }) => name).join(', ')}:\n${note}`);
      }),
      times(400),
    );
  });

  test('an alteration and any edits are never trusted', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        ...[lines, build, edits, options, fc.constantFrom(...ALTERATIONS), fc.nat(99)],
        async (all, make, some, how, alter, at) => {
          const text = all.join('\n');
          const evidence = cut(text);
          const { quotation } = evidence;
          const forged = alter(quotation.text, at);
          const bare = (one: string): string => one.replaceAll(/[ \t]/gu, '');
          fc.pre(quotation.spans.length > 0 && bare(forged) !== bare(quotation.text));
          const edited = some.reduce((note, { apply }) => apply(note), make(forge(evidence, forged)));
          const note = how === undefined ? edited : await format(edited, how);
          for (const { verdict, finding } of verdicts(note, text))
            assert.ok(!TRUSTED.includes(verdict), `${verdict} ${finding}:\n${note}`);
        },
      ),
      times(800),
    );
  });
});

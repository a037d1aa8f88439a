import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { toMarkdown } from 'mdast-util-to-markdown';
import { gfmTableToMarkdown } from 'mdast-util-gfm-table';
import type { PhrasingContent } from 'mdast';
import { hostNamesOf } from '../../src/model/machineAction.ts';
import { upperHalfOf } from '../../src/evidence/readings/singleBytePages.ts';
import { toCell, write } from '../../src/evidence/blocks/evidenceBlock.ts';
import { hostOf } from '../../src/evidence/indicators/hostOf.ts';
import { findRecords } from '../../src/evidence/outline/records.ts';
import { outlineLines } from '../../src/evidence/outline/outline.ts';
import type { OutlineItem } from '../../src/evidence/outline/outlineItem.ts';
import { readWithCodePage, viewText } from '../../src/evidence/views/textViews.ts';
import { WHITE_SPACE, withoutEnd, withoutStart } from '../../src/evidence/text/trimEnds.ts';
import { makeNameVisible, makeVisible } from '../../src/evidence/text/visible.ts';
import { idIn } from '../../src/commands/connections/wizard/draft.ts';
import { describeSeed, times } from '../fuzz/support/settings.ts';

const RUNS = times(2_000);

/** Generates short texts of few letters, so that every pair of neighbors occurs. */
const textOf = (letters: string, maxLength = 24): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from(letters)), maxLength });

/**
 * Compares the linear code with the patterns that it replaced, which take the square of the length. Both must give the
 * same answers.
 */
suite(`What is linear now answers as before (${describeSeed})`, () => {
  test('white space is what a pattern takes for it', () => {
    for (let unit = 0; unit < 0x10000; unit++) {
      const letter = String.fromCharCode(unit);
      assert.equal(WHITE_SPACE.includes(letter), /\s/u.test(letter), unit.toString(16));
    }
  });

  test('trims', () => {
    fc.assert(
      fc.property(textOf('a.,;!\'\\ \t\n\u00a0)"{}'), (text) => {
        assert.equal(withoutEnd(text, `\\.,;!'${WHITE_SPACE}`), text.replace(/[\\.,;!'\s]+$/u, ''));
        assert.equal(withoutStart(text, `"'{`), text.replace(/^["'{]+/u, ''));
        const id = text.trim().replaceAll(/^["'{]+|[}"',]+$/gu, '');
        assert.equal(idIn(text), id.toLowerCase());
      }),
      RUNS,
    );
  });

  test('the host of a device', () => {
    const isDnsName = /^[a-z\d_-]*[a-z_-][a-z\d_-]*(?:\.[a-z\d_-]+)+$/iu;
    fc.assert(
      fc.property(textOf('aK\u212a1._-! '), (name) => {
        const action = { computerDnsName: name, machineId: null } as Parameters<typeof hostNamesOf>[0];
        assert.deepEqual(hostNamesOf(action), [name, isDnsName.test(name) ? (name.split('.')[0] ?? name) : name]);
      }),
      RUNS,
    );
  });

  test('the host of an address stands where it stood', () => {
    assert.deepEqual(hostOf('http://a@b.example:80/c'), { start: 9, end: 18 });
  });

  test('fields of records', () => {
    const pattern = /^([\p{L}_][^:=\t"'{}[\]<>]{0,60}?) *:(?: (.*))?$/u;
    const line = fc.oneof(
      textOf('aé_1 :="\u2028\t𝒜'),
      fc.nat(70).map((length) => `${'𝒜'.repeat(length)}  : a`),
    );
    fc.assert(
      fc.property(line, (text) => {
        fc.pre(text.trim() !== '' && !text.startsWith('  '));
        const match = pattern.exec(text);
        const expected = match === null ? undefined : [{ key: match[1], value: (match[2] ?? '').trim() }];
        assert.deepEqual(findRecords({ lines: [text], start: 0 })?.[0]?.fields, expected);
      }),
      RUNS,
    );
  });

  test('hidden characters, in short texts and in long ones', () => {
    const hidden = /(?![\ufe00-\ufe0f\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
    const units = fc.constantFrom(
      'a',
      '\0',
      '\t',
      '\n',
      '\u202e',
      '\ufe0f',
      '\u{e0041}',
      '\ud83d',
      '\ude00',
      '😀',
      '\x7f',
    );
    fc.assert(
      fc.property(fc.string({ unit: units, maxLength: 12 }), fc.boolean(), (text, isLong) => {
        const whole = isLong ? text.repeat(Math.ceil(140_000 / Math.max(1, text.length))) : text;
        const count = whole.match(hidden)?.length ?? 0;
        const short = makeVisible(text.repeat(2)).text;
        const visible = makeVisible(whole);
        assert.equal(visible.count, count);
        if (isLong) assert.ok(visible.text.startsWith(short.slice(0, short.length / 4)));
        const control = (code: number): string =>
          code < 0x20
            ? String.fromCharCode(0x2400 + code)
            : code === 0x7f
              ? '\u2421'
              : `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
        assert.equal(
          visible.text,
          whole.replace(hidden, (letter) => control(letter.codePointAt(0) ?? 0)),
        );
        assert.ok(!/[\p{Cc}\p{Zl}\p{Zp}]/u.test(makeNameVisible(text).text));
      }),
      times(60),
    );
  });

  test('code pages', () => {
    const byUnit = new Map(
      Array.from(upperHalfOf('windows1252'), (unit, at) => [unit, upperHalfOf('cp850').charAt(at)]),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), fc.uint8Array({ maxLength: 24 }), (text, bytes) => {
        const expected = text.replace(/[\u0080-\uffff]/g, (unit) => byUnit.get(unit) ?? unit);
        assert.equal(viewText(text, 'cp850', []), expected);
        const utf8 = Buffer.from(text.toWellFormed());
        const read = readWithCodePage(utf8, 'cp850');
        assert.equal(read, text.toWellFormed());
        const asLatin = Array.from(utf8, (byte) =>
          byte < 0x80 ? String.fromCharCode(byte) : upperHalfOf('windows1252').charAt(byte - 0x80),
        );
        assert.equal(viewText(asLatin.join(''), 'utf8', []), text.toWellFormed());
        assert.equal(readWithCodePage(bytes.map((byte) => byte | 0x80).fill(0xff, 1), 'cp437').length, bytes.length);
      }),
      times(200),
    );
  });

  test('UTF-16 that was read as bytes: the text comes back, plain text before it stays', () => {
    const letters = textOf('abé\u0105\u0401\u0416\u0130 ');
    fc.assert(
      fc.property(textOf('ab-\n'), letters, (plain, text) => {
        fc.pre(text.length > 1);
        const wide = Buffer.from(text, 'utf16le').toString('latin1');
        assert.equal(viewText(wide, 'utf16', []), text);
        // A line that ends where a letter of a single script begins can be read both ways.
        if (/^[ab]/u.test(text)) assert.equal(viewText(`${plain}${wide}`, 'utf16', []), `${plain}${text}`);
        assert.equal(viewText(plain, 'utf16', []), plain);
      }),
      RUNS,
    );
  });

  test('code in cells of tables', () => {
    fc.assert(
      fc.property(textOf('a`|\\ =*_', 16), (value) => {
        fc.pre(value !== '');
        const pieces = value.split(/(?<=\\)\|/u);
        const old = pieces.flatMap((piece, at): PhrasingContent[] => [
          ...(at > 0 ? [{ type: 'text' as const, value: '|' }] : []),
          ...(piece === '' ? [] : [{ type: 'inlineCode' as const, value: piece }]),
        ]);
        const row = (children: PhrasingContent[]): Parameters<typeof toMarkdown>[0] => ({
          type: 'table',
          children: [{ type: 'tableRow', children: [{ type: 'tableCell', children }] }],
        });
        const expected = toMarkdown(row(old), { extensions: [gfmTableToMarkdown({ tablePipeAlign: false })] });
        fc.pre(toCell([{ value }], '').length === 1);
        assert.equal(write(row(toCell([{ value }], ''))), expected);
        const paragraph = { type: 'paragraph' as const, children: [{ type: 'inlineCode' as const, value }] };
        assert.equal(write(paragraph), toMarkdown(paragraph));
      }),
      RUNS,
    );
  });

  test('the outline of JSON: every value once, by its key or place', () => {
    const leaf = fc.oneof(textOf('a"\\{[:,\n'), fc.integer(), fc.boolean(), fc.constant(null));
    const value = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(textOf('ab" ', 3), tie('any'), { maxKeys: 3, noNullPrototype: true }),
      ),
    })).any;
    fc.assert(
      fc.property(
        fc.oneof(fc.array(value, { minLength: 1 }), fc.dictionary(textOf('ab'), value, { minKeys: 1 })),
        (root) => {
          const items = outlineLines(JSON.stringify(root, undefined, 2).split('\n'));
          assert.ok(items !== undefined);
          compareItems(items, root, 1);
        },
      ),
      RUNS,
    );
    assert.equal(outlineLines(['{', '"a": 1,', '}']), undefined);
    assert.equal(outlineLines(['[', '"a\tb"', ']']), undefined);
    assert.equal(outlineLines(['["a', 'b"]']), undefined);
  });
});

function compareItems(items: readonly OutlineItem[], value: unknown, depth: number): void {
  const entries = Object.entries(value as object);
  assert.equal(items.length, depth > 3 ? 0 : entries.length);
  for (const [at, item] of items.entries()) {
    const [key = '', held] = entries[at] ?? [];
    const name = key.trim() === '' ? '""' : key.trim();
    assert.equal(item.name, Array.isArray(value) ? `[${at}]` : name);
    if (typeof held === 'object' && held !== null) compareItems(item.children, held, depth + 1);
    else assert.equal(item.children.length, 0);
  }
}

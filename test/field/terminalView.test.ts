import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import xterm from '@xterm/headless';
import fc from 'fast-check';
import { readAsTerminal } from '../../src/evidence/views/terminalView.ts';
import { viewText } from '../../src/evidence/views/textViews.ts';
import { describeView } from '../../src/evidence/views/viewWords.ts';
import { times } from '../fuzz/support/settings.ts';

const ESC = '\u001b';
const BEL = '\u0007';
const COLUMNS = 200;

/** The lines of the view without its remarks, and without empty ones at the end. */
function linesOf(text: string): string[] {
  const view = readAsTerminal(text);
  return withoutEmptyEnd(view.text.split(/\r?\n/u).slice(0, view.sourceLines.length));
}

function withoutEmptyEnd(lines: readonly string[]): string[] {
  return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
}

function remarksOf(text: string): string[] {
  const view = readAsTerminal(text);
  return view.text
    .split(/\r?\n/u)
    .slice(view.sourceLines.length)
    .filter((line) => line !== '');
}

/** Returns the screen of a real terminal, as an independent judge. */
async function inTerminal(text: string): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols: COLUMNS, rows: 50, convertEol: true, allowProposedApi: true });
  await new Promise<void>((resolve) => {
    terminal.write(text, resolve);
  });
  const { active } = terminal.buffer;
  const lines: string[] = [];
  for (let row = 0; row <= active.baseY + active.cursorY; row++) {
    lines.push((active.getLine(row)?.translateToString(true) ?? '').trimEnd());
  }
  terminal.dispose();
  return withoutEmptyEnd(lines);
}

const CASES: readonly (readonly [name: string, text: string, lines: readonly string[]])[] = [
  ['half of a wide letter overwritten', `日日\r${ESC}[2CA`, ['日A']],
  ['the other half overwritten', `日日x\r${ESC}[CA`, [' A日x']],
  ['a letter outside the BMP with its mark', `\u{1D11E}\u0301x\r${ESC}[Cy`, ['\u{1D11E}\u0301y']],
  ['a mark outside the BMP', `a\u{1D167}x\r${ESC}[Cy`, ['a\u{1D167}y']],
  ['a vertical tab in a line', 'a\vb', ['a', 'b']],
  ['a C1 control without a meaning here', 'a\u0081b', ['ab']],
  ['a mark with a blank before its letter', `a${ESC}[0 qb`, ['ab']],
  ['colours', `${ESC}[1;31mred${ESC}[0m ${ESC}[38;2;1;2;3mtext${ESC}[m`, ['red text']],
  ['8-bit controls', '\u009b31mred\u009b0m \u009d0;title\u009ctext', ['red text']],
  ['a title', `${ESC}]0;title${BEL}text`, ['text']],
  ['DCS, APC, PM and SOS', `a${ESC}P1$r0m${ESC}\\b${ESC}_x${ESC}\\c${ESC}^y${ESC}\\d${ESC}Xz${ESC}\\e`, ['abcde']],
  ['overwritten by CR', 'Downloading  10%\rDownloading 100%', ['Downloading 100%']],
  ['a shorter text by CR', 'long text\rsho', ['shog text']],
  ['erased, then written', `50 % done\r${ESC}[Kok`, ['ok']],
  ['erased to the left', `abcdef${ESC}[3D${ESC}[1K`, ['    ef']],
  ['erased at all', `abc${ESC}[2Kd`, ['   d']],
  ['erased cells', `abcdef\r${ESC}[2Xz`, ['z cdef']],
  ['back spaces', 'Threats: 12\b\b 1\b0', ['Threats:  0']],
  ['moves', `abc${ESC}[5Cd${ESC}[2Ge${ESC}[3Df`, ['fec     d']],
  ['tabs', 'a\tb\tc', ['a       b       c']],
  ['a tab over a text', 'abcdefghij\r\tX', ['abcdefghXj']],
  ['wide characters', '資産\b\bx', ['資x']],
  ['combining marks', 'e\u0301a\u0308\b!', ['e\u0301!']],
  ['lines', `a\r\nb\n\n${ESC}[31mc${ESC}[0m\r\n`, ['a', 'b', '', 'c']],
  ['a charset', `${ESC}(Btext`, ['text']],
];

suite('a text as a terminal shows it (I1)', () => {
  for (const [name, text, lines] of CASES) {
    test(`I1: ${name}`, async () => {
      assert.deepEqual(linesOf(text), lines);
      assert.deepEqual(await inTerminal(text), lines, 'the terminal itself');
    });
  }

  test('generated lines are what a terminal shows', async () => {
    const piece = fc.oneof(
      { weight: 4, arbitrary: fc.stringMatching(/^[a-zA-Z0-9 :/.%-]{1,8}$/u) },
      fc.constantFrom('\b', '\b\b', '\r', '\t', BEL, '\0', 'ığ', '資', 'é', 'e\u0301'),
      fc.constantFrom(`${ESC}[31m`, `${ESC}[0m`, `${ESC}[38;5;9m`, '\u009b1m'),
      fc.constantFrom(`${ESC}[K`, `${ESC}[0K`, `${ESC}[1K`, `${ESC}[2K`),
      fc.tuple(fc.constantFrom('C', 'D', 'G', 'X'), fc.nat(20)).map(([final, count]) => `${ESC}[${count}${final}`),
      fc.constantFrom(`${ESC}]0;t${BEL}`, `${ESC}]2;title${ESC}\\`, `${ESC}P1$r${ESC}\\`, `${ESC}_x${ESC}\\`),
    );
    const line = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 4 }), async (lines) => {
        const text = lines.join('\n');
        const shown = withoutEmptyEnd(linesOf(text).map((one) => one.trimEnd()));
        assert.deepEqual(shown, await inTerminal(text));
      }),
      times(1_500),
    );
  });

  test('a progress bar that is rewritten 200 times is one line, and knows its first line', () => {
    const bar = Array.from({ length: 200 }, (_, step) => `\r${String(step + 1).padStart(3)}/200`).join('');
    const view = readAsTerminal(`start${bar}\nend\n`);
    assert.deepEqual(linesOf(`start${bar}\nend\n`), ['200/200', 'end']);
    // An editor takes each CR for a line end, so the bar is 201 lines of the source.
    assert.deepEqual(view.sourceLines, [1, 202]);
    assert.match(view.text, /\[1398 characters that were overwritten or erased are not shown\]\n$/u);
  });

  test('moves over lines hide nothing, and are counted', () => {
    const text = `secret${ESC}[1A\rother${ESC}[2J${ESC}[H${ESC}[3;1Hthird\u0085fourth\n`;
    assert.deepEqual(linesOf(text), ['secret', 'other', 'third', 'fourth']);
    assert.deepEqual(remarksOf(text), ['[5 sequences that move over lines or clear were not followed]']);
  });

  test('the address of a link is shown, and is none', () => {
    const text = `see ${ESC}]8;;https://evil.example/?a=1${ESC}\\report${ESC}]8;;${ESC}\\ now\n`;
    assert.equal(linesOf(text)[0], 'see report now [link to https[:]//evil.example/?a=1]');
  });

  test('a string that is not closed swallows nothing', () => {
    for (const mark of [`${ESC}]0;`, `${ESC}P`, `${ESC}_`, '\u009d', '\u0090', `${ESC}[`, ESC, `${ESC}[12`]) {
      assert.match(readAsTerminal(`${mark}\nnext`).text, /^[^\n]*\nnext\n\[1 other/u);
      assert.ok(linesOf(`${mark}… text behind\nnext`)[0]?.endsWith('text behind'));
    }
    const long = 'x'.repeat(5000);
    assert.ok(linesOf(`${ESC}]0;${long}${BEL}`)[0]?.includes(long));
  });

  test('a plain text is itself, and every shown character is from the source', () => {
    for (const text of ['', 'a', 'a\r\nb\n', 'İstanbul\n\n資産\n']) assert.equal(viewText(text, 'terminal', []), text);
    assert.equal(describeView('terminal'), 'as a terminal shows it');
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', '\b', '\r', '\n', ESC, '[', ']', '3', 'K', 'G', ';', BEL)),
        (units) => {
          const text = units.join('');
          const has = (unit: string): number => units.filter((one) => one === unit).length;
          const shown = linesOf(text)
            .join('')
            .replaceAll(/ \[link to .*\]/gu, '');
          for (const unit of new Set(shown))
            if (unit !== ' ') assert.ok(shown.split(unit).length - 1 <= has(unit), unit);
        },
      ),
      times(2_000),
    );
  });

  test('numbers reach over the longest line', { timeout: 60_000 }, () => {
    const long = 'y'.repeat(3_000_000);
    assert.deepEqual(linesOf(`${long}\r${ESC}[9999999Xz`), ['z']);
    assert.equal(linesOf(`${long}${ESC}[9999999Dz`)[0]?.startsWith('zy'), true);
    assert.equal(linesOf(`${long}\r${ESC}[2500000Gz`)[0]?.indexOf('z'), 2_499_999);
  });

  test('hostile texts take linear time and bounded room', { timeout: 60_000 }, () => {
    const SIZE = 1_000_000;
    const pieces = ['\b', `${ESC}[999999999C`, `${ESC}[999999999Cx\n`, `${ESC}]`, '\u009d', `${ESC}[2Kx`, `x${ESC}[1K`];
    for (const piece of [...pieces, '\t', 'x\t', `\rx${ESC}[999G${ESC}[1K`, `${ESC}P`, `x\r${ESC}[K`, `${ESC}[9`]) {
      for (const before of ['', 'y'.repeat(SIZE)]) {
        const text = before + piece.repeat(SIZE / piece.length);
        assert.ok(readAsTerminal(text).text.length <= 4 * text.length + 100_000, JSON.stringify(piece));
      }
    }
    const erased = `${'y'.repeat(SIZE)}\r${`${ESC}[9999999X`.repeat(SIZE / 10)}`;
    assert.ok(readAsTerminal(erased).text.length < SIZE);
  });
});

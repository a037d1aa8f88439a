import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { suite, test } from 'node:test';
import { CHARSETS, readingOf } from '../../../src/base/textView.ts';
import type { Charset } from '../../../src/base/textView.ts';
import { suggestReadings } from '../../../src/evidence/readings/suggestReadings.ts';
import { suggestFor } from '../../../src/analysis/viewTexts.ts';
import { viewText } from '../../../src/evidence/views/textViews.ts';
import { LINES, RIGHT, TEXTS } from './texts.ts';

interface Misread {
  readonly language: string;
  readonly written: Charset;
  readonly readAs: Charset;
  readonly wrong: string;
}

/**
 * Returns Python's result for texts that are written in each encoding and read as each other one, where no byte is
 * lost.
 */
function misreadByPython(texts: Readonly<Record<string, string>>): readonly Misread[] {
  const script = path.join(import.meta.dirname, 'misread.py');
  const { stdout, stderr, status } = spawnSync('python3', [script], { input: JSON.stringify(texts), encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as readonly Misread[];
}

const hasPython = spawnSync('python3', ['--version']).status === 0;
const isCalledWrong = ({ language, written, readAs }: Misread): string => `${language}: ${written} read as ${readAs}`;

suite(
  'encodings (E1, E2, E4), with Python as the judge',
  { skip: hasPython ? false : 'There is no Python here.' },
  () => {
    for (const [name, texts] of Object.entries({ texts: TEXTS, lines: LINES })) {
      const rows = hasPython ? misreadByPython(texts) : [];

      test(`${name}: one view gives each back exactly`, () => {
        assert.ok(rows.length > 150, String(rows.length));
        assert.deepEqual(new Set(rows.map(({ written }) => written)), new Set(CHARSETS));
        for (const row of rows) {
          const view = viewText(row.wrong, readingOf([row]), []);
          assert.equal(view, texts[row.language], isCalledWrong(row));
        }
      });

      test(`${name}: it is among the first two that are offered`, () => {
        const missed = rows.filter((row) => {
          const offered = suggestReadings(row.wrong, 2).map(({ view }) => viewText(row.wrong, view, []));
          return !offered.includes(texts[row.language] ?? '');
        });
        assert.deepEqual(missed.map(isCalledWrong), []);
      });
    }
  },
);

suite('what is offered for other texts', () => {
  test('nothing for a text that is right', () => {
    for (const texts of [TEXTS, LINES]) {
      for (const [language, text] of Object.entries(texts)) assert.deepEqual(suggestReadings(text, 2), [], language);
    }
    for (const text of RIGHT) assert.deepEqual(suggestReadings(text, 2), [], text);
    for (const text of ['', 'plain\n', 'café – “naïve” €5\n', '┌──┐\n│ok│\n└──┘\n', 'a\u001b[31mred\u001b[0m\n']) {
      assert.deepEqual(suggestReadings(text, 2), [], text);
    }
  });

  test('a text that was read wrongly twice is offered as it was', () => {
    const read = (text: string): string => new TextDecoder('windows-1252').decode(Buffer.from(text, 'utf8'));
    for (const language of ['Turkish', 'German', 'Polish', 'Russian']) {
      const text = TEXTS[language] ?? '';
      const [best] = suggestReadings(read(read(text)), 1);
      assert.equal(best && viewText(read(read(text)), best.view, []), text, language);
      assert.match(best?.view ?? '', /^utf8-as-windows1252\.utf8-as-windows1252$/u);
    }
  });

  test('UTF-16 that is part of a text, and a long text whose beginning is plain', () => {
    const wide = Buffer.from('Ürün sürümü: 10.0\r\nKullanıcı: Şükrü\r\n', 'utf16le').toString('latin1');
    const [first] = suggestReadings(`--- systeminfo ---\n${wide}`, 2);
    assert.equal(
      first && viewText(`--- systeminfo ---\n${wide}`, first.view, []),
      '--- systeminfo ---\nÜrün sürümü: 10.0\r\nKullanıcı: Şükrü\r\n',
    );
    const long = `${'plain line\n'.repeat(5000)}Gr├╝├ƒe aus M├╝nchen\n${'plain line\n'.repeat(5000)}`;
    assert.deepEqual(suggestReadings(long, 1), [{ view: 'utf8-as-cp850', example: 'Grüße aus München' }]);
  });

  test('UTF-16 with dashes, quotation marks and pairs between its letters, and with empty lines', () => {
    for (const text of [
      'Bitte warten…\r\nFertig – „5 €“\r\n',
      'a • b → 😀 c',
      'Größe\n\nKöln\n\n',
      '\ufeffPC-Müller™ © 2024',
    ]) {
      const bytes = Buffer.from(text, 'utf16le');
      const wrong = new TextDecoder('windows-1252').decode(bytes);
      assert.equal(viewText(wrong, 'utf16-as-windows1252', []), text);
      if (!text.includes('\n\n')) assert.equal(viewText(bytes.toString('latin1'), 'utf16', []), text);
      assert.equal(viewText(`--- x ---\n${wrong}`, 'utf16-as-windows1252', []), `--- x ---\n${text}`);
    }
  });

  test('a megabyte of short lines takes no longer than it is', () => {
    for (const unit of ['ä\n', '漢\n', '\0\u0001', '“\0']) {
      const text = unit.repeat(1_000_000 / unit.length);
      const startedAt = performance.now();
      for (const view of ['cp866-as-utf8', 'utf8-as-cp936', 'utf16-as-cp850', 'utf16'] as const)
        viewText(text, view, []);
      suggestReadings(text, 2);
      assert.ok(performance.now() - startedAt < 60_000, JSON.stringify(unit));
    }
  });

  test('16 MB of plain lines before UTF-16, and UTF-16 that begins with a line end', () => {
    const lines = 'a\n'.repeat(8_000_000);
    assert.equal(viewText(lines, 'utf16', []).length, lines.length);
    // A character that is no longer a byte stays, and so does everything behind it.
    assert.equal(viewText('a\0b\0\ufffd%c\0d\0', 'utf16', []), 'ab\ufffd%cd');
    for (const text of ['\nGröße', '\n\nab', 'ab']) {
      const wide = Buffer.from(text, 'utf16le').toString('latin1');
      if (!text.startsWith('\n\n')) assert.equal(viewText(wide, 'utf16', []), text);
      assert.equal(viewText(wide, 'utf16-as-windows1252', []), text);
      assert.equal(viewText(`plain\n${wide}`, 'utf16-as-windows1252', []), `plain\n${text}`);
    }
  });

  test('a file that holds bytes of a page: the page, not a pair', () => {
    const page = (bytes: readonly number[]): Uint8Array =>
      Uint8Array.from([...Buffer.from('{"script_output":"plain\\n'), ...bytes, ...Buffer.from('"}')]);
    const russian = [0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2, 0x20, 0xec, 0xe8, 0xf0];
    const japanese = [0x83, 0x68, 0x83, 0x89, 0x83, 0x43, 0x83, 0x75];
    for (const [bytes, view, example] of [
      [russian, 'windows1251', 'Привет мир'],
      [japanese, 'cp932', 'ドライブ'],
    ] as const) {
      const source = {
        kind: 'file',
        bytes: page(bytes),
        page: 'cp437',
        stream: 'output',
        unpackedSize: undefined,
      } as const;
      const [best] = suggestFor(source, 2);
      assert.ok((best?.example.length ?? 0) <= 80);
      assert.equal(best?.view, view);
      assert.ok(best.example.includes(example), best.example);
    }
  });
});

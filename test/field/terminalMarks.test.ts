import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { defang } from '../../src/evidence/indicators/defang.ts';
import { collectIndicators } from '../../src/evidence/indicators/indicators.ts';
import { readCorpus } from '../unit/evidence/indicatorCorpus.ts';

const ESC = '\u001b';
const HASH = '0123456789abcdef'.repeat(4);

/** One indicator for each recognizer. */
const INDICATORS = [
  'https://evil.example/a',
  'evil.com',
  '203.0.113.7',
  '2001:db8::7',
  'a@evil.example',
  HASH.repeat(2),
  HASH,
  HASH.slice(0, 40),
  HASH.slice(0, 32),
  'C:\\Temp\\a.exe',
  '\\\\fs01.contoso.com\\share\\x.dll',
  '%APPDATA%\\x.exe',
  '/etc/shadow',
  'HKLM\\Software\\Evil',
  'hxxp://evil[.]example/b',
];

/** Marks that a terminal does not show. */
const MARKS: Readonly<Record<string, string>> = {
  'a colour': `${ESC}[31m`,
  'the end of colours': `${ESC}[0m`,
  'a colour of 24 bits': `${ESC}[38;2;255;0;0m`,
  'the end of a line erased': `${ESC}[K`,
  'a title with BEL': `${ESC}]0;scan\u0007`,
  'a title with ST': `${ESC}]2;scan${ESC}\\`,
  'the end of a link': `${ESC}]8;;${ESC}\\`,
  'a set of letters': `${ESC}(B`,
  'the eighth bit': '\u009b1m',
  'as a quotation shows it': '<U+001B>[31m',
  'as JSON has it': '\\u001b[31m',
  'as cat -v has it': '^[[31m',
  'an overtyped letter': '|\b',
};

function found(text: string): string[] {
  return collectIndicators(text)
    .map(({ kind, value }) => `${kind} ${value}`)
    .sort();
}

suite('marks of a terminal between letters (I1)', () => {
  for (const [name, mark] of Object.entries(MARKS)) {
    test(`I1: before, behind and in the middle of each kind: ${name}`, () => {
      for (const indicator of INDICATORS) {
        const plain = `found ${indicator} here`;
        const places = [0, 1, Math.floor(indicator.length / 2), indicator.length - 1, indicator.length];
        // `\b` behind a letter overtypes it.
        const marked = places.map((at) => `found ${indicator.slice(0, at)}${mark}${indicator.slice(at)} here`);
        for (const text of [...marked, `${mark}found ${mark}${indicator}${mark} here${mark}`]) {
          assert.deepEqual(found(text), found(plain), JSON.stringify(text));
          assert.equal(defang(text).count, defang(plain).count, JSON.stringify(text));
          assert.equal(without(defang(text).text, mark), defang(plain).text, JSON.stringify(text));
        }
      }
    });

    test(`I1: between any two words of the corpus: ${name}`, () => {
      for (const part of ['tuned', 'heldOut'] as const) {
        for (const line of readCorpus(part).lines) {
          const marked = line.replaceAll(/(?<=\S)(?= )|(?<= )(?=\S)/gu, mark);
          assert.deepEqual(found(marked), found(line), JSON.stringify(marked));
        }
      }
    });
  }

  test('I1: letters typed over each other, as manuals are written bold and underlined', () => {
    for (const indicator of ['evil.com', '203.0.113.7', '/etc/shadow', 'https://evil.example/a']) {
      const bold = indicator.replaceAll(/./gu, (letter) => `${letter}\b${letter}`);
      const underlined = indicator.replaceAll(/./gu, (letter) => `_\b${letter}`);
      for (const text of [bold, underlined]) {
        assert.deepEqual(found(text), found(indicator));
        assert.equal(defang(text).count, 1 - Number(indicator.startsWith('/')));
      }
    }
  });

  test('I1: what a progress line wiped out is not there, and a blank with a step back before it wipes nothing out', () => {
    assert.deepEqual(found('10%\b\b\b20%\b\b\bevil.com'), ['domain evil.com']);
    assert.deepEqual(found('203.0.113.7\b is'), ['ipv4 203.0.113.7']);
    assert.deepEqual(found('to \b203.0.113.7'), ['ipv4 203.0.113.7']);
    assert.deepEqual(found('203.0.113.78\b \b is'), ['ipv4 203.0.113.7']);
  });

  test('I1: a CR between any two words: what is found is the same, and so is what stands before it', () => {
    assert.deepEqual(found('nslookup\r evil.sh'), ['domain evil.sh']);
    assert.deepEqual(found('Version:\r 1.2.3.4'), []);
    for (const indicator of INDICATORS) {
      const plain = `to ${indicator} and ${indicator} again`;
      assert.deepEqual(found(plain.replaceAll(' ', '\r')), found(plain));
      assert.deepEqual(found(plain.replaceAll(' ', ' \r')), found(plain));
      assert.equal(defang(plain.replaceAll(' ', '\r')).count, defang(plain).count);
    }
  });

  test('I1: a link leads elsewhere than it says: both are found, and both are made harmless', () => {
    const link = `${ESC}]8;;https://hidden.example/x${ESC}\\https://shown.example/${ESC}]8;;${ESC}\\`;
    assert.deepEqual(
      found(link).filter((one) => one.startsWith('url')),
      ['url https://hidden.example/x', 'url https://shown.example/'],
    );
    assert.doesNotMatch(defang(link).text, /https?:/u);
    const same = `${ESC}]8;;https://evil.example/x${ESC}\\https://evil.example/x${ESC}]8;;${ESC}\\`;
    assert.deepEqual(
      collectIndicators(same).map(({ count }) => count),
      [1, 1],
    );
    assert.doesNotMatch(defang(same).text, /https?:/u);
  });

  test('I1: a mark that does not end hides nothing, however many there are', () => {
    for (const open of [`${ESC}]0;`, `${ESC}[`, ESC, `${ESC}]8;;`]) {
      assert.ok(found(`${open} https://evil.example/x`).includes('url https://evil.example/x'));
      assert.ok(found(`${`${open} `.repeat(300_000)}https://evil.example/x`).includes('url https://evil.example/x'));
    }
  });
});

/** The step back also removes an overtyped letter. */
function without(text: string, mark: string): string {
  return text.replaceAll(mark, '');
}

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { URI } from 'vscode-uri';
import { toDocumentBytes, toDocumentText } from '../../src/evidence/text/documentText.ts';
import { findReferences } from '../../src/evidence/references/findReferences.ts';
import { cutRanges } from '../../src/evidence/text/lines.ts';
import { measureText } from '../../src/evidence/text/textFacts.ts';
import { buildResultUri, CLOUDS, parseResultUri } from '../../src/base/resultUri.ts';
import { describeSeed, times } from './support/settings.ts';
import { anyText } from './support/texts.ts';

const RUNS = 3_000;
const GUID = '01234567-89ab-4cde-8f01-23456789abcd';
/** Limit (ms) that is far above a busy machine's time, and far below the square of a megabyte. */
const LINEAR_MS = 60_000;

interface Line {
  readonly start: number;
  readonly text: string;
  readonly end: string;
}

/** Splits a text into lines as an editor does, letter by letter. */
function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (letter !== '\r' && letter !== '\n') continue;
    const end = letter === '\r' && text.charAt(at + 1) === '\n' ? '\r\n' : letter;
    lines.push({ start, text: text.slice(start, at), end });
    at += end.length - 1;
    start = at + 1;
  }
  return [...lines, { start, text: text.slice(start), end: '' }];
}

suite(`texts (${describeSeed})`, () => {
  test('a document has one unit for each of the text, and NULs alone differ', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = toDocumentText(text);
        assert.equal(shown.length, text.length);
        for (let at = 0; at < text.length; at++)
          assert.equal(shown.charAt(at), text.charAt(at) === '\0' ? '␀' : text.charAt(at));
        const stored = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(toDocumentBytes(text));
        assert.equal(stored, `\ufeff${shown.toWellFormed()}`);
      }),
      times(RUNS),
    );
  });

  test('facts of a text are those of its lines and characters', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const lines = splitLines(text);
        const ending = (end: string): number => lines.filter((line) => line.end === end).length;
        assert.deepEqual(measureText(text), {
          length: text.length,
          lines: text === '' ? 0 : lines.length,
          lineEnds: { crlf: ending('\r\n'), lf: ending('\n'), cr: ending('\r') },
          nuls: text.split('\0').length - 1,
          trailingNuls: /\0*$/u.exec(text)?.[0].length,
          loneSurrogates: Array.from(text).filter((letter) => /^\p{Cs}$/u.test(letter)).length,
          replacementCharacters: text.split('\ufffd').length - 1,
          longestLine: Math.max(...lines.map((line) => line.text.length)),
        });
      }),
      times(RUNS),
    );
  });

  test('a quotation is what stands between two places, with its own line ends', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(anyText, fc.array(fc.tuple(share, share, share, share), { maxLength: 6 }), (text, places) => {
        const lines = splitLines(text);
        const place = (lineShare: number, share: number): { line: number; character: number; offset: number } => {
          const line = Math.floor(lineShare * (lines.length - 1));
          const { start, text: held } = lines[line] ?? { start: 0, text: '' };
          const character = Math.floor(share * held.length);
          return { line, character, offset: start + character };
        };
        const ranges = places.map(([line, column, endLine, endColumn]) => {
          const [start, end] = [place(line, column), place(endLine, endColumn)].sort((a, b) => a.offset - b.offset);
          return { start: start ?? place(0, 0), end: end ?? place(0, 0) };
        });
        assert.deepEqual(
          cutRanges(text, ranges),
          ranges.map(({ start, end }) => text.slice(start.offset, end.offset)),
        );
      }),
      times(RUNS),
    );
  });

  test('an address survives whatever its device, script and connection are called', () => {
    const guid = fc.uuid();
    const name = fc.oneof(anyText, fc.constantFrom('..', '.', '', '/', '\\', 'C:\\x', '? # % & 日本', '%2e%2e', '//x'));
    const address = fc.record(
      {
        cloud: fc.constantFrom(...CLOUDS),
        tenantId: guid,
        actionId: guid,
        commandIndex: fc.nat(999_999),
        stream: fc.constantFrom('output' as const, 'errors' as const, 'raw' as const),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(address, name, name, name, name, (one, connection, device, script, createdAt) => {
        const uri = buildResultUri(one, { connection, device, script, createdAt });
        assert.deepEqual(parseResultUri(uri), one);
        const again = URI.parse(uri.toString());
        assert.deepEqual(parseResultUri(again), one);
        assert.equal(again.toString(), uri.toString());
        assert.equal(again.path, uri.path);
        assert.deepEqual(parseResultUri(URI.parse(uri.toString(true))), one);
        const segments = uri.path.split('/');
        assert.equal(segments.length, 3);
        assert.ok(!segments.includes('..') && !segments.includes('.'));
        assert.doesNotMatch(uri.path, /[\p{Cc}\u202a-\u202e\u2066-\u2069\\]/u);
        assert.equal(uri.path.endsWith(`.lr-${one.stream}`), true);
      }),
      times(RUNS),
    );
  });

  test('an address that nobody could have built is no address', () => {
    fc.assert(
      fc.property(fc.webQueryParameters(), anyText, (query, text) => {
        for (const odd of [query, text, `cloud=commercial&tenant=${GUID}&action=${GUID}&index=${text}&stream=raw`]) {
          const found = parseResultUri({ scheme: 'live-response', query: odd });
          if (found === undefined) continue;
          const name = { connection: '', device: '', script: '', createdAt: '' };
          assert.deepEqual(parseResultUri(buildResultUri(found, name)), found);
        }
      }),
      times(RUNS),
    );
  });

  test('references are found in any text without a throw, as GUIDs, each once', () => {
    const part = fc.oneof(
      { weight: 2, arbitrary: anyText },
      {
        weight: 5,
        arbitrary: fc.constantFrom(
          GUID,
          GUID.toUpperCase(),
          `${GUID}#3`,
          `output_${GUID}_2`,
          `machineactions/${GUID}`,
          `/GetLiveResponseResultDownloadLink(index=7)`,
          'https://x.blob.core.windows.net/',
          '?sig=secret',
          '&amp;sig=',
          'live-response:/',
          `?cloud=gcc&tenant=${GUID}&action=${GUID}&index=4&stream=raw`,
          'tid=',
          ' ',
        ),
      },
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const found = findReferences(parts.join(''));
        for (const { actionId, commandIndex } of found) {
          assert.match(actionId, /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u);
          assert.ok(commandIndex === undefined || (Number.isInteger(commandIndex) && commandIndex >= 0));
        }
        assert.equal(new Set(found.map((one) => JSON.stringify(one))).size, found.length);
      }),
      times(RUNS),
    );
  });

  for (const [name, part] of Object.entries({
    'beginnings of links': 'https://',
    'links without a signature': 'https://x.example/?a=',
    'beginnings of our addresses': 'live-response:',
    'questions in our addresses': 'live-response:?',
    'actions and white space': `machineactions/${GUID} \n\t`,
    'actions, slashes and white space': `machineactions/${GUID}${' '.repeat(5_000)}/${' '.repeat(5_000)}`,
    'GUIDs in a row': `${GUID}-`,
    GUIDs: `${GUID} `,
    'almost GUIDs': '01234567-89ab-4cde-',
    'beginnings of results': 'output_01234567-',
    signatures: '?sig=',
    tenants: 'tid=01234567-89ab-',
    'white space': ' \n',
    'hexadecimal digits': 'a0',
  })) {
    test(`1 MB of ${name} is searched in linear time`, () => {
      const text = part.repeat(Math.ceil(1_000_000 / part.length));
      const start = performance.now();
      findReferences(text);
      const took = performance.now() - start;
      assert.ok(took < LINEAR_MS, `took ${Math.round(took)} ms`);
    });
  }
});

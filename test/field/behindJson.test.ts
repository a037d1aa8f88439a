import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { decodeResult } from '../../src/evidence/decode/decode.ts';
import type { DecodeChange } from '../../src/evidence/decode/transcript.ts';
import { LargeReader } from '../../src/evidence/large/largeReader.ts';
import type { LargeResult } from '../../src/evidence/large/largeReader.ts';
import { DOCUMENTATION_EXAMPLE, resultJson } from '../unit/evidence/results.ts';

const RESULT = resultJson('one line\\n');
const OTHER = resultJson('another', '"exit_code": 7, "script_errors": "x"');

/** Id, text behind the result, and the kind of the note about it. */
const BEHIND: readonly (readonly [id: string, behind: string, kind: 'trailingPadding' | 'trailingText' | undefined])[] =
  [
    ['white space only', ' \r\n\t\n', undefined],
    ['D1: one NUL', '\0', 'trailingPadding'],
    ['D1: 300 NULs', '\0'.repeat(300), 'trailingPadding'],
    ['D1: U+001A', '\u001a', 'trailingPadding'],
    ['a line end, then the end mark of DOS', '\r\n\u001a', 'trailingPadding'],
    ['a byte order mark', '\ufeff', 'trailingPadding'],
    ['a block of NULs of a file system', '\0'.repeat(70_000), 'trailingPadding'],
    ['all kinds of filler, mixed', '\n\0 \u001a\ufeff\0\r\n', 'trailingPadding'],
    ['a second result', OTHER, 'trailingText'],
    ['a second result in a line of its own', `\r\n${OTHER}\r\n`, 'trailingText'],
    ['a second result with a mark of its own', `\ufeff${OTHER}`, 'trailingText'],
    ['a second result behind NULs', `\0\0${OTHER}`, 'trailingText'],
    ['a second result that was cut off', OTHER.slice(0, 30), 'trailingText'],
    ['a second result with raw control characters', OTHER.replace('another', 'an\nother\u0001'), 'trailingText'],
    ['a brace too many', '}', 'trailingText'],
    ['a comma', ',', 'trailingText'],
    ['the rest of an older, longer file', 'put": "", "script_errors": ""}', 'trailingText'],
    ['deep nesting', '['.repeat(20_000), 'trailingText'],
    ['a quote that does not end', '"', 'trailingText'],
  ];

const ENCODINGS = {
  'UTF-8': (text: string) => Buffer.from(text),
  'UTF-8 with a mark': (text: string) => Buffer.from(`\ufeff${text}`),
  'UTF-16LE': (text: string) => Buffer.from(text, 'utf16le'),
  'UTF-16LE with a mark': (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'UTF-16BE': (text: string) => Buffer.from(text, 'utf16le').swap16(),
  'UTF-16BE with a mark': (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
} as const;

suite('what stands behind complete JSON (D1)', () => {
  for (const [encoding, write] of Object.entries(ENCODINGS)) {
    for (const [id, behind, kind] of BEHIND) {
      test(`${encoding}: ${id}`, () => {
        for (const result of [RESULT, DOCUMENTATION_EXAMPLE.trimEnd()]) {
          const file = write(result + behind);
          const trailing = trailingOf(result, behind, kind);
          const alone = decodeResult(write(result));
          const small = decodeResult(file);
          assert.deepEqual(small.rejection, undefined);
          assert.deepEqual(small.transcript, alone.transcript);
          assert.deepEqual(sorted(small.changes), sorted([...alone.changes, ...trailing]));
          const large = readLarge(file);
          assert.deepEqual(large.rejection, undefined);
          assert.equal(large.transcript?.exitCode, alone.transcript?.exitCode);
          assert.equal(large.transcript?.output?.facts.length, alone.transcript?.output.length);
          assert.deepEqual(sorted(large.changes), sorted(small.changes));
        }
      });
    }
  }

  test('D1: half a unit behind UTF-16 is said', () => {
    const file = Buffer.concat([ENCODINGS['UTF-16LE with a mark'](RESULT), Buffer.of(0)]);
    const { transcript, changes } = decodeResult(file);
    assert.equal(transcript?.output, 'one line\n');
    assert.ok(changes.some(({ kind }) => kind === 'trailingText'));
    assert.deepEqual(sorted(readLarge(file).changes), sorted(changes));
  });

  test('it is read inside gzip as well', () => {
    const { transcript, changes } = decodeResult(gzipSync(`${RESULT}\0\0`));
    assert.equal(transcript?.output, 'one line\n');
    assert.ok(changes.some(({ kind, count }) => kind === 'trailingPadding' && count === 2));
  });

  test('what is no complete object stays what it was', () => {
    assert.equal(decodeResult(Buffer.from(`${RESULT.slice(0, -1)}\0`)).rejection?.reason, 'notJson');
    assert.equal(decodeResult(Buffer.from(RESULT.slice(0, -1))).rejection?.reason, 'truncated');
    assert.equal(decodeResult(Buffer.from('[1] x')).rejection?.reason, 'notJson');
    assert.equal(decodeResult(Buffer.from(`{}${RESULT}`)).rejection?.reason, 'notATranscript');
  });

  test('a million objects behind junk are looked at once', { timeout: 60_000 }, () => {
    const file = Buffer.from(`${' '.repeat(1_000_000)}x${'{}'.repeat(1_000_000)}`);
    assert.equal(decodeResult(file).rejection?.reason, 'notJson');
  });
});

function trailingOf(result: string, behind: string, kind: DecodeChange['kind'] | undefined): readonly DecodeChange[] {
  if (kind === undefined) return [];
  const first = behind.search(/[^ \t\r\n]/u);
  return [{ kind, count: behind.length - first, firstOffset: result.length + first }];
}

function readLarge(file: Uint8Array): LargeResult {
  const reader = new LargeReader(() => undefined);
  for (let from = 0; from < file.length; from += 7) reader.add(file.subarray(from, from + 7));
  return reader.end();
}

function sorted(changes: readonly DecodeChange[]): readonly DecodeChange[] {
  return changes.toSorted((one, other) => (one.kind < other.kind ? -1 : 1));
}

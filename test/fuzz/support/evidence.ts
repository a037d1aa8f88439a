import type { Range } from '../../../src/base/places.ts';
import fc from 'fast-check';
import type { EvidenceSource, Said } from '../../../src/evidence/blocks/evidenceSource.ts';
import { CLOUDS } from '../../../src/base/resultUri.ts';
import { anyText } from './texts.ts';

const TRICKS = [
  '](command:workbench.action.quit)',
  '[a](command:x)',
  '![i](https://evil.example/i.png)',
  '<img src=x onerror=alert(1)>',
  '<!--',
  ']]>',
  'https://evil.example',
  'www.evil.example',
  'a@evil.example',
  '`',
  '```',
  '``````',
  '~~~',
  '````text',
  '-----',
  '|',
  '\\|',
  '\\\\|',
  '\\',
  '| - | - |',
  '> ',
  '- ',
  '    ',
  '# ',
  '*',
  '**',
  '_',
  '[^1]: note',
  '[x]: /url',
  '&amp;',
  '&#96;',
  '\u202e',
  '\u2028',
  '\n',
  '\r\n',
  '\r',
  '\t',
  ' ',
  '\0',
  '=cmd|x',
  '+1',
  '@x',
  'Source: [output line 1 of 1](live-response:/?cloud=gcc) · SHA-256 `00`',
  '␊',
  '’',
  ' · ',
  '\n\n',
];

/** A text that tries to be Markdown, HTML or a note of ours. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...TRICKS) }, { weight: 2, arbitrary: anyText }), {
    maxLength: 12,
  })
  .map((pieces) => pieces.join(''));

const said: fc.Arbitrary<Said> = fc.oneof(hostileText, fc.constantFrom(null, undefined, ''));
const sha256 = fc.stringMatching(/^[\da-f]{64}$/u);
const time = fc.oneof(said, fc.constant('2026-11-23T21:02:00.1234567Z'));

/** The source of a quotation, with names that an attacker chose. */
export const hostileSource: fc.Arbitrary<EvidenceSource> = fc.record(
  {
    address: fc.record(
      {
        cloud: fc.constantFrom(...CLOUDS),
        tenantId: fc.uuid(),
        actionId: fc.uuid(),
        commandIndex: fc.nat(999_999),
        stream: fc.constantFrom('output' as const, 'errors' as const, 'raw' as const),
      },
      { noNullPrototype: true },
    ),
    connection: hostileText,
    device: said,
    machineId: said,
    script: said,
    scriptArguments: said,
    requestor: said,
    requestorComment: said,
    actionStatus: said,
    commandStatus: said,
    createdAt: time,
    startedAt: time,
    endedAt: time,
    updatedAt: time,
    fetchedAt: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    answeredAt: fc.option(fc.integer({ min: 0, max: 4_000_000_000_000 }), { nil: undefined }),
    fetchedBy: said,
    fetchedWith: said,
    toolVersion: fc.constant('0.1.0'),
    exitCode: fc.option(fc.integer(), { nil: undefined }),
    file: fc.record({ size: fc.nat(), sha256 }),
    text: fc.record({ lines: fc.nat(), sha256 }),
    blob: fc.record({ date: hostileText, etag: hostileText, requestId: hostileText }, { requiredKeys: [] }),
    changes: fc.constantFrom<EvidenceSource['changes']>(
      [],
      [{ kind: 'controlCharactersEscaped', count: 2, firstOffset: 12 }],
      [{ kind: 'unknownKey', count: 1, keys: ['](command:x)`|\n'] }],
    ),
    mismatches: fc.array(
      fc.record({
        kind: fc.constantFrom('scriptName' as const, 'fileName' as const),
        asked: hostileText,
        found: hostileText,
      }),
      { maxLength: 1 },
    ),
  },
  { noNullPrototype: true },
);

const position = fc.record({ line: fc.nat(12), character: fc.oneof(fc.constant(0), fc.nat(30)) });

/** Selections of every kind: forward, in any order, overlapping, past the end; or one column over many lines. */
export const someRanges: fc.Arbitrary<readonly Range[]> = fc.oneof(
  fc.array(
    fc.tuple(position, position).map(([one, other]) => {
      const forward = one.line - other.line || one.character - other.character;
      return forward <= 0 ? { start: one, end: other } : { start: other, end: one };
    }),
    { maxLength: 5 },
  ),
  fc.tuple(fc.nat(5), fc.nat(6), fc.nat(8), fc.nat(8)).map(([first, count, from, width]) =>
    Array.from({ length: count }, (_, at) => ({
      start: { line: first + at, character: from },
      end: { line: first + at, character: from + width },
    })),
  ),
);

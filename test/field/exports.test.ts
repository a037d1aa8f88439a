import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { toFactsJson } from '../../src/commands/save/resultFacts.ts';
import { toCsvFile } from '../../src/evidence/export/csv.ts';
import { ExportTally, toNdjsonRow, toStrictJson } from '../../src/evidence/export/exportText.ts';
import { hashText } from '../../src/base/hashText.ts';
import { hitsAsCsvFile, hitsAsNdjson } from '../../src/results/search/hitRows.ts';
import { toChunkLine, toChunks } from '../../src/runs/runChunks.ts';
import { toRunCsv } from '../../src/runs/runRows.ts';
import { runRow, WORDS } from '../unit/runs/chunkRows.ts';
import type { ResultHits } from '../../src/worker/searchCalls.ts';
import { readCsv } from '../unit/evidence/csvReader.ts';
import { received } from '../unit/results/fixtures.ts';
import { times } from '../fuzz/support/settings.ts';

/**
 * Characters that some reader takes for a line end (Python's `str.splitlines` has the most of them), and characters
 * that no reader can carry.
 */
const ENDS = ['\u2028', '\u2029', '\u0085', '\v', '\f', '\x1c', '\x1d', '\x1e', '\r', '\n', '\r\n', '\0', '\u001a'];
const LONE = ['\ud83d', '\ude00', '\ude00\ud83d', '\ud83dx\ude00'];
const TEXTS = [...ENDS, ...LONE, '\u{1f600}', '"\\', '=1+1', '\ufeff'].map((odd) => `before${odd}behind`);
/** Number of lone surrogates in {@link TEXTS}. */
const HALVES = 6;

/** Splits like Python's `splitlines`, except at separators that JSON always escapes. */
const cut = (text: string): string[] => text.split(/\r\n|[\n\v\f\r\u0085\u2028\u2029]/u).filter((line) => line !== '');

function found(texts: readonly string[]): ResultHits {
  const { ref, name, fetchedAt, sha256 } = received();
  const hits = texts.map((text, at) => ({
    stream: 'output' as const,
    line: at + 1,
    column: 1,
    length: 1,
    text,
    at: 0,
  }));
  return { ref, name, fetchedAt, sha256, hits, more: 0, givenUp: undefined };
}

/** Each export that has one row for each text. */
const EXPORTS: Readonly<Record<string, (texts: readonly string[], tally: ExportTally) => string>> = {
  hits: (texts, tally) => hitsAsNdjson([found(texts)], tally),
  run: (texts, tally) =>
    texts
      .flatMap((output) => [...toChunks(WORDS, runRow('result'), '', { output, errors: '' }, tally)])
      .map((chunk) => toChunkLine(chunk, tally))
      .join(''),
};

const textOf = (row: Readonly<Record<string, unknown>>): unknown => row['text'] ?? row['output'];

suite('exports that every reader cuts at the same places (S36)', () => {
  for (const [name, write] of Object.entries(EXPORTS)) {
    test(`NDJSON of ${name}: a row for each text, whoever reads its lines`, () => {
      const tally = new ExportTally();
      const file = write(TEXTS, tally);
      assert.ok(file.isWellFormed());
      assert.doesNotMatch(file, /\\ud[89a-f]/iu, 'no escape of half a character');
      const rows = cut(file).map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
      assert.deepEqual(
        rows.map(textOf),
        TEXTS.map((text) => text.toWellFormed()),
      );
      assert.equal(tally.loneSurrogates, HALVES);
      assert.deepEqual(
        rows.map((row) => row['loneSurrogates'] ?? 0),
        TEXTS.map((text) => text.match(/\p{Cs}/gu)?.length ?? 0),
      );
      for (const row of rows) assert.equal(hashText(String(textOf(row))), hashText(TEXTS[rows.indexOf(row)] ?? ''));
    });

    test(`NDJSON of ${name}: Python reads it`, (context) => {
      const read = [
        'import json,sys',
        'data = sys.stdin.buffer.read().decode("utf-8")',
        'for line in data.splitlines():',
        '    row = json.loads(line)',
        '    sys.stdout.buffer.write((json.dumps(row.get("text", row.get("output"))) + "\\n").encode("utf-8"))',
        '    json.dumps(row, ensure_ascii=False).encode("utf-8")',
      ].join('\n');
      judge(context, { command: 'python3', args: ['-c', read] }, write);
    });

    test(`NDJSON of ${name}: jq reads it`, (context) => {
      judge(context, { command: 'jq', args: ['-ac', '.text // .output'] }, write);
    });
  }

  test('CSV: a cell with such a character is one, and halves are counted', () => {
    const tally = new ExportTally();
    for (const file of [
      hitsAsCsvFile([found(TEXTS)], tally),
      toRunCsv(
        TEXTS.map((why) => ({ why })),
        tally,
      ),
    ]) {
      assert.ok(file.isWellFormed());
      assert.ok(file.startsWith('\ufeff'));
      const [header = [], ...rows] = readCsv(file.slice(1));
      assert.equal(rows.length, TEXTS.length);
      const column = header.includes('Text') ? header.indexOf('Text') : header.indexOf('why');
      assert.deepEqual(
        rows.map((row) => row[column]),
        TEXTS.map((text) => text.toWellFormed()),
      );
    }
    assert.equal(tally.loneSurrogates, 2 * HALVES);
    for (const end of ['\u2028', '\u2029', '\u0085', '\v', '\f']) {
      assert.match(toCsvFile(['h'], [[`a${end}b`]], tally), new RegExp(`"a${end}b"`, 'u'));
    }
  });

  test('the facts of a file say what was replaced, and where nothing was they say nothing', () => {
    const facts = received();
    const odd = { ...facts, name: { ...facts.name, connection: 'a\ud83d\u2028b' } };
    const json = toFactsJson(odd, undefined, '1');
    assert.doesNotMatch(json, /\\ud83d|\u2028/iu);
    const { connection, loneSurrogates } = JSON.parse(json) as Readonly<Record<string, unknown>>;
    assert.deepEqual([connection, loneSurrogates], ['a\ufffd\u2028b', 1]);
    assert.doesNotMatch(toFactsJson(facts, undefined, '1'), /loneSurrogates/u);
  });

  test('no command, and no export, writes JSON of its own', () => {
    const files = [...globSync('src/commands/**/*.ts'), 'src/results/search/hitRows.ts', 'src/runs/runRows.ts'];
    for (const file of files) assert.doesNotMatch(readFileSync(file, 'utf8'), /JSON\.stringify/u, file);
  });

  test('any row of any texts is one line, and reads back as what the hash takes', () => {
    const text = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(text, fc.integer()), { minKeys: 1 }),
        (row) => {
          const tally = new ExportTally();
          const line = toNdjsonRow(row, tally);
          assert.deepEqual(cut(line).length, 1);
          const { loneSurrogates = 0, ...rest } = JSON.parse(line) as Record<string, unknown>;
          assert.equal(loneSurrogates, tally.loneSurrogates);
          const wanted = Object.entries(row).map(([key, value]) => [
            key,
            typeof value === 'string' ? value.toWellFormed() : value,
          ]);
          assert.deepEqual(rest, Object.fromEntries(wanted));
          assert.deepEqual(JSON.parse(toStrictJson(row, new ExportTally(), 2)), rest);
        },
      ),
      times(2_000),
    );
  });
});

/**
 * Compares with another program, which reads each row and writes its text as ASCII. Skipped where the program is
 * missing.
 */
function judge(
  context: { readonly skip: (reason: string) => void },
  { command, args }: { readonly command: string; readonly args: readonly string[] },
  write: (texts: readonly string[], tally: ExportTally) => string,
): void {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    input: write(TEXTS, new ExportTally()),
    encoding: 'utf8',
  });
  if (error !== undefined) {
    context.skip(`${command} is not here`);
    return;
  }
  assert.equal(status, 0, stderr);
  const texts = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  assert.deepEqual(
    texts,
    TEXTS.map((text) => text.toWellFormed()),
  );
}

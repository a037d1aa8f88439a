import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import { cutQuotation } from '../../../../src/evidence/quotation.ts';
import { PART_LINES, PART_UNITS } from '../../../../src/evidence/textParts.ts';
import type { ResultAddress } from '../../../../src/evidence/uri.ts';
import { createHandlers } from '../../../../src/results/worker/handlers.ts';
import type { WorkerHandlers } from '../../../../src/results/worker/handlers.ts';
import { arrived, ref, resultFile } from '../fixtures.ts';

const address = (change: Partial<ResultAddress> = {}): ResultAddress => ({ ...ref(), stream: 'output', ...change });
const read = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString();

// More lines than a part, line ends of every kind, a NUL, half of a pair, and a line that is longer than a section.
const LONG = `${'x'.repeat(300_000)}😀`;
const OUTPUT = [
  ...Array.from({ length: PART_LINES + 20_000 }, (_, at) => `line ${at + 1}${at % 3 === 0 ? '\r\n' : '\n'}`),
  `half \ud83d and NUL \0\r`,
  `${LONG}\n`,
  'the last one',
].join('');
const ERRORS = 'first error\r\n\r\nsecond error';
const LINES = OUTPUT.split(/\r\n|\r|\n/u);

/** Stores a file as it comes from a download: in pieces. */
function store(handlers: WorkerHandlers, file: Uint8Array, commandIndex = 0): void {
  const id = handlers.beginLarge();
  addAll(handlers, id, file);
  handlers.endLarge(id, arrived(file, { ref: ref({ commandIndex }) })[0], undefined);
}

function addAll(handlers: WorkerHandlers, id: number, file: Uint8Array): void {
  for (let from = 0; from < file.length; from += 200_001)
    handlers.addLarge(id, new Uint8Array(file.subarray(from, from + 200_001)));
}

suite('a result that is stored in pieces', () => {
  const file = resultFile(OUTPUT, ERRORS, 'collect.ps1', 3);
  let folder: string;
  let handlers: WorkerHandlers;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'large-'));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });
  beforeEach(() => {
    handlers = createHandlers();
    handlers.open(folder);
  });
  afterEach(() => {
    handlers.removeAll();
  });

  const table = (work: (database: DatabaseSync) => void): void => {
    const database = new DatabaseSync(path.join(folder, 'results.db'));
    work(database);
    database.close();
  };
  /** What is to go goes between requests. */
  const swept = async (): Promise<void> => {
    for (let last = -1, now = countPieces(); now !== last || leftOver() > 0; last = now, now = countPieces()) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const leftOver = (): number => {
    let count = 0;
    table((database) => {
      count = Number(
        database.prepare(`SELECT count(*) AS count FROM large_results WHERE state = 'dropped'`).get()?.['count'],
      );
    });
    return count;
  };
  const countPieces = (): number => {
    let count = 0;
    table((database) => {
      for (const name of ['large_results', 'large_files', 'large_texts']) {
        count += Number(database.prepare(`SELECT count(*) AS count FROM ${name}`).get()?.['count']);
      }
    });
    return count;
  };

  test('is known as one that was stored whole', () => {
    store(handlers, file);
    const whole = createHandlers().put(...arrived(file));
    const { large, ...facts } = handlers.facts(ref()) ?? assert.fail('not stored');
    assert.deepEqual(large, { output: 0, errors: 1 });
    assert.deepEqual(facts, JSON.parse(JSON.stringify(whole)));
  });

  test('is shown in parts, which hold all of it within the limits', () => {
    store(handlers, file);
    const found = handlers.textParts(address()) ?? assert.fail('no parts');
    assert.equal(found.lines, LINES.length);
    assert.ok(found.parts.length > 1);
    let line = 1;
    for (const { first, lastLine, documentBytes } of found.parts) {
      assert.deepEqual(first, { line, column: 1 });
      const bytes = handlers.partDocument(address(line === 1 ? {} : { part: first }));
      assert.equal(bytes?.length, documentBytes);
      const text = read(bytes) ?? '';
      const expected = LINES.slice(line - 1, lastLine).map((one) => one.toWellFormed().replace('\0', '\u2400'));
      assert.deepEqual(text.slice(1).split(/\r\n|\r|\n/u), expected);
      assert.ok(text.length <= PART_UNITS / 2 && expected.length <= PART_LINES);
      line = lastLine + 1;
    }
    assert.equal(line, LINES.length + 1);
    assert.equal(handlers.partDocument(address({ part: { line: 7, column: 1 } })), undefined);
    assert.equal(handlers.partDocument(address({ part: 'whole' }))?.length, found.documentBytes);
  });

  test('is quoted as the whole text is, from the pieces that hold the lines', () => {
    store(handlers, file);
    const last = LINES.length - 1;
    for (const [from, to] of [
      [0, 3],
      [last - 4, last - 3],
      [last - 2, last],
      [PART_LINES - 2, PART_LINES + 2],
    ] as const) {
      const range = { start: { line: from, character: 0 }, end: { line: to, character: 4 } };
      const sparse = handlers.text(ref(), 'output', undefined, [{ first: from, last: to + 2 }]) ?? '';
      assert.deepEqual(cutQuotation(sparse, [range]), cutQuotation(OUTPUT, [range]));
      assert.ok(sparse.length < OUTPUT.length, 'only what is needed is read');
    }
    assert.equal(handlers.text(ref(), 'output', undefined, [])?.length, LINES.length - 1);
    assert.equal(handlers.text(ref(), 'output'), OUTPUT);
    assert.equal(read(handlers.document(ref(), 'errors')), `\ufeff${ERRORS}`);
  });

  test('is saved as text and as file, byte for byte', async () => {
    store(handlers, file);
    const text = path.join(folder, 'text.txt');
    const raw = path.join(folder, 'raw.json');
    assert.equal(handlers.saveText(address(), text), Buffer.byteLength(OUTPUT));
    assert.equal(await readFile(text, 'utf8'), OUTPUT.toWellFormed());
    assert.equal(handlers.saveFile(ref(), raw), file.length);
    assert.deepEqual(await readFile(raw), file);
    assert.equal(handlers.raw(ref()), undefined);
    assert.equal(handlers.saveFile(ref({ commandIndex: 9 }), raw), undefined);
  });

  test('is searched, and says its own lines', () => {
    store(handlers, file);
    const anywhere = { connection: undefined, device: undefined, script: undefined };
    const search = (text: string): (readonly [string, number, number])[] => {
      const id = handlers.beginSearch({ text, isRegExp: false, matchCase: true, ...anywhere });
      const hits: (readonly [string, number, number])[] = [];
      for (;;) {
        const step = handlers.searchOn(id);
        for (const found of step.found)
          hits.push(...found.hits.map(({ stream, line, column }) => [stream, line, column] as const));
        if (step.done) return hits;
      }
    };
    assert.deepEqual(search(`line ${PART_LINES + 7}`), [['output', PART_LINES + 7, 1]]);
    assert.deepEqual(search('😀'), [['output', LINES.length - 1, 300_001]]);
    assert.deepEqual(search('second'), [['errors', 3, 1]]);
    assert.deepEqual(search('nowhere'), []);
  });

  test('is not there before it is whole, and leaves nothing when it is given up or cleared', async () => {
    const given = handlers.beginLarge();
    addAll(handlers, given, file);
    assert.equal(handlers.facts(ref()), undefined);
    assert.deepEqual(handlers.stored(), []);
    handlers.dropLarge(given);
    await swept();
    assert.equal(countPieces(), 0);
    store(handlers, file);
    const [listed] = handlers.stored();
    assert.ok((listed?.size ?? 0) > 10_000);
    handlers.deleteResults([ref()]);
    assert.equal(handlers.facts(ref()), undefined);
    await swept();
    assert.equal(countPieces(), 0);
  });

  test('that begins anew is what came last, and the pieces of an earlier one go', async () => {
    store(handlers, file);
    const pieces = countPieces();
    const id = handlers.beginLarge();
    handlers.addLarge(id, new Uint8Array(file.subarray(0, 250_000)));
    handlers.restartLarge(id);
    addAll(handlers, id, file);
    handlers.endLarge(id, arrived(file)[0], undefined);
    await swept();
    assert.equal(countPieces(), pieces);
    assert.equal(handlers.text(ref(), 'output'), OUTPUT);
    // A later fetch may bring a small one.
    handlers.put(...arrived(resultFile('small')));
    await swept();
    assert.equal(countPieces(), 0);
    assert.equal(handlers.text(ref(), 'output'), 'small');
  });

  test('that somebody began and left is swept away, one that is under way is not', async () => {
    const old = handlers.beginLarge();
    handlers.addLarge(old, new Uint8Array(file.subarray(0, 250_000)));
    const young = handlers.beginLarge();
    handlers.addLarge(young, new Uint8Array(file.subarray(0, 250_000)));
    const pieces = countPieces();
    table((database) => {
      // The first of the two that were begun.
      database.exec(
        'UPDATE large_results SET touched_at = 0 WHERE rowid = (SELECT id FROM large_files ORDER BY rowid LIMIT 1)',
      );
    });
    createHandlers().open(folder);
    await swept();
    const left = countPieces();
    assert.ok(left > 0 && left < pieces);
    addAll(handlers, young, file.subarray(250_000));
    handlers.endLarge(young, arrived(file)[0], undefined);
    assert.equal(handlers.text(ref(), 'output'), OUTPUT);
    assert.throws(() => {
      handlers.addLarge(old, file);
    }, /cleared/u);
  });

  test('is set aside when a piece of it is not what was stored, and can be fetched anew', async () => {
    for (const name of ['large_texts', 'large_files']) {
      store(handlers, file);
      table((database) => {
        const other = createHash('sha256').update(name).digest();
        database.prepare(`UPDATE ${name} SET bytes = ? WHERE n = 1`).run(other);
      });
      const target = path.join(folder, 'damaged.json');
      const reading = (): unknown =>
        name === 'large_texts' ? handlers.text(ref(), 'output') : handlers.saveFile(ref(), target);
      assert.throws(reading, { name: 'ResultDamaged' });
      assert.deepEqual(
        (await readdir(folder)).filter((one) => one.startsWith('damaged')),
        [],
      );
      assert.equal(handlers.facts(ref()), undefined);
      store(handlers, file);
      assert.equal(handlers.text(ref(), 'output'), OUTPUT);
    }
  });

  test('that is no result of a script is kept, and says what it is', async () => {
    for (const [content, reason] of [
      ['{"a": 1}', 'notATranscript'],
      ['{"script_output": "cut', 'truncated'],
      ['plain text', 'notJson'],
      ['\u0001'.repeat(2000), 'binary'],
    ] as const) {
      const bytes = Buffer.from(content.padEnd(5000, reason === 'truncated' ? 'x' : ' '));
      store(handlers, bytes);
      const facts = handlers.facts(ref());
      assert.equal(facts?.rejection?.reason, reason);
      assert.equal(facts.transcript, undefined);
      const target = path.join(folder, 'other.bin');
      assert.equal(handlers.saveFile(ref(), target), bytes.length);
      assert.deepEqual(await readFile(target), bytes);
    }
  });

  test('of two windows cannot mix with another one, whatever was cleared meanwhile', async () => {
    const id = handlers.beginLarge();
    handlers.addLarge(id, new Uint8Array(file.subarray(0, 250_000)));
    const other = createHandlers();
    other.open(folder);
    other.removeAll();
    store(other, file);
    assert.throws(() => {
      handlers.addLarge(id, new Uint8Array(file.subarray(250_000)));
    }, /cleared/u);
    handlers.dropLarge(id);
    await swept();
    assert.equal(other.text(ref(), 'output'), OUTPUT);
  });

  test('that is replaced while it is searched is neither damaged nor lost', () => {
    store(handlers, file);
    const id = handlers.beginSearch({
      ...{ text: 'nowhere', isRegExp: false, matchCase: true },
      ...{ connection: undefined, device: undefined, script: undefined },
    });
    assert.equal(handlers.searchOn(id).done, false);
    const other = createHandlers();
    other.open(folder);
    store(other, file);
    other.deleteResults([]);
    for (let step = handlers.searchOn(id); !step.done; step = handlers.searchOn(id)) assert.deepEqual(step.found, []);
    assert.equal(handlers.text(ref(), 'output'), OUTPUT);
  });

  test('is found across the borders of its sections', () => {
    const before = 'x'.repeat(131_068);
    const text = `${before}EVILMARK${'y'.repeat(400_000)}\r\n${'short line\r\n'.repeat(30_000)}end`;
    store(handlers, resultFile(text));
    const hitsOf = (pattern: string): readonly (readonly [number, number])[] => {
      const anywhere = { connection: undefined, device: undefined, script: undefined };
      const id = handlers.beginSearch({ text: pattern, isRegExp: true, matchCase: true, ...anywhere });
      const hits: (readonly [number, number])[] = [];
      for (let more = 0; ;) {
        const step = handlers.searchOn(id);
        for (const found of step.found) {
          hits.push(...found.hits.map(({ line, column }) => [line, column] as const));
          more += found.more;
        }
        if (step.done) return [...hits, [more, 0]];
      }
    };
    assert.deepEqual(hitsOf('EVILMARK'), [
      [1, 131_069],
      [0, 0],
    ]);
    // Each line once, wherever the borders are.
    const lines = hitsOf('^short line\r?\n(?=short|end)');
    assert.deepEqual(lines[0], [2, 1]);
    assert.equal(lines.length - 1 + (lines.at(-1)?.[0] ?? 0), 30_000);
  });

  test('with a text that the file does not have shows an empty one', () => {
    store(handlers, Buffer.from('{"script_name": "x.ps1", "exit_code": 0, "script_output": "some"}'));
    assert.equal(handlers.text(ref(), 'errors'), '');
    assert.equal(read(handlers.document(ref(), 'errors')), '\ufeff');
    assert.throws(() => handlers.text(ref(), 'output', 'cp850'), { name: 'TextTooLarge' });
  });

  test('made to be a burden is refused, and takes next to nothing', () => {
    const texts = Array.from({ length: 40_000 }, () => '"script_output": "a"').join(',');
    const keys = Array.from({ length: 40_000 }, (_, at) => `"a key of a result ${at}": 1`).join(',');
    const long = `"${'k'.repeat(100_000)}": 1`;
    for (const fields of [texts, keys, long]) {
      store(handlers, Buffer.from(`{"script_output": "", ${fields}}`));
      const facts = handlers.facts(ref());
      assert.equal(facts?.rejection?.reason, 'notATranscript');
      assert.ok(JSON.stringify(facts).length < 100_000);
      assert.ok(countPieces() < 100);
    }
  });

  test('is not written over what somebody else is writing', async () => {
    store(handlers, file);
    const target = path.join(folder, 'taken.json');
    await writeFile(`${target}.part`, 'theirs');
    assert.throws(() => handlers.saveFile(ref(), target), { name: 'FileFailed', message: 'EEXIST' });
    assert.equal(await readFile(`${target}.part`, 'utf8'), 'theirs');
    assert.throws(() => handlers.saveText(address(), path.join(folder, 'no', 'folder')), { message: 'ENOENT' });
  });

  test('needs a file to be kept in', () => {
    assert.throws(() => createHandlers().beginLarge(), /no file/u);
  });
});

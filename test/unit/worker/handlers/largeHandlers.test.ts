import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import { cutQuotation } from '../../../../src/evidence/text/quotation.ts';
import { PART_LINES, PART_UNITS } from '../../../../src/evidence/text/textParts.ts';
import type { PlainAddress } from '../../../../src/worker/viewCalls.ts';
import { createHandlers } from '../../../../src/worker/handlers/handlers.ts';
import type { WorkerHandlers } from '../../../../src/worker/handlers/handlers.ts';
import { arrived, ref, resultFile } from '../../results/fixtures.ts';
import { addAll, ANYWHERE, ERRORS, FILE, LargeScene, OUTPUT, store } from './largeScene.ts';

const address = (change: Partial<PlainAddress> = {}): PlainAddress => ({ ...ref(), stream: 'output', ...change });
const read = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString();
const LINES = OUTPUT.split(/\r\n|\r|\n/u);

suite('a result that is stored in pieces', () => {
  const scene = new LargeScene();
  let handlers: WorkerHandlers;
  before(() => scene.makeFolder());
  after(() => scene.removeFolder());
  beforeEach(() => {
    handlers = scene.open();
  });
  afterEach(() => {
    handlers.removeAll();
  });

  test('has its texts in parts, and not the file itself', () => {
    store(handlers, FILE);
    assert.equal(handlers.textParts({ ...ref(), stream: 'raw' }), undefined);
    assert.ok((handlers.textParts({ ...ref(), stream: 'output' })?.parts.length ?? 0) > 1);
  });

  test('is known as one that was stored whole', () => {
    store(handlers, FILE);
    const whole = createHandlers().put(...arrived(FILE));
    const { large, ...facts } = handlers.facts(ref()) ?? assert.fail('not stored');
    assert.deepEqual(large, { output: 0, errors: 1 });
    assert.deepEqual(facts, JSON.parse(JSON.stringify(whole)));
  });

  test('is shown in parts, which hold all of it within the limits', () => {
    store(handlers, FILE);
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
    store(handlers, FILE);
    const last = LINES.length - 1;
    for (const [from, to] of [
      [0, 3],
      [last - 4, last - 3],
      [last - 2, last],
      [PART_LINES - 2, PART_LINES + 2],
    ] as const) {
      const range = { start: { line: from, character: 0 }, end: { line: to, character: 4 } };
      const sparse = handlers.text(ref(), 'output', [{ first: from, last: to + 2 }]) ?? '';
      assert.deepEqual(cutQuotation(sparse, [range]), cutQuotation(OUTPUT, [range]));
      assert.ok(sparse.length < OUTPUT.length, 'only what is needed is read');
    }
    assert.equal(handlers.text(ref(), 'output', [])?.length, LINES.length - 1);
    assert.equal(handlers.text(ref(), 'output'), OUTPUT);
    assert.equal(read(handlers.document(ref(), 'errors')), `\ufeff${ERRORS}`);
  });

  test('is saved as text and as file, byte for byte', async () => {
    store(handlers, FILE);
    const text = path.join(scene.folder, 'text.txt');
    const raw = path.join(scene.folder, 'raw.json');
    assert.equal(handlers.saveText(address(), text), Buffer.byteLength(OUTPUT));
    assert.equal(await readFile(text, 'utf8'), OUTPUT.toWellFormed());
    assert.equal(handlers.saveFile(ref(), raw), FILE.length);
    assert.deepEqual(await readFile(raw), FILE);
    assert.equal(handlers.raw(ref()), undefined);
    assert.equal(handlers.saveFile(ref({ commandIndex: 9 }), raw), undefined);
  });

  test('is searched, and says its own lines', () => {
    store(handlers, FILE);
    const search = (text: string): (readonly [string, number, number])[] => {
      const id = handlers.beginSearch({ text, isRegExp: false, matchCase: true, ...ANYWHERE });
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
    addAll(handlers, given, FILE);
    assert.equal(handlers.facts(ref()), undefined);
    assert.deepEqual(handlers.stored(), []);
    handlers.dropLarge(given);
    await scene.swept();
    assert.equal(scene.countPieces(), 0);
    store(handlers, FILE);
    const [listed] = handlers.stored();
    assert.ok((listed?.size ?? 0) > 10_000);
    handlers.deleteResults([ref()]);
    assert.equal(handlers.facts(ref()), undefined);
    await scene.swept();
    assert.equal(scene.countPieces(), 0);
  });

  test('that begins anew is what came last, and the pieces of an earlier one go', async () => {
    store(handlers, FILE);
    const pieces = scene.countPieces();
    const id = handlers.beginLarge();
    handlers.addLarge(id, new Uint8Array(FILE.subarray(0, 250_000)));
    handlers.restartLarge(id);
    addAll(handlers, id, FILE);
    handlers.endLarge(id, arrived(FILE)[0], undefined);
    await scene.swept();
    assert.equal(scene.countPieces(), pieces);
    assert.equal(handlers.text(ref(), 'output'), OUTPUT);
    // A later fetch may bring a small result.
    handlers.put(...arrived(resultFile('small')));
    await scene.swept();
    assert.equal(scene.countPieces(), 0);
    assert.equal(handlers.text(ref(), 'output'), 'small');
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
      assert.equal(handlers.text(ref(), 'output'), undefined);
      const target = path.join(scene.folder, 'other.bin');
      assert.equal(handlers.saveFile(ref(), target), bytes.length);
      assert.deepEqual(await readFile(target), bytes);
    }
  });

  test('is found across the borders of its sections', () => {
    const before = 'x'.repeat(131_068);
    const text = `${before}EVILMARK${'y'.repeat(400_000)}\r\n${'short line\r\n'.repeat(30_000)}end`;
    store(handlers, resultFile(text));
    const hitsOf = (pattern: string): readonly (readonly [number, number])[] => {
      const id = handlers.beginSearch({ text: pattern, isRegExp: true, matchCase: true, ...ANYWHERE });
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
    // Each line occurs once, wherever the borders are.
    const lines = hitsOf('^short line\r?\n(?=short|end)');
    assert.deepEqual(lines[0], [2, 1]);
    assert.equal(lines.length - 1 + (lines.at(-1)?.[0] ?? 0), 30_000);
  });

  test('with a text that the file does not have shows an empty one', () => {
    store(handlers, Buffer.from('{"script_name": "x.ps1", "exit_code": 0, "script_output": "some"}'));
    assert.equal(handlers.text(ref(), 'errors'), '');
    assert.equal(read(handlers.document(ref(), 'errors')), '\ufeff');
    const id = handlers.beginSearch({ text: 'some', isRegExp: false, matchCase: true, ...ANYWHERE });
    assert.equal(handlers.searchOn(id).found[0]?.hits.length, 1);
    assert.throws(() => handlers.packView(ref(), 'output', 'cp850'), { name: 'TextTooLarge' });
  });
});

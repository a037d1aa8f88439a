import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { defangQuotation } from '../../../src/evidence/indicators/defang.ts';
import { hashText } from '../../../src/base/hashText.ts';
import { buildEvidence } from '../../../src/evidence/blocks/noteForms.ts';
import { cutQuotation, WHOLE_TEXT } from '../../../src/evidence/text/quotation.ts';
import { PART_LINES } from '../../../src/evidence/text/textParts.ts';
import type { ResultAddress } from '../../../src/base/resultUri.ts';
import { pack } from '../../../src/analysis/packed.ts';
import { StoredAnalysis } from '../../../src/results/storedAnalysis.ts';
import { StoredTables } from '../../../src/results/storedTables.ts';
import { usualRules } from '../../../src/evidence/compare/normalise.ts';
import { normalisedView } from '../../../src/base/textView.ts';
import { TestStore } from './testStore.ts';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';
import { evidenceSource } from '../evidence/sources.ts';
import { analysisInPlace } from './analysisInPlace.ts';
import { arrived, ref, resultFile } from './fixtures.ts';
import { threadOf } from './threadInPlace.ts';

const output = (change: Partial<ResultAddress> = {}): ResultAddress => ({ ...ref(), stream: 'output', ...change });
const read = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString();

async function stored(...files: readonly Buffer[]): Promise<TestStore> {
  const store = new TestStore({
    folder: undefined,
    analysis: analysisInPlace(),
    startThread: () => Promise.resolve(threadOf(createHandlers())),
    onMemoryOnly: () => undefined,
  });
  for (const bytes of files) await store.put(...arrived(bytes));
  return store;
}

suite('what is read out of stored texts', () => {
  test('a view is made of the stored text, which stays as it is', async () => {
    const store = await stored(resultFile('a\0b\0c\0\n'));
    assert.equal(await store.text(ref(), 'output', 'utf16'), 'abc\n');
    assert.equal(await store.text(ref(), 'output'), 'a\0b\0c\0\n');
    assert.equal(read(await store.part(output({ view: 'utf16' }))), '\ufeffabc\n');
    assert.equal((await store.parts(output({ view: 'utf16' })))?.documentBytes, 7);
    // The device of the fixture is named dc1.
    assert.equal(await store.text(ref(), 'output', 'normalised'), 'a\0b\0c\0\n');
    assert.equal(await (await stored(resultFile('on DC1\0'))).text(ref(), 'output', 'normalised'), 'on <host>');
  });

  test('a view that is too long is given in parts, and what was put anew is not shown from before', async () => {
    const lines = Array.from({ length: PART_LINES + 2 }, (_, at) => `line ${at + 1}`);
    const store = await stored(resultFile(lines.join('\n')));
    const { parts = [], lines: count } = (await store.parts(output({ view: 'utf8' }))) ?? {};
    assert.deepEqual([count, parts.map(({ first }) => first.line)], [PART_LINES + 2, [1, PART_LINES + 1]]);
    const last = { line: PART_LINES + 1, column: 1 };
    assert.match(read(await store.part(output({ view: 'utf8', part: last }))) ?? '', /^\ufeffline \d+\nline \d+$/u);
    assert.equal(await store.part(output({ view: 'utf8', part: { line: 7, column: 1 } })), undefined);
    await store.put(...arrived(resultFile('two')));
    assert.equal(read(await store.part(output({ view: 'utf8' }))), '\ufefftwo');
  });

  test('bytes that are no UTF-8 are read from the file, where they still are', async () => {
    // Large enough to be transferred with memory of its own.
    const rest = 'x'.repeat(20_000);
    const [before = '', after = ''] = resultFile(`Görev G@ncelleme${rest}`).toString().split('@');
    const bytes = Buffer.concat([Buffer.from(before), Buffer.of(0xfc), Buffer.from(after)]);
    for (const file of [bytes, gzipSync(bytes)]) {
      const store = await stored(file);
      assert.equal(await store.text(ref(), 'output'), `Görev G\ufffdncelleme${rest}`);
      assert.equal(await store.text(ref(), 'output', 'windows1254'), `Görev Güncelleme${rest}`);
    }
  });

  test('a view is saved as a text is', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'save-view-'));
    try {
      const store = await stored(resultFile('a\0ü\0\n'));
      const [text, view] = [path.join(folder, 'text.txt'), path.join(folder, 'view.txt')];
      assert.equal(await store.saveText(output(), text), 6);
      assert.equal(await readFile(text, 'utf8'), 'a\0ü\0\n');
      assert.equal(await store.saveText(output({ view: 'utf16' }), view), 4);
      assert.equal(await readFile(view, 'utf8'), 'aü\n');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('the indicators of a text, of a selection, and of a text that is not there', async () => {
    const { analysis } = await stored(resultFile('evil.com\r\nx\r\nevil.com 203.0.113.7'));
    const all = { ref: ref(), stream: 'output', ranges: undefined } as const;
    const domain = { kind: 'domain', value: 'evil.com', count: 2, firstLine: 1 };
    const address = { kind: 'ipv4', value: '203.0.113.7', count: 1, firstLine: 3 };
    assert.deepEqual(await analysis.indicators(all), [domain, address]);
    const range = { start: { line: 2, character: 0 }, end: { line: 2, character: 20 } };
    const inRange = [{ ...domain, count: 1, firstLine: 3 }, address];
    assert.deepEqual(await analysis.indicators({ ...all, ranges: [range] }), inRange);
    assert.deepEqual(await analysis.indicators({ ...all, stream: 'errors' }), []);
    assert.equal(await analysis.indicators({ ...all, stream: 'raw' }), undefined);
  });

  test('a text that is deleted after its facts were read is not there', async () => {
    const store = await stored(resultFile('text'));
    const gone = (): Promise<undefined> => Promise.resolve(undefined);
    const source = { facts: () => store.facts(ref()), short: gone, text: gone, view: gone, transcript: gone };
    const analysis = new StoredAnalysis(source, analysisInPlace());
    const all = { ref: ref(), stream: 'output', ranges: undefined } as const;
    assert.equal(await analysis.copyText(all, 'asItIs'), undefined);
    assert.equal(await analysis.indicators(all), undefined);
  });

  test('a view by an expression of a user has a time in which it must be made; any other one has not', async () => {
    const limits: unknown[] = [];
    const { run } = analysisInPlace();
    const store = new TestStore({
      folder: undefined,
      analysis: {
        run: (work, options) => {
          limits.push(options?.limitMs);
          return run(work, options);
        },
      },
      startThread: () => Promise.resolve(threadOf(createHandlers())),
      onMemoryOnly: () => undefined,
    });
    await store.put(...arrived(resultFile('id 7 on dc1')));
    assert.equal(await store.text(ref(), 'output', 'normalised'), 'id 7 on <host>');
    const view = normalisedView({ ...usualRules, own: String.raw`id \d` });
    assert.equal(await store.text(ref(), 'output', view), '<own> on <host>');
    assert.deepEqual(limits, [undefined, 5000]);
  });

  test('a text is copied the same way where it is read here and where it is read in the thread', async () => {
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 10 } };
    for (const rest of ['', 'x'.repeat(70_000)]) {
      const text = `evil.com \0\n${rest}`;
      const { analysis } = await stored(resultFile(text));
      const all = { ref: ref(), stream: 'output', ranges: undefined } as const;
      const copied = await analysis.copyText(all, 'defanged');
      assert.deepEqual(copied, { text: `evil[.]com ␀\n${rest}`, count: 1, length: text.length, nuls: 1 });
      assert.deepEqual(await analysis.copyText({ ...all, ranges: [range] }, 'asItIs'), {
        text: 'evil.com ␀',
        count: 0,
        length: 10,
        nuls: 1,
      });
      const view = await analysis.copyText({ ...all, view: 'utf8' }, 'asItIs');
      assert.equal(view?.text, `evil.com ␀\n${rest}`);
      assert.equal(await analysis.copyText({ ...all, stream: 'raw' }, 'asItIs'), undefined);
    }
  });

  test('a text is quoted the same way where it is read here and where it is read in the thread', async () => {
    const ranges = [{ start: { line: 0, character: 0 }, end: { line: 0, character: 10 } }];
    for (const rest of ['', 'x'.repeat(70_000)]) {
      const text = `evil.com \0\n${rest}`;
      const { analysis } = await stored(resultFile(text));
      const asked = { ref: ref(), stream: 'output', ranges } as const;
      const quoted = await analysis.quoteText(asked, 'defanged');
      const [defanged, asItIs] = [defangQuotation(cutQuotation(text, ranges)), cutQuotation(text, ranges)];
      assert.deepEqual(quoted, { quotation: defanged, sha256: hashText(text) });
      assert.equal(quoted.quotation.text, 'evil[.]com ␀');
      assert.deepEqual((await analysis.quoteText(asked, 'asItIs'))?.quotation, asItIs);
      const viewed = await analysis.quoteText({ ...asked, view: 'utf8' }, 'asItIs');
      assert.deepEqual(viewed, { quotation: asItIs, sha256: hashText(text) });
      assert.equal(await analysis.quoteText({ ...asked, stream: 'raw' }, 'asItIs'), undefined);
    }
  });

  test('evidence is built in the thread as it is built elsewhere', async () => {
    const { analysis } = await stored();
    const source = evidenceSource();
    const evidence = [{ source, quotation: cutQuotation('one\n| two', [WHOLE_TEXT]) }];
    for (const kind of ['compactBlock', 'fullBlock', 'citation', 'tableRow'] as const) {
      assert.equal(await analysis.buildEvidence({ kind }, evidence), buildEvidence({ kind }, evidence));
    }
    const plain = { kind: 'plainBlock', scheme: 'vscode' } as const;
    assert.match(await analysis.buildEvidence(plain, evidence), /vscode:/u);
  });

  test('what is not stored has no view', async () => {
    const store = await stored();
    assert.equal(await store.parts(output({ view: 'cp850' })), undefined);
    assert.equal(await store.part(output({ view: 'cp850' })), undefined);
    assert.equal(await store.text(ref(), 'output', 'cp850'), undefined);
    assert.equal(await store.saveText(output({ view: 'cp850' }), '/nowhere/x'), undefined);
  });
});

suite('stored results side by side', () => {
  const rules = usualRules;
  const second = ref({ commandIndex: 1 });
  const pair = async (): Promise<TestStore> => {
    const store = await stored(resultFile('one\nsame'));
    await store.put(...arrived(resultFile('two\nsame'), { ref: second }));
    return store;
  };

  test('lines of one of two are those of stored results only', async () => {
    const { analysis } = await pair();
    const of = (one: ReturnType<typeof ref>) => ({ ref: one, names: [] });
    const sides = (await analysis.oneSided([of(ref()), of(second)], rules)) ?? assert.fail('not compared');
    assert.deepEqual(
      sides.map(({ lines }) => lines.map(({ text }) => text)),
      [['one'], ['two']],
    );
    assert.equal(await analysis.oneSided([of(ref()), of(ref({ commandIndex: 9 }))], rules), undefined);
  });

  test('a comparison leaves out what is not stored, and is asked for by its name', async () => {
    const { analysis } = await pair();
    const name = { id: 'run', rules };
    const asked = [ref(), second, ref({ commandIndex: 9 })].map((one, member) => ({
      ref: one,
      compared: { member, names: [] },
    }));
    await analysis.compareResults(name, asked);
    const found = (await analysis.comparison(name, 10)) ?? assert.fail('not compared');
    assert.deepEqual(found.groups.flatMap(({ members }) => members).toSorted(), [0, 1]);
    assert.equal(await analysis.comparison({ ...name, id: 'other' }, 10), undefined);
  });

  test('a misread text is offered another reading; one that is not stored none', async () => {
    const { analysis } = await stored(resultFile('Gr├╝├ƒe aus M├╝nchen'));
    assert.equal((await analysis.suggestReadings(ref(), 'output'))[0]?.example, 'Grüße aus München');
    assert.deepEqual(await analysis.suggestReadings(second, 'output'), []);
  });

  test('earlier rows of a table come from a stored result, or not at all; closing a tab never fails', async () => {
    const asked: string[] = [];
    const tables = new StoredTables(
      { transcript: ({ commandIndex }) => Promise.resolve(commandIndex === 0 ? pack({ output: 'x' }) : undefined) },
      {
        run: (work) =>
          work((method, ...args) => {
            asked.push(`${method} ${args.length}`);
            return method === 'closeTables' ? Promise.reject(new Error('ended')) : (Promise.resolve() as never);
          }),
      },
    );
    assert.deepEqual(
      [await tables.addEarlier('tab', ref(), 0), await tables.addEarlier('tab', second, 1)],
      [true, false],
    );
    await tables.close('tab');
    assert.deepEqual(asked, ['addEarlier 3', 'closeTables 1']);
  });
});

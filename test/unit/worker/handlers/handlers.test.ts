import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { resultKey } from '../../../../src/base/resultUri.ts';
import { createHandlers } from '../../../../src/worker/handlers/handlers.ts';
import { unpack } from '../../../../src/analysis/packed.ts';
import type { WorkerHandlers } from '../../../../src/worker/handlers/handlers.ts';
import { arrived, ref, resultFile, TENANT } from '../../results/fixtures.ts';

const OTHER_TENANT = { cloud: 'gcc', tenantId: TENANT.tenantId } as const;

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'handlers-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** Returns our folder: the editor names it, and the extension creates it. */
function folder(): string {
  return path.join(directory, 'storage', 'ours');
}

function opened(where: string | undefined): WorkerHandlers {
  const handlers = createHandlers();
  assert.equal(handlers.open(where), where === undefined ? 'memory' : 'files');
  return handlers;
}

for (const kind of ['files', 'memory'] as const) {
  suite(`the worker's storage in ${kind}`, () => {
    const start = (): WorkerHandlers => opened(kind === 'files' ? folder() : undefined);

    test('a result that is put is described, and comes back as it was', () => {
      const handlers = start();
      const bytes = resultFile('a\0b\r\n\0\0', 'one\n\ntwo\n', 'other.ps1', -5);
      const stored = handlers.put(...arrived(bytes, { size: bytes.length }));
      assert.equal(stored.transcript?.exitCode, -5);
      assert.equal(stored.transcript.errorLines, 2);
      assert.deepEqual(
        [stored.transcript.output.nuls, stored.transcript.output.trailingNuls, stored.transcript.output.lines],
        [3, 2, 2],
      );
      assert.deepEqual(stored.mismatches, [{ kind: 'scriptName', asked: 'collect.ps1', found: 'other.ps1' }]);
      assert.equal(stored.sha256, createHash('sha256').update(bytes).digest('hex'));

      assert.deepEqual(handlers.facts(ref()), JSON.parse(JSON.stringify(stored)));
      assert.equal(handlers.text(ref(), 'output'), 'a\0b\r\n\0\0');
      assert.equal(handlers.text(ref(), 'errors'), 'one\n\ntwo\n');
      assert.deepEqual(Buffer.from(handlers.raw(ref()) ?? []), bytes);
      const document = handlers.document(ref(), 'output');
      assert.equal(Buffer.from(document ?? []).toString(), '\ufeffa\u2400b\r\n\u2400\u2400');
      assert.equal(document?.length, stored.transcript.output.documentBytes);
    });

    test('a text is packed with all that it holds; one that is not there is not', () => {
      const handlers = start();
      const text = 'a\0b \ud800 ü\r\n';
      handlers.put(...arrived(resultFile(text, 'e', 'collect.ps1', 3)));
      const packed = handlers.packText(ref(), 'output', undefined) ?? assert.fail('not packed');
      assert.equal(packed.byteLength, packed.buffer.byteLength, 'its memory can be moved');
      assert.equal(unpack(packed), text);
      assert.equal(handlers.packText(ref(), 'raw', undefined), undefined);
      assert.equal(handlers.packView(ref({ actionId: 'other' }), 'output', 'utf8'), undefined);
      const transcript = handlers.packTranscript(ref()) ?? assert.fail('not packed');
      assert.deepEqual(unpack(transcript), { output: text, errors: 'e', exitCode: 3 });
      assert.equal(handlers.packTranscript(ref({ actionId: 'other' })), undefined);
    });

    test('the last copy is found by the hash of its text, for an hour', (context) => {
      context.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
      const handlers = start();
      assert.equal(handlers.lastCopy('aa'), undefined);
      handlers.rememberCopy('aa', 'one', { keep: true });
      handlers.rememberCopy('bb', 'two', { keep: true });
      assert.equal(handlers.lastCopy('aa'), undefined);
      assert.equal(handlers.lastCopy('bb'), 'two');
      context.mock.timers.setTime(1_000_000 + 3_600_000);
      assert.equal(handlers.lastCopy('bb'), undefined);
    });

    test('what is not stored is undefined, whatever is asked of it', () => {
      const handlers = start();
      assert.equal(handlers.facts(ref()), undefined);
      assert.equal(handlers.document(ref(), 'output'), undefined);
      assert.equal(handlers.text(ref(), 'errors'), undefined);
      assert.equal(handlers.raw(ref()), undefined);
      assert.deepEqual(handlers.list(TENANT).facts, []);
    });

    test('an empty text is a document, and not a missing one', () => {
      const handlers = start();
      handlers.put(...arrived(resultFile('')));
      assert.equal(handlers.text(ref(), 'output'), '');
      assert.deepEqual([...(handlers.document(ref(), 'errors') ?? [])], [0xef, 0xbb, 0xbf]);
    });

    test('bytes that are no result are kept, refused with a reason, and never a document', () => {
      const handlers = start();
      const bytes = Buffer.from('<html>');
      const stored = handlers.put(...arrived(bytes));
      assert.equal(stored.transcript, undefined);
      assert.equal(stored.rejection?.reason, 'notJson');
      assert.deepEqual(Buffer.from(handlers.raw(ref()) ?? []), bytes);
      for (const stream of ['output', 'errors'] as const) assert.equal(handlers.document(ref(), stream), undefined);
      assert.equal(handlers.text(ref(), 'raw'), '<html>', 'as raw text, on request');
    });

    test('a result has no raw text: it would be the same under another name', () => {
      const handlers = start();
      handlers.put(...arrived(resultFile('kept')));
      assert.equal(handlers.document(ref(), 'raw'), undefined);
    });

    test('no bytes at all are kept as such', () => {
      const handlers = start();
      handlers.put(...arrived(new Uint8Array()));
      assert.equal(handlers.raw(ref())?.length, 0);
      assert.equal(handlers.facts(ref())?.rejection?.reason, 'empty');
    });

    test('what is handed out is a copy: the next one who asks gets it whole', () => {
      const handlers = start();
      handlers.put(...arrived(resultFile('kept')));
      for (let time = 0; time < 2; time++) {
        const raw = handlers.raw(ref());
        const document = handlers.document(ref(), 'output');
        assert.ok(raw && raw.length > 0);
        assert.ok(document && document.length > 3);
        // The same as in the thread: the memory moves to the caller.
        structuredClone(0, { transfer: [raw.buffer, document.buffer] });
      }
    });

    test('a result that is put again replaces the first, its texts included', () => {
      const handlers = start();
      handlers.put(...arrived(resultFile('first')));
      assert.equal(handlers.text(ref(), 'output'), 'first');
      handlers.put(...arrived(resultFile('second'), { fetchedAt: 2000 }));
      assert.equal(handlers.text(ref(), 'output'), 'second');
      assert.deepEqual(
        handlers.list(TENANT).facts.map(({ fetchedAt }) => fetchedAt),
        [2000],
      );
    });

    test('the action as it was received is kept beside the result, with its hash, and not in the facts', () => {
      const handlers = start();
      const text = '{ "id": "日本", "x": 1.50 }';
      const action = { text, from: 'list', receivedAt: 5, serverDate: undefined } as const;
      const stored = handlers.put(...arrived(resultFile('a')), { action });
      assert.ok(!JSON.stringify(stored).includes('1.50'));
      const kept = handlers.receivedAction(ref());
      assert.deepEqual([kept?.text, kept?.from, kept?.receivedAt], [text, 'list', 5]);
      assert.equal(kept?.sha256, createHash('sha256').update(text, 'utf8').digest('hex'));
      assert.equal(handlers.receivedAction(ref({ commandIndex: 1 })), undefined);
      // For a result that came again without it, the older action would be another version.
      handlers.put(...arrived(resultFile('b')));
      assert.equal(handlers.receivedAction(ref()), undefined);
    });

    test('results are told apart by command, and texts are those of the one that is asked for', () => {
      const handlers = start();
      for (const commandIndex of [0, 1]) {
        handlers.put(...arrived(resultFile(`output ${commandIndex}`), { ref: ref({ commandIndex }) }));
      }
      assert.equal(handlers.text(ref({ commandIndex: 0 }), 'output'), 'output 0');
      assert.equal(handlers.text(ref({ commandIndex: 1 }), 'output'), 'output 1');
    });

    test('a tenant lists its own results, the newest first', () => {
      const handlers = start();
      handlers.put(...arrived(resultFile('a'), { ref: ref({ commandIndex: 0 }), fetchedAt: 10 }));
      handlers.put(...arrived(resultFile('b'), { ref: ref({ commandIndex: 1 }), fetchedAt: 30 }));
      handlers.put(...arrived(resultFile('c'), { ref: ref({ commandIndex: 2 }), fetchedAt: 20 }));
      handlers.put(...arrived(resultFile('d'), { ref: { ...ref(), ...OTHER_TENANT } }));
      assert.deepEqual(
        handlers.list(TENANT).facts.map((facts) => facts.ref.commandIndex),
        [1, 2, 0],
      );
      assert.equal(handlers.list(OTHER_TENANT).facts.length, 1);
    });

    test('connections are kept in the order they came, and one of them is active', () => {
      const handlers = start();
      assert.deepEqual(handlers.connections(), { connections: [], active: undefined });
      handlers.putConnection('a', '{"a": 1}');
      handlers.putConnection('b', '{"b": 1}');
      handlers.putConnection('a', '{"a": 2}');
      handlers.activateConnection('a');
      assert.deepEqual(handlers.connections(), {
        connections: [
          { name: 'a', json: '{"a": 2}' },
          { name: 'b', json: '{"b": 1}' },
        ],
        active: 'a',
      });
      handlers.deleteConnection('a');
      assert.deepEqual(handlers.connections(), { connections: [{ name: 'b', json: '{"b": 1}' }], active: 'b' });
    });
  });
}

suite("the worker's files", () => {
  test('a consent is shared by windows, and not written over one that was not seen', () => {
    const [one, other] = [opened(folder()), opened(folder())];
    assert.equal(one.setConsent('owner', 'given'), true);
    assert.equal(other.consent('owner'), 'given');
    assert.equal(other.setConsent('owner', 'off', { state: undefined }), false);
    assert.equal(one.consent('owner'), 'given');
  });

  test('a row that cannot be read hides no other one', () => {
    const handlers = opened(folder());
    for (const commandIndex of [0, 1]) handlers.put(...arrived(resultFile('a'), { ref: ref({ commandIndex }) }));
    const database = new DatabaseSync(path.join(folder(), 'results.db'));
    database.prepare('UPDATE results SET facts = ? WHERE key = ?').run('{', resultKey(ref({ commandIndex: 1 })));
    database.close();
    assert.deepEqual(
      handlers.list(TENANT).facts.map((facts) => facts.ref.commandIndex),
      [0],
    );
  });

  test('a database that is opened again still has everything', () => {
    const first = opened(folder());
    const stored = first.put(...arrived(resultFile('kept', 'errors')));
    first.putConnection('a', '{}');
    const second = opened(folder());
    assert.deepEqual(second.facts(ref()), JSON.parse(JSON.stringify(stored)));
    assert.equal(second.text(ref(), 'output'), 'kept');
    assert.deepEqual(second.connections(), { connections: [{ name: 'a', json: '{}' }], active: 'a' });
  });

  test('two windows see what the other one stores', () => {
    const one = opened(folder());
    const other = opened(folder());
    one.put(...arrived(resultFile('from one')));
    assert.equal(other.text(ref(), 'output'), 'from one');
    other.putConnection('b', '{}');
    assert.equal(one.connections().active, 'b');
  });

  test('what another window replaces or deletes is not shown as it was: its text would stand under another hash', () => {
    const one = opened(folder());
    const other = opened(folder());
    const output = { ...ref(), stream: 'output' } as const;
    const shown = (): readonly unknown[] => [
      one.text(ref(), 'output'),
      Buffer.from(one.document(ref(), 'output') ?? '').toString(),
      one.textParts(output)?.lines,
      Buffer.from(one.partDocument({ ...output, part: undefined }) ?? '').toString(),
      one.packView(ref(), 'output', 'normalised') !== undefined,
      one.packTranscript(ref()) !== undefined,
    ];
    other.put(...arrived(resultFile('old')));
    assert.deepEqual(shown(), ['old', '\ufeffold', 1, '\ufeffold', true, true]);
    other.put(...arrived(resultFile('new\nlines')));
    assert.deepEqual(shown(), ['new\nlines', '\ufeffnew\nlines', 2, '\ufeffnew\nlines', true, true]);
    other.deleteResults([ref()]);
    assert.deepEqual(shown(), [undefined, '', undefined, '', false, false]);
  });

  test('the texts of a result do not stand in its file as they are', async () => {
    const marker = 'a virus scanner looks for this';
    opened(folder()).put(...arrived(resultFile(marker)));
    for (const file of ['results.db', 'results.db-wal']) {
      const bytes = await readFile(path.join(folder(), file));
      assert.ok(!bytes.includes(marker), file);
    }
  });

  test('a folder that cannot be made is a failure, and memory serves from then on', async () => {
    await writeFile(path.join(directory, 'storage'), 'a file in the way');
    const handlers = createHandlers();
    assert.throws(() => handlers.open(folder()));
    handlers.put(...arrived(resultFile('in memory')));
    assert.equal(handlers.text(ref(), 'output'), 'in memory');
  });
});

// Windows has no such modes: the folder inherits the permissions of the user's profile there.
if (process.platform !== 'win32') {
  suite("the mode of the worker's folder", () => {
    test('it is readable by its owner only, whatever the mask of the process', async () => {
      const mask = process.umask(0);
      try {
        opened(folder());
      } finally {
        process.umask(mask);
      }
      assert.equal((await stat(folder())).mode & 0o777, 0o700);
    });

    test('a folder that was there before is made so', async () => {
      await mkdir(folder(), { recursive: true });
      await chmod(folder(), 0o755);
      opened(folder());
      assert.equal((await stat(folder())).mode & 0o777, 0o700);
    });
  });
}

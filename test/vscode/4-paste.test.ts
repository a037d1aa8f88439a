import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  ConfigurationTarget,
  DataTransfer,
  DataTransferItem,
  DocumentDropOrPasteEditKind,
  Range,
  Uri,
  workspace,
} from 'vscode';
import type { DocumentPasteEdit, TextDocument } from 'vscode';
import { buildQuery } from '../../src/base/resultUri.ts';
import { findEvidence } from '../../src/evidence/blocks/readEvidence.ts';
import { COPIED_TYPE, describeCopied } from '../../src/notes/copied.ts';
import { wasCopiedLately } from '../../src/notes/copyMark.ts';
import { EvidenceNotes } from '../../src/notes/evidenceNotes.ts';
import { NotePaste } from '../../src/notes/notePaste.ts';
import { noteTexts } from '../../src/notes/noteTexts.ts';
import { Log } from '../../src/platform/log.ts';
import { TestStore } from '../unit/results/testStore.ts';
import type { StoreThread } from '../../src/worker/workerClient.ts';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import { noCase } from '../unit/case/noCase.ts';
import { analysisInPlace } from '../unit/results/analysisInPlace.ts';
import { received, ref, resultFile } from '../unit/results/fixtures.ts';
import { openNote } from './support/notes.ts';

const OUTPUT = 'one\r\ntwo\0\r\nthree\nfour';
const ALL_FORMS = ['compactBlock', 'fullBlock', 'citation', 'tableRow'];

/** Does the store's real work, without the thread. */
function threadless(): StoreThread {
  const handlers = createHandlers();
  let answer: Parameters<StoreThread['onAnswer']>[0] = () => undefined;
  return {
    send: ({ id, method, args }) => {
      const handler = handlers[method] as (...values: readonly unknown[]) => unknown;
      answer({ id, answer: handler(...args) });
    },
    onAnswer: (listener) => {
      answer = listener;
    },
    onEnd: () => undefined,
    stop: () => Promise.resolve(),
  };
}

describe('a paste into Markdown', () => {
  let storage: Uri;
  let log: Log;
  let store: TestStore;
  let paste: NotePaste;
  let shown: TextDocument;

  before(async () => {
    log = new Log();
    const startThread = (): Promise<StoreThread> => Promise.resolve(threadless());
    store = new TestStore({
      folder: undefined,
      analysis: analysisInPlace(),
      startThread,
      onMemoryOnly: () => undefined,
    });
    const bytes = resultFile(OUTPUT);
    await store.put(received({ size: bytes.length }), bytes);
    const notes = new EvidenceNotes({
      store,
      loadTexts: () => Promise.resolve(noteTexts),
      toolVersion: '0.1.0',
      defangs: () => false,
    });
    storage = Uri.file(await mkdtemp(path.join(tmpdir(), 'storage-')));
    paste = new NotePaste({
      storage,
      notes,
      store,
      worker: store,
      log,
      activeCase: noCase(),
      statusFacts: () => undefined,
      runFacts: () => undefined,
    });
    // The output as the editor shows it: line ends alike, the NUL visible.
    shown = await openNote('one\ntwo\u2400\nthree\nfour');
  });
  after(async () => {
    await workspace.fs.delete(storage, { recursive: true });
    log.channel.dispose();
  });
  afterEach(async () => {
    await workspace.getConfiguration('liveResponse').update('pasteAs', undefined, ConfigurationTarget.Global);
  });

  function query(change: Parameters<typeof ref>[0] = {}): string {
    return buildQuery({ ...ref(change), stream: 'output' });
  }

  /**
   * Returns the edits that are offered for a paste at the end of a note, for these ranges of our document, copied in
   * this window.
   */
  async function offered(
    ranges: readonly Range[],
    options: { note?: string; query?: string; places?: number } = {},
  ): Promise<DocumentPasteEdit[]> {
    const transfer = new DataTransfer();
    transfer.set(COPIED_TYPE, new DataTransferItem(describeCopied(options.query ?? query(), ranges)));
    const note = await openNote(options.note ?? '');
    const end = note.lineAt(note.lineCount - 1).range.end;
    const places = Array.from({ length: options.places ?? 1 }, () => new Range(end, end));
    const edits = await paste.edits(note, places, transfer);
    // The same as VS Code does with the edit that it inserts.
    return Promise.all(edits.map((edit) => paste.resolve(edit)));
  }

  function formsOf(edits: readonly DocumentPasteEdit[]): string[] {
    return edits.map(({ kind }) => kind.value.replace('liveResponse.', ''));
  }

  function textOf(edit: DocumentPasteEdit | undefined): string {
    return typeof edit?.insertText === 'string' ? edit.insertText : '';
  }

  const yields = ([first]: readonly DocumentPasteEdit[]): boolean =>
    first?.yieldTo?.some((kind) => kind.contains(DocumentDropOrPasteEditKind.Text)) === true;

  const LINES = new Range(1, 0, 3, 0);

  it('of whole lines begins with the compact block, cut from the stored text', async () => {
    const edits = await offered([LINES]);
    assert.deepEqual(formsOf(edits), ALL_FORMS);
    assert.equal(yields(edits), false);
    const [found] = findEvidence(textOf(edits[0]));
    assert.deepEqual(found?.spans, [{ firstLine: 2, lastLine: 3 }]);
    assert.equal(found.quoted, 'two\u2400\nthree');
    assert.match(textOf(edits[0]), /line ends/u);
  });

  it('of part of a line, or of several parts of one, is plain text first', async () => {
    const part = await offered([new Range(2, 1, 2, 3)]);
    assert.deepEqual(formsOf(part), ALL_FORMS);
    assert.equal(yields(part), true);
    assert.equal(yields(await offered([new Range(2, 0, 2, 1), new Range(2, 3, 2, 4)])), true);
    assert.equal(yields(await offered([new Range(1, 0, 1, 1), new Range(2, 0, 2, 1)])), false);
  });

  it('begins as the setting says', async () => {
    const configuration = workspace.getConfiguration('liveResponse');
    await configuration.update('pasteAs', 'tableRow', ConfigurationTarget.Global);
    assert.equal(formsOf(await offered([LINES]))[0], 'tableRow');
    await configuration.update('pasteAs', 'plainText', ConfigurationTarget.Global);
    assert.equal(yields(await offered([LINES])), true);
    await configuration.update('pasteAs', 'nonsense', ConfigurationTarget.Global);
    assert.equal(formsOf(await offered([LINES]))[0], 'compactBlock');
  });

  it('is left to VS Code inside a fence, at several places, and where the result is not stored', async () => {
    assert.deepEqual(await offered([LINES], { note: '```\n' }), []);
    assert.deepEqual(await offered([LINES], { places: 2 }), []);
    assert.deepEqual(await offered([LINES], { query: query({ commandIndex: 7 }) }), []);
    assert.deepEqual(await offered([LINES], { query: 'cloud=commercial' }), []);
  });

  it('of a copy that was made in another window is known by its text, whatever line ends the clipboard has', async () => {
    assert.equal(await wasCopiedLately(storage), false);
    await paste.remember(shown, [LINES], describeCopied(query(), [LINES]));
    assert.equal(await wasCopiedLately(storage), true);
    const note = await openNote('');
    const pasteText = (text: string): Promise<DocumentPasteEdit[]> => {
      const transfer = new DataTransfer();
      transfer.set('text/plain', new DataTransferItem(text));
      return paste.edits(note, [new Range(0, 0, 0, 0)], transfer);
    };
    assert.deepEqual(formsOf(await pasteText('two\u2400\nthree\n')), ALL_FORMS);
    assert.deepEqual(formsOf(await pasteText('two\u2400\r\nthree\r\n')), ALL_FORMS);
    assert.deepEqual(await pasteText('two\u2400\nthree and more'), []);
    assert.deepEqual(await pasteText(''), []);
  });
});

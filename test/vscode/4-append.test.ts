import assert from 'node:assert/strict';
import { commands, EventEmitter, FileType, Uri, window, workspace } from 'vscode';
import type { Disposable, FileChangeEvent } from 'vscode';
import { appendToNotes } from '../../src/commands/notes/appendToNotes.ts';
import { CommandRunner } from '../../src/commands/common/commandRunner.ts';
import { buildResultUri } from '../../src/base/resultUri.ts';
import { findEvidence } from '../../src/evidence/blocks/readEvidence.ts';
import { EvidenceNotes } from '../../src/notes/evidenceNotes.ts';
import { noteTexts } from '../../src/notes/noteTexts.ts';
import { Settings } from '../../src/platform/config.ts';
import { Log } from '../../src/platform/log.ts';
import { NO_POLICY } from '../../src/policy/policy.ts';
import { TestStore } from '../unit/results/testStore.ts';
import type { StoreThread } from '../../src/worker/workerClient.ts';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import type { Services } from '../../src/services/services.ts';
import { noCase } from '../unit/case/noCase.ts';
import { analysisInPlace } from '../unit/results/analysisInPlace.ts';
import { received, ref, resultFile } from '../unit/results/fixtures.ts';
import { waitFor } from './support/host.ts';

const NOTE = Uri.from({ scheme: 'untold-notes', path: '/notes.md' });

/** One note in a folder that does not report changes, like some network drives. */
class UntoldNotes {
  text = '# Case\n';
  #changedAt = 1_000_000;
  readonly #registered: Disposable;

  constructor() {
    const nothing = (): void => undefined;
    this.#registered = workspace.registerFileSystemProvider('untold-notes', {
      onDidChangeFile: new EventEmitter<FileChangeEvent[]>().event,
      watch: () => ({ dispose: nothing }),
      stat: () => ({ type: FileType.File, ctime: 0, mtime: this.#changedAt, size: this.text.length }),
      readFile: () => new TextEncoder().encode(this.text),
      writeFile: (_uri, bytes) => {
        this.change(new TextDecoder().decode(bytes));
      },
      readDirectory: () => [],
      createDirectory: nothing,
      delete: nothing,
      rename: nothing,
    });
  }

  change(text: string): void {
    this.text = text;
    this.#changedAt += 5000;
  }

  dispose(): void {
    this.#registered.dispose();
  }
}

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

describe('Append to Notes…', () => {
  let log: Log;
  let notes: UntoldNotes;
  let append: () => Promise<void>;

  before(async () => {
    log = new Log();
    notes = new UntoldNotes();
    const startThread = (): Promise<StoreThread> => Promise.resolve(threadless());
    const store = new TestStore({
      folder: undefined,
      analysis: analysisInPlace(),
      startThread,
      onMemoryOnly: () => undefined,
    });
    const bytes = resultFile('one\ntwo');
    const facts = await store.put(received({ size: bytes.length }), bytes);
    const services = {
      activeCase: noCase(),
      pinnedNotes: { get: () => ({ uri: NOTE, heading: undefined }) },
      results: { open: () => Promise.resolve(facts) },
      notes: new EvidenceNotes({
        store,
        loadTexts: () => Promise.resolve(noteTexts),
        toolVersion: '0.1.0',
        defangs: () => false,
      }),
    } as unknown as Services;
    const target = Uri.from(buildResultUri({ ...ref(), stream: 'output' }, facts.name));
    append = () => appendToNotes(services, new CommandRunner({ log, settings: new Settings(NO_POLICY) }), [target]);
  });
  after(async () => {
    // VS Code shows an unsaved document a moment later by itself, in front of the next one.
    const document = await workspace.openTextDocument(NOTE);
    await window.showTextDocument(document);
    await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await waitFor('the note to be closed', () => !document.isDirty && window.activeTextEditor?.document !== document);
    notes.dispose();
  });

  it('saves a note that was clean', async () => {
    await append();
    assert.equal(findEvidence(notes.text).length, 1);
    assert.ok(notes.text.startsWith('# Case\n'));
  });

  it('saves each of two that are appended at once', async () => {
    const before = findEvidence(notes.text).length;
    await Promise.all([append(), append()]);
    const document = await workspace.openTextDocument(NOTE);
    await waitFor('the note to be saved', () => !document.isDirty);
    assert.equal(findEvidence(notes.text).length, before + 2);
    assert.equal(notes.text, document.getText());
  });

  it('overwrites nothing where the note was changed elsewhere meanwhile: both texts are there', async () => {
    const document = await workspace.openTextDocument(NOTE);
    const theirs = '# Changed by somebody else\n\nwhile it was open here\n';
    notes.change(theirs);
    await append();
    assert.equal(notes.text, theirs);
    await waitFor('the note with what was appended, unsaved', () => document.isDirty);
    assert.ok(document.getText().startsWith('# Case\n'));
    assert.equal(findEvidence(document.getText()).length, 4);
  });
});

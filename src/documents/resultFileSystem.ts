import { FileChangeType, FilePermission, FileSystemError, FileType } from 'vscode';
import type { Disposable, EventEmitter, FileChangeEvent, FileStat, Uri } from 'vscode';
import { isLiveResponseError } from '../base/errors.ts';
import type { LiveResponseError } from '../base/errors.ts';
import { parseResultUri, resultKey } from '../base/resultUri.ts';
import type { ResultAddress, ResultRef, ResultStream } from '../base/resultUri.ts';
import { describeFailure } from '../messages/failureMessages.ts';
import type { ResultStore } from '../results/resultStore.ts';
import type { StoredFacts } from '../model/storedResult.ts';
import type { TextParts } from '../evidence/text/partFacts.ts';
import type { OwnLanguages } from './ownLanguages.ts';
import { fitsWhole } from './parts.ts';
import { documentUri } from './resultUris.ts';

const STREAMS: readonly ResultStream[] = ['output', 'errors', 'raw'];

/**
 * Content of a document that must stay empty until its language is set: only the byte order mark, with which every
 * result document begins.
 */
const NO_TEXT = new Uint8Array([0xef, 0xbb, 0xbf]);

export interface ResultFileSystemParts {
  readonly store: ResultStore;
  readonly changed: EventEmitter<FileChangeEvent[]>;
  readonly languages: Pick<OwnLanguages, 'holds'>;
  /** Called for a text that is not stored, or whose stored copy is damaged. */
  readonly onMissing: (address: ResultAddress, damage?: LiveResponseError) => void;
}

/**
 * Results as read-only files. Reads the store and never the network, so that a restored tab or another person's link
 * spends no call. A result that is not stored is a missing file. Each missing result is reported, so that one notice
 * can cover all of them.
 */
export class ResultFileSystem implements Disposable {
  readonly #store: ResultStore;
  readonly #languages: Pick<OwnLanguages, 'holds'>;
  readonly #onMissing: ResultFileSystemParts['onMissing'];
  readonly #subscription: Disposable;
  readonly #asked = new Map<string, Map<string, Uri>>();

  constructor({ store, changed, languages, onMissing }: ResultFileSystemParts) {
    this.#store = store;
    this.#languages = languages;
    this.#onMissing = onMissing;
    // When a result is stored, VS Code reads its documents again. A tab that was empty then shows the text.
    this.#subscription = store.onDidStore((facts) => {
      changed.fire(
        [...STREAMS.map((stream) => documentUri(facts, stream)), ...this.#takeAsked(facts.ref)].map((uri) => ({
          type: FileChangeType.Changed,
          uri,
        })),
      );
    });
  }

  /** Reads a document. If the stored copy is damaged, reports the damage and returns undefined. */
  async #document(address: ResultAddress, isWhole: boolean, uri: Uri): Promise<Uint8Array | undefined> {
    try {
      return await orUnavailable(isWhole ? this.#store.document(address, address.stream) : this.#store.part(address));
    } catch (error) {
      if (!isLiveResponseError(error) || error.code !== 'resultDamaged') throw error;
      this.#noteAsked(address, uri);
      this.#onMissing(address, error);
      return undefined;
    }
  }

  #noteAsked(address: ResultAddress, uri: Uri): void {
    const asked = this.#asked.get(resultKey(address)) ?? new Map<string, Uri>();
    this.#asked.set(resultKey(address), asked.set(uri.toString(), uri));
  }

  /**
   * Returns, and forgets, the addresses that VS Code requested while the result was not stored. Their paths may contain
   * an older name of the result.
   */
  #takeAsked(ref: ResultRef): Uri[] {
    const asked = this.#asked.get(resultKey(ref)) ?? new Map<string, Uri>();
    this.#asked.delete(resultKey(ref));
    return [...asked.values()];
  }

  async stat(uri: Uri): Promise<FileStat> {
    const { facts, size } = await this.#find(uri);
    const isHeld = this.#languages.holds(uri);
    return {
      type: FileType.File,
      ctime: facts.fetchedAt,
      // The times of the empty document and of the text must differ. Otherwise VS Code assumes that the document has
      // not changed.
      mtime: isHeld ? facts.fetchedAt - 1 : facts.fetchedAt,
      size: isHeld ? NO_TEXT.length : size,
      permissions: FilePermission.Readonly,
    };
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    const { address, isWhole } = await this.#find(uri);
    if (this.#languages.holds(uri)) return NO_TEXT.slice();
    const bytes = await this.#document(address, isWhole, uri);
    if (bytes === undefined) throw FileSystemError.FileNotFound(uri);
    return bytes;
  }

  /** Refuses every change and every listing of a folder: files are read-only and there are no folders. */
  refuse(uri: Uri): never {
    throw FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #find(uri: Uri): Promise<FoundDocument> {
    const address = parseResultUri(uri);
    // Another file ending would give the document another language. That language could follow links and schemas.
    if (address === undefined || !uri.path.endsWith(`.lr-${address.stream}`)) throw FileSystemError.FileNotFound(uri);
    const facts = await this.#store.facts(address);
    const stream = address.stream === 'raw' ? facts?.raw : facts?.transcript?.[address.stream];
    if (facts === undefined) {
      this.#noteAsked(address, uri);
      this.#onMissing(address);
    }
    if (facts === undefined || stream === undefined) throw FileSystemError.FileNotFound(uri);
    const isWhole = address.view === undefined && address.part === undefined && fitsWhole(stream);
    if (isWhole) return { address, facts, size: stream.documentBytes, isWhole };
    const size = sizeOf(address, await orUnavailable(this.#store.parts(address)));
    if (size === undefined) throw FileSystemError.FileNotFound(uri);
    return { address, facts, size, isWhole };
  }
}

interface FoundDocument {
  readonly address: ResultAddress;
  readonly facts: StoredFacts;
  /** Size of the document, in bytes. */
  readonly size: number;
  /** Whether the document shows the complete text as received. */
  readonly isWhole: boolean;
}

/**
 * Turns a stopped analysis into an error of the file system. A restored tab with a view was not opened by a command, so
 * no command can report the reason. The editor shows the error instead.
 */
async function orUnavailable<Answer>(reading: Promise<Answer>): Promise<Answer> {
  try {
    return await reading;
  } catch (error) {
    if (!isLiveResponseError(error) || error.code !== 'analysisStopped') throw error;
    throw FileSystemError.Unavailable(describeFailure(error).sentence);
  }
}

/**
 * Returns the size of a part's document, in bytes.
 *
 * @returns undefined if the text has no such part
 */
function sizeOf({ part }: ResultAddress, text: TextParts | undefined): number | undefined {
  if (part === 'whole') return text?.documentBytes;
  const { line, column } = part ?? { line: 1, column: 1 };
  return text?.parts.find(({ first }) => first.line === line && first.column === column)?.documentBytes;
}

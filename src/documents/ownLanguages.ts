import { FileChangeType, languages, workspace } from 'vscode';
import type { Disposable, EventEmitter, FileChangeEvent, TextDocument, Uri } from 'vscode';
import { RESULT_SCHEME } from '../base/scheme.ts';
import { parseResultUri } from '../base/resultUri.ts';
import type { ResultStream } from '../base/resultUri.ts';
import { associatesOurs } from './associations.ts';

/**
 * Languages of this extension. They have only a grammar: any other language could follow links and schemas that a
 * device names.
 */
export type OwnLanguage = `live-response-${ResultStream | 'json' | 'csv' | 'run' | 'report'}`;

/** Beginning of each language id of this extension, and of the scheme of each of its documents. */
const OURS = `${RESULT_SCHEME}-` as const;

/** Returns the language in which a text opens as it was received. */
export function languageOf(stream: ResultStream): OwnLanguage {
  return `${OURS}${stream}`;
}

/**
 * Keeps the extension's documents in its own languages. A workspace can set another language by `files.associations`,
 * and the user can choose one in the language picker. VS Code offers no way to refuse that, so the language is set
 * back. Where a workspace could set a language, the document stays empty until then: a language server that sees a
 * hostile text once has already followed its schema.
 */
export class OwnLanguages implements Disposable {
  readonly #changed: EventEmitter<FileChangeEvent[]>;
  readonly #subscription: Disposable;
  readonly #held = new Map<string, Uri>();

  /**
   * @param changed - makes VS Code read documents again
   * @param onFailure - receives the error when VS Code does not set the language back: the document then stays empty
   */
  constructor(changed: EventEmitter<FileChangeEvent[]>, onFailure: (error: unknown) => void) {
    this.#changed = changed;
    const restore = (document: TextDocument): void => {
      const own = ownLanguageFor(document);
      if (own === undefined) this.#release(document.uri);
      // Setting the language opens the document again, in its own language.
      else languages.setTextDocumentLanguage(document, own).then(undefined, onFailure);
    };
    this.#subscription = workspace.onDidOpenTextDocument(restore);
    // A restored tab may have activated the extension, and is open already.
    for (const document of workspace.textDocuments) restore(document);
  }

  /**
   * Whether a document must have no text yet: it is not open in one of the extension's languages and could open in
   * another. Remembers the document, so that it is read again when it has its own language.
   */
  holds(uri: Uri): boolean {
    if (!associatesOurs(workspace.getConfiguration('files', uri).get<unknown>('associations'))) return false;
    const key = uri.toString();
    const open = workspace.textDocuments.find((document) => document.uri.toString() === key);
    if (open !== undefined && ownLanguageFor(open) === undefined) return false;
    this.#held.set(key, uri);
    return true;
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #release(uri: Uri): void {
    if (this.#held.delete(uri.toString())) this.#changed.fire([{ type: FileChangeType.Changed, uri }]);
  }
}

/**
 * Returns the language that a document should have; undefined if it has one of the extension's languages already, or if
 * it is not the extension's document.
 */
function ownLanguageFor({ uri, languageId }: TextDocument): OwnLanguage | undefined {
  if (languageId.startsWith(OURS)) return undefined;
  if (uri.scheme === RESULT_SCHEME) return languageOf(parseResultUri(uri)?.stream ?? 'raw');
  if (!uri.scheme.startsWith(OURS)) return undefined;
  return uri.scheme === `${OURS}run` ? 'live-response-run' : 'live-response-report';
}

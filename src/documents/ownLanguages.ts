import { FileChangeType, languages, workspace } from 'vscode';
import type { Disposable, EventEmitter, FileChangeEvent, TextDocument, Uri } from 'vscode';
import { RESULT_SCHEME } from '../base/scheme.ts';
import { parseResultUri } from '../base/resultUri.ts';
import type { ResultStream } from '../base/resultUri.ts';
import { associatesOurs } from './associations.ts';

/**
 * Languages of this extension. They have only a grammar. Another language could follow links and schemas whose
 * addresses a device wrote.
 */
export type OwnLanguage = `live-response-${ResultStream | 'json' | 'csv' | 'run' | 'report'}`;

/**
 * Text with which each language id of this extension begins. The schemes of its reports and overviews begin with it
 * too.
 */
const OURS = `${RESULT_SCHEME}-` as const;

/** Returns the language in which VS Code opens a result's text, if no view was chosen. */
export function languageOf(stream: ResultStream): OwnLanguage {
  return `${OURS}${stream}`;
}

/**
 * Keeps the extension's documents in its own languages. A workspace can set another language by `files.associations`,
 * and the user can choose another language in the language picker. VS Code offers no way to refuse this, so the
 * language is set back. If the settings could give a document another language, the document stays empty until its own
 * language is set. Otherwise a language server could read a hostile text and follow its schema before that.
 */
export class OwnLanguages implements Disposable {
  readonly #changed: EventEmitter<FileChangeEvent[]>;
  readonly #subscription: Disposable;
  readonly #held = new Map<string, Uri>();

  /**
   * Starts watching documents.
   *
   * @param changed - makes VS Code read documents again
   * @param onFailure - receives the error if VS Code does not set the language back; the document then stays empty
   */
  constructor(changed: EventEmitter<FileChangeEvent[]>, onFailure: (error: unknown) => void) {
    this.#changed = changed;
    const restore = (document: TextDocument): void => {
      const own = ownLanguageFor(document);
      if (own === undefined) this.#release(document.uri);
      // When the language is set, VS Code opens the document again, in its own language.
      else languages.setTextDocumentLanguage(document, own).then(undefined, onFailure);
    };
    this.#subscription = workspace.onDidOpenTextDocument(restore);
    // If a restored tab activated the extension, its document is already open and causes no event.
    for (const document of workspace.textDocuments) restore(document);
  }

  /**
   * Whether a document must stay empty for now. It must if it could open in another language and is not yet open in a
   * language of this extension. Remembers the document, so that VS Code reads it again in its own language.
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
 * Returns the language that a document should have. Undefined if the document already has a language of this extension,
 * or does not belong to this extension.
 */
function ownLanguageFor({ uri, languageId }: TextDocument): OwnLanguage | undefined {
  if (languageId.startsWith(OURS)) return undefined;
  if (uri.scheme === RESULT_SCHEME) return languageOf(parseResultUri(uri)?.stream ?? 'raw');
  if (!uri.scheme.startsWith(OURS)) return undefined;
  return uri.scheme === `${OURS}run` ? 'live-response-run' : 'live-response-report';
}

import { FileChangeType, languages, workspace } from 'vscode';
import type { Disposable, EventEmitter, FileChangeEvent, TextDocument, Uri } from 'vscode';
import { RESULT_SCHEME } from '../base/scheme.ts';
import { parseResultUri } from '../base/resultUri.ts';
import type { ResultStream } from '../base/resultUri.ts';
import { associatesOurs } from './associations.ts';

/** Ours, with a grammar and nothing else: any other language could follow links and schemas that a device names. */
export type OwnLanguage = `live-response-${ResultStream | 'json' | 'csv' | 'run' | 'report'}`;

/** Begins the id of each language of ours, and the scheme of each document of ours. */
const OURS = `${RESULT_SCHEME}-` as const;

/** Returns the language in which a text opens as it was received. */
export function languageOf(stream: ResultStream): OwnLanguage {
  return `${OURS}${stream}`;
}

/**
 * Keeps our documents in languages of our own. A workspace can name another one by `files.associations`, and a person
 * by the language picker; VS Code offers no way to refuse that. So the language is given back, and where a workspace
 * could name one, a document has no text before: a language server that sees a hostile text once has followed its
 * schema already.
 */
export class OwnLanguages implements Disposable {
  readonly #changed: EventEmitter<FileChangeEvent[]>;
  readonly #subscription: Disposable;
  readonly #held = new Map<string, Uri>();

  /**
   * @param changed - tells VS Code to read documents again
   * @param onFailure - told when VS Code does not take a language back: the document then stays empty
   */
  constructor(changed: EventEmitter<FileChangeEvent[]>, onFailure: (error: unknown) => void) {
    this.#changed = changed;
    const restore = (document: TextDocument): void => {
      const own = ownLanguageFor(document);
      if (own === undefined) this.#release(document.uri);
      // The document opens once more, in its own language.
      else languages.setTextDocumentLanguage(document, own).then(undefined, onFailure);
    };
    this.#subscription = workspace.onDidOpenTextDocument(restore);
    // A restored tab is what may have woken us, and is open already.
    for (const document of workspace.textDocuments) restore(document);
  }

  /**
   * Whether a document must have no text yet: it is not open in a language of ours, and could open in another. Notes
   * it, so that it is read again when it has our language.
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

/** Undefined for documents of others, and for one that has a language of ours. */
function ownLanguageFor({ uri, languageId }: TextDocument): OwnLanguage | undefined {
  if (languageId.startsWith(OURS)) return undefined;
  if (uri.scheme === RESULT_SCHEME) return languageOf(parseResultUri(uri)?.stream ?? 'raw');
  if (!uri.scheme.startsWith(OURS)) return undefined;
  return uri.scheme === `${OURS}run` ? 'live-response-run' : 'live-response-report';
}

import { languages, workspace } from 'vscode';
import type { Disposable, TextDocument } from 'vscode';
import { RESULT_SCHEME } from '../evidence/scheme.ts';
import { parseResultUri } from '../evidence/uri.ts';
import type { ResultStream } from '../evidence/uri.ts';

/** Ours, with a grammar and nothing else: any other language could follow links and schemas that a device names. */
export type OwnLanguage = `live-response-${ResultStream | 'json' | 'csv' | 'run' | 'report'}`;

/** Begins the id of each language of ours, and the scheme of each document of ours. */
const OURS = `${RESULT_SCHEME}-`;

/** Returns the language in which a text opens as it was received. */
export function languageOf(stream: ResultStream): OwnLanguage {
  return `${OURS}${stream}`;
}

/**
 * Gives our documents their own language back where they open in another one: a workspace can say so by
 * `files.associations`, and a person by the language picker. VS Code offers no way to refuse it beforehand.
 */
export class OwnLanguages implements Disposable {
  readonly #subscription: Disposable;

  /** @param onFailure - told when VS Code does not take the language back */
  constructor(onFailure: (error: unknown) => void) {
    const restore = (document: TextDocument): void => {
      const own = ownLanguageFor(document);
      if (own === undefined) return;
      languages.setTextDocumentLanguage(document, own).then(undefined, onFailure);
    };
    this.#subscription = workspace.onDidOpenTextDocument(restore);
    // A restored tab is what may have woken us, and is open already.
    for (const document of workspace.textDocuments) restore(document);
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

/** Undefined for documents of others, and for one that has a language of ours. */
function ownLanguageFor({ uri, languageId }: TextDocument): OwnLanguage | undefined {
  if (languageId.startsWith(OURS)) return undefined;
  if (uri.scheme === RESULT_SCHEME) return languageOf(parseResultUri(uri)?.stream ?? 'raw');
  if (!uri.scheme.startsWith(OURS)) return undefined;
  return uri.scheme === `${OURS}run` ? 'live-response-run' : 'live-response-report';
}

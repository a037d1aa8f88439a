import { DocumentSymbol, FoldingRange, Range, SymbolKind } from 'vscode';
import type { CancellationToken, TextDocument } from 'vscode';
import { isCancelled } from '../base/errors.ts';
import type { OutlineItem } from '../evidence/outline/outlineItem.ts';
import { parseResultUri } from '../base/resultUri.ts';
import type { ResultAddress } from '../base/resultUri.ts';
import type { Log } from '../platform/log.ts';
import { plainSentence } from '../platform/remoteText.ts';
import type { Analysis } from '../analysis/analysis.ts';

const KINDS: Readonly<Record<OutlineItem['kind'], SymbolKind>> = {
  section: SymbolKind.Namespace,
  command: SymbolKind.Function,
  record: SymbolKind.Struct,
  event: SymbolKind.Event,
  object: SymbolKind.Object,
  array: SymbolKind.Array,
  value: SymbolKind.Property,
};

/**
 * Longest time for an outline, in milliseconds. A text of 16 MB needs a third of this time. All other features work
 * without an outline.
 */
const OUTLINE_LIMIT_MS = 2000;

export interface OutlinesOptions {
  readonly analysis: Pick<Analysis, 'run'>;
  /** Reads the bytes from which a result document was made. The document's lines are the lines of these bytes. */
  readonly read: (address: ResultAddress) => Promise<Uint8Array<ArrayBuffer> | undefined>;
  readonly log: Pick<Log, 'failure'>;
}

interface Known {
  readonly version: number;
  readonly items: Promise<readonly OutlineItem[] | undefined>;
  /** Number of requests that are waiting for this outline. */
  waiting: number;
  readonly controller: AbortController;
}

/**
 * Outlines of documents. The analysis thread makes them from the stored text, so that the extension host's thread does
 * not read the text. VS Code asks twice, for folding and for the outline. One outline serves both requests, because the
 * text of a document version never changes.
 */
export class Outlines {
  readonly #options: OutlinesOptions;
  readonly #known = new WeakMap<TextDocument, Known>();

  constructor(options: OutlinesOptions) {
    this.#options = options;
  }

  /** Returns the outline of a result document; empty if the structure of its text is unknown. */
  async symbols(document: TextDocument, token: CancellationToken): Promise<DocumentSymbol[]> {
    const end = (line: number): number => document.lineAt(line).text.length;
    const toSymbol = ({ name, detail, kind, firstLine, lastLine, children }: OutlineItem): DocumentSymbol => {
      const range = new Range(firstLine, 0, lastLine, end(lastLine));
      const line = new Range(firstLine, 0, firstLine, end(firstLine));
      const symbol = new DocumentSymbol(plainSentence(name), plainSentence(detail), KINDS[kind], range, line);
      symbol.children = children.map(toSymbol);
      return symbol;
    };
    return ((await this.#items(document, token)) ?? []).map(toSymbol);
  }

  /**
   * Returns the ranges that can be folded. Undefined if the structure of the text is unknown: VS Code then folds by
   * indentation.
   */
  async folding(document: TextDocument, token: CancellationToken): Promise<FoldingRange[] | undefined> {
    const toRanges = (items: readonly OutlineItem[]): FoldingRange[] =>
      items.flatMap(({ firstLine, lastLine, children }) => [
        ...(lastLine > firstLine ? [new FoldingRange(firstLine, lastLine)] : []),
        ...toRanges(children),
      ]);
    const items = await this.#items(document, token);
    return items === undefined ? undefined : toRanges(items);
  }

  async #items(document: TextDocument, token: CancellationToken): Promise<readonly OutlineItem[] | undefined> {
    let known = this.#known.get(document);
    if (known?.version !== document.version || known.controller.signal.aborted) known = this.#begin(document);
    const asked = known;
    asked.waiting++;
    const leaving = token.onCancellationRequested(() => {
      asked.waiting--;
      if (asked.waiting === 0) asked.controller.abort();
    });
    try {
      const items = await asked.items;
      // If the result was fetched again meanwhile, the editor may show a text other than the outlined one.
      return items?.every(({ lastLine }) => lastLine < document.lineCount) === true ? items : undefined;
    } finally {
      leaving.dispose();
    }
  }

  #begin(document: TextDocument): Known {
    const controller = new AbortController();
    const items = this.#make(document, controller.signal);
    const known: Known = { version: document.version, items, waiting: 0, controller };
    this.#known.set(document, known);
    return known;
  }

  /** Makes the outline. Never rejects, because a text can be read without an outline. */
  async #make({ uri }: TextDocument, signal: AbortSignal): Promise<readonly OutlineItem[] | undefined> {
    const { analysis, read, log } = this.#options;
    const address = parseResultUri(uri);
    if (address === undefined) return undefined;
    try {
      return await analysis.run(
        async (ask) => {
          const bytes = await read(address);
          return bytes === undefined ? undefined : ask('outline', bytes);
        },
        { signal, limitMs: OUTLINE_LIMIT_MS },
      );
    } catch (error) {
      if (!isCancelled(error)) log.failure('Outline', error);
      return undefined;
    }
  }
}

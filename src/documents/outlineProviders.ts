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

/** Longest time for an outline, ms: a text of 16 MB takes a third of it. Without an outline all else works. */
const OUTLINE_LIMIT_MS = 2000;

export interface OutlinesOptions {
  readonly analysis: Pick<Analysis, 'run'>;
  /** The bytes that a document of ours was read from. Its lines are theirs. */
  readonly read: (address: ResultAddress) => Promise<Uint8Array<ArrayBuffer> | undefined>;
  readonly log: Pick<Log, 'failure'>;
}

interface Known {
  readonly version: number;
  readonly items: Promise<readonly OutlineItem[] | undefined>;
  /** How many wait for it. */
  waiting: number;
  readonly controller: AbortController;
}

/**
 * Outlines of documents, made in the thread for analysis from what is stored: the extension host's thread does not read
 * them. VS Code asks twice, for folding and for the outline: a document never changes under its version.
 */
export class Outlines {
  readonly #options: OutlinesOptions;
  readonly #known = new WeakMap<TextDocument, Known>();

  constructor(options: OutlinesOptions) {
    this.#options = options;
  }

  /** Gets the outline of a document of ours; nothing where its shape is not known. */
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

  /** Gets what can be folded; undefined where the shape is not known: VS Code then goes by indentation. */
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
      // The text that the editor shows may be one that was fetched anew meanwhile.
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

  /** Never rejects: without an outline a text is read all the same. */
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

import { DocumentSymbol, FoldingRange, Range, SymbolKind } from 'vscode';
import type { TextDocument } from 'vscode';
import { outlineLines } from '../evidence/outline/outline.ts';
import type { OutlineItem } from '../evidence/outline/outline.ts';
import { oneLine } from '../platform/remoteText.ts';

const KINDS: Readonly<Record<OutlineItem['kind'], SymbolKind>> = {
  section: SymbolKind.Namespace,
  command: SymbolKind.Function,
  record: SymbolKind.Struct,
  event: SymbolKind.Event,
  object: SymbolKind.Object,
  array: SymbolKind.Array,
  value: SymbolKind.Property,
};

/** VS Code asks twice, for folding and for the outline: a document never changes under its version. */
const outlines = new WeakMap<TextDocument, { version: number; items: readonly OutlineItem[] | undefined }>();

function outlineOf(document: TextDocument): readonly OutlineItem[] | undefined {
  const known = outlines.get(document);
  if (known?.version === document.version) return known.items;
  // Its own lines: the text in one piece, and cut up again, would be there three times.
  const items = outlineLines(Array.from({ length: document.lineCount }, (_, at) => document.lineAt(at).text));
  outlines.set(document, { version: document.version, items });
  return items;
}

/** The outline of a document of ours; nothing where its shape is not known. */
export function documentSymbols(document: TextDocument): DocumentSymbol[] {
  const toSymbol = (item: OutlineItem): DocumentSymbol => {
    const { firstLine, lastLine } = item;
    const range = new Range(firstLine, 0, lastLine, document.lineAt(lastLine).text.length);
    const line = new Range(firstLine, 0, firstLine, document.lineAt(firstLine).text.length);
    const symbol = new DocumentSymbol(oneLine(item.name), oneLine(item.detail), KINDS[item.kind], range, line);
    symbol.children = item.children.map(toSymbol);
    return symbol;
  };
  return (outlineOf(document) ?? []).map(toSymbol);
}

/** What can be folded; undefined where the shape is not known: VS Code then goes by indentation. */
export function foldingRanges(document: TextDocument): FoldingRange[] | undefined {
  const toRanges = (items: readonly OutlineItem[]): FoldingRange[] =>
    items.flatMap(({ firstLine, lastLine, children }) => [
      ...(lastLine > firstLine ? [new FoldingRange(firstLine, lastLine)] : []),
      ...toRanges(children),
    ]);
  const items = outlineOf(document);
  return items === undefined ? undefined : toRanges(items);
}

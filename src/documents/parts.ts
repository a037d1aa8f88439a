import { partOfLine, PART_LINES, PART_UNITS } from '../evidence/text/textParts.ts';
import { refOf } from '../base/resultUri.ts';
import type { ResultAddress, ResultStream } from '../base/resultUri.ts';
import type { ResultStore } from '../results/resultStore.ts';
import type { StoredFacts, StreamFacts } from '../model/storedResult.ts';
import type { PartFacts, TextParts } from '../evidence/text/partFacts.ts';
import type { ShownText } from './resultUris.ts';

/** Whether a text is shown as one document unless the user asks for a part. */
export function fitsWhole(text: Pick<StreamFacts, 'length' | 'lines'>): boolean {
  return text.length <= PART_UNITS && text.lines <= PART_LINES;
}

/** Returns the parts of a text; undefined if the text is not stored. */
export function partsOf(store: Pick<ResultStore, 'parts'>, address: ResultAddress): Promise<TextParts | undefined> {
  return store.parts({ ...refOf(address), stream: address.stream, view: address.view });
}

/** Converts a part to the description from which a document's address is made. */
export function toShownPart(text: TextParts, part: PartFacts | 'whole', view: ShownText['view']): ShownText {
  if (text.parts.length === 1) return { view };
  if (part === 'whole') return { view, part, partWords: `whole, ${text.lines} lines` };
  const { first, lastLine } = part;
  const isFirst = first.line === 1 && first.column === 1;
  const from = first.column === 1 ? `${first.line}` : `${first.line} column ${first.column}`;
  const partWords = `lines ${from}–${lastLine} of ${text.lines}`;
  return { view, ...(isFirst ? {} : { part: first }), partWords };
}

/** Document to show, and the line of this document to go to, from 1. */
export interface Place {
  readonly shown: ShownText;
  readonly line: number | undefined;
}

/** Finds the part that contains a line. Without a line, finds the named part, or else the first part. */
export async function findPlace(
  store: Pick<ResultStore, 'parts'>,
  facts: StoredFacts,
  stream: ResultStream,
  wanted: Pick<ResultAddress, 'view' | 'part'> & { readonly line?: number | undefined },
): Promise<Place> {
  const { view, part, line } = wanted;
  const known = stream === 'raw' ? facts.raw : facts.transcript?.[stream];
  if (view === undefined && (known === undefined || fitsWhole(known))) return { shown: {}, line };
  const text = await partsOf(store, { ...facts.ref, stream, view });
  if (text === undefined) return { shown: { view }, line };
  if (part === 'whole') return { shown: toShownPart(text, 'whole', view), line };
  const start = line ?? part?.line ?? 1;
  const column = line === undefined ? (part?.column ?? 1) : 1;
  const named = text.parts.find(({ first }) => first.line === start && first.column === column);
  const found = named ?? partOfLine(text.parts, start);
  if (found === undefined) return { shown: { view }, line };
  return {
    shown: toShownPart(text, found, view),
    line: line === undefined ? undefined : Math.max(1, line - found.first.line + 1),
  };
}

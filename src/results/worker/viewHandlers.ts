import { gunzipSync } from 'node:zlib';
import { decodeResult } from '../../evidence/decode.ts';
import type { DecodedResult } from '../../evidence/decode.ts';
import { documentSize, toDocumentBytes } from '../../evidence/documentText.ts';
import { measureText } from '../../evidence/textFacts.ts';
import { findParts, WHOLE_BYTES } from '../../evidence/textParts.ts';
import type { TextPart } from '../../evidence/textParts.ts';
import { codePageOf, readWithCodePage, viewText } from '../../evidence/textViews.ts';
import { buildQuery, wholeAddress } from '../../evidence/uri.ts';
import type { ResultAddress, ResultRef, ResultStream, TextView } from '../../evidence/uri.ts';
import type { LineSpan } from '../../evidence/large/groupSections.ts';
import { TextTooLarge } from './largeTexts.ts';
import type { LargeText } from './largeTexts.ts';
import type { ViewCalls } from './viewCalls.ts';
import { encodeText, writeFile } from './writeFile.ts';

type ViewHandlers = {
  readonly [Method in keyof ViewCalls]: (...args: ViewCalls[Method]['args']) => ViewCalls[Method]['answer'];
};

/** What the store knows of a result. */
export interface ViewSource {
  readonly text: (ref: ResultRef, stream: ResultStream, lines?: readonly LineSpan[]) => string | undefined;
  /** A text that is stored in pieces. */
  readonly large: (ref: ResultRef, stream: ResultStream) => LargeText | undefined;
  readonly decoded: (ref: ResultRef) => DecodedResult | undefined;
  readonly bytes: (ref: ResultRef) => Uint8Array | undefined;
  /** The names of its device, which a normalised view leaves out. */
  readonly hostNames: (ref: ResultRef) => readonly string[];
}

type ViewSourceText = (
  ref: ResultRef,
  stream: ResultStream,
  view?: TextView,
  lines?: readonly LineSpan[],
) => string | undefined;

export interface TextViews {
  readonly text: ViewSourceText;
  /** A result was put in or taken out: what is kept of it may be another one. */
  readonly forget: () => void;
  readonly handlers: ViewHandlers;
}

/** Texts in another reading, and in parts. The one that was asked for last is kept: its parts are read one by one. */
export function createViews(source: ViewSource): TextViews {
  let latest: { readonly query: string; readonly text: string; readonly parts: readonly TextPart[] } | undefined;

  const make = (ref: ResultRef, stream: ResultStream, view: TextView | undefined): string | undefined => {
    if (view === undefined) return source.text(ref, stream);
    // Bytes that are no text became U+FFFD as it came, and the whole is not held.
    if (source.large(ref, stream) !== undefined) throw new TextTooLarge('a view');
    const fromBytes = readFile(ref, stream, view);
    if (fromBytes !== undefined) return fromBytes;
    const text = source.text(ref, stream);
    return text === undefined ? undefined : viewText(text, view, source.hostNames(ref));
  };

  /** A file that holds bytes of a code page still has them: they are read before they become U+FFFD. */
  const readFile = (ref: ResultRef, stream: ResultStream, view: TextView): string | undefined => {
    const page = codePageOf(view);
    const decoded = page === undefined ? undefined : source.decoded(ref);
    if (page === undefined || decoded?.encoding !== 'utf-8' || stream === 'raw') return undefined;
    if (!decoded.changes.some(({ kind }) => kind === 'invalidBytes')) return undefined;
    const bytes = source.bytes(ref);
    if (bytes === undefined) return undefined;
    const unpacked = decoded.changes.find(({ kind }) => kind === 'gunzipped');
    const plain = unpacked === undefined ? bytes : gunzipSync(bytes, { maxOutputLength: unpacked.count });
    return decodeResult(new TextEncoder().encode(readWithCodePage(plain, page))).transcript?.[stream];
  };

  const divided = (address: ResultAddress): NonNullable<typeof latest> | undefined => {
    const query = buildQuery(wholeAddress(address));
    if (latest?.query !== query) {
      const text = make(address, address.stream, address.view);
      if (text === undefined) return undefined;
      latest = { query, text, parts: findParts(text) };
    }
    return latest;
  };

  return {
    text: (ref, stream, view, lines) =>
      view === undefined ? source.text(ref, stream, lines) : make(ref, stream, view),
    forget: () => {
      latest = undefined;
    },
    handlers: {
      textParts: (address) => {
        if (address.view === undefined) {
          const large = source.large(address, address.stream);
          if (large !== undefined) return large.parts();
        }
        const found = divided(address);
        if (found === undefined) return undefined;
        const { text, parts } = found;
        return {
          documentBytes: sizeOf(text),
          lines: text === '' ? 0 : (parts.at(-1)?.lastLine ?? 0),
          parts: parts.map(({ start, end, first, lastLine }) => {
            return { first, lastLine, documentBytes: sizeOf(text.slice(start, end)) };
          }),
        };
      },
      partDocument: (address) => {
        const large = address.view === undefined ? source.large(address, address.stream) : undefined;
        if (large !== undefined && address.part !== 'whole') {
          return large.document(address.part ?? { line: 1, column: 1 });
        }
        const found = divided(address);
        if (found === undefined) return undefined;
        const { text, parts } = found;
        if (address.part === 'whole') return sizeOf(text) > WHOLE_BYTES ? undefined : toDocumentBytes(text);
        const { line, column } = address.part ?? { line: 1, column: 1 };
        const part = parts.find(({ first }) => first.line === line && first.column === column);
        return part === undefined ? undefined : toDocumentBytes(text.slice(part.start, part.end));
      },
      saveText: (address, path) => {
        const large = address.view === undefined ? source.large(address, address.stream) : undefined;
        if (large !== undefined) return writeFile(path, large.bytes());
        const text = make(address, address.stream, address.view);
        return text === undefined ? undefined : writeFile(path, encodeText(text));
      },
    },
  };
}

function sizeOf(text: string): number {
  return documentSize(text, measureText(text).nuls);
}

import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
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
import type { ViewCalls } from './viewCalls.ts';

type ViewHandlers = {
  readonly [Method in keyof ViewCalls]: (...args: ViewCalls[Method]['args']) => ViewCalls[Method]['answer'];
};

/** What the store knows of a result. */
export interface ViewSource {
  readonly text: (ref: ResultRef, stream: ResultStream) => string | undefined;
  readonly decoded: (ref: ResultRef) => DecodedResult | undefined;
  readonly bytes: (ref: ResultRef) => Uint8Array | undefined;
  /** The names of its device, which a normalised view leaves out. */
  readonly hostNames: (ref: ResultRef) => readonly string[];
}

export interface TextViews {
  readonly text: (ref: ResultRef, stream: ResultStream, view?: TextView) => string | undefined;
  /** A result was put in or taken out: what is kept of it may be another one. */
  readonly forget: () => void;
  readonly handlers: ViewHandlers;
}

/** A file is written in pieces of this many units: a whole copy in bytes would double the memory. */
const PIECE_UNITS = 1024 * 1024;

/** Texts in another reading, and in parts. The one that was asked for last is kept: its parts are read one by one. */
export function createViews(source: ViewSource): TextViews {
  let latest: { readonly query: string; readonly text: string; readonly parts: readonly TextPart[] } | undefined;

  const make = (ref: ResultRef, stream: ResultStream, view: TextView | undefined): string | undefined => {
    if (view === undefined) return source.text(ref, stream);
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
    text: (ref, stream, view) => (view === undefined ? source.text(ref, stream) : make(ref, stream, view)),
    forget: () => {
      latest = undefined;
    },
    handlers: {
      textParts: (address) => {
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
        const found = divided(address);
        if (found === undefined) return undefined;
        const { text, parts } = found;
        if (address.part === 'whole') return sizeOf(text) > WHOLE_BYTES ? undefined : toDocumentBytes(text);
        const { line, column } = address.part ?? { line: 1, column: 1 };
        const part = parts.find(({ first }) => first.line === line && first.column === column);
        return part === undefined ? undefined : toDocumentBytes(text.slice(part.start, part.end));
      },
      saveText: (address, path) => {
        const text = make(address, address.stream, address.view);
        return text === undefined ? undefined : writeText(text, path);
      },
    },
  };
}

function sizeOf(text: string): number {
  return documentSize(text, measureText(text).nuls);
}

/** Under another name until it is whole. Pairs of surrogates stay together, or each half would become U+FFFD. */
function writeText(text: string, path: string): number {
  const unfinished = `${path}.part`;
  let size = 0;
  try {
    const file = openSync(unfinished, 'w', 0o600);
    try {
      for (let from = 0; from < text.length;) {
        let to = Math.min(text.length, from + PIECE_UNITS);
        const last = text.charCodeAt(to - 1);
        if (to < text.length && last >= 0xd800 && last <= 0xdbff) to++;
        const bytes = Buffer.from(text.slice(from, to));
        for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
        size += bytes.length;
        from = to;
      }
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  return size;
}

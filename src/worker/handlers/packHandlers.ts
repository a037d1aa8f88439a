import type { LineRange } from '../../base/places.ts';
import type { DecodedResult } from '../../evidence/decode/decode.ts';
import type { Transcript } from '../../evidence/decode/transcript.ts';
import { codePageOf } from '../../evidence/views/textViews.ts';
import type { ResultRef, ResultStream } from '../../base/resultUri.ts';
import type { TextView } from '../../base/textView.ts';
import { hostNamesOf } from '../../model/machineAction.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import { pack } from '../../analysis/packed.ts';
import type { Packed } from '../../analysis/packed.ts';
import type { ComparedTranscript } from '../../analysis/comparisons.ts';
import type { ViewSource } from '../../analysis/viewTexts.ts';
import { TextTooLarge } from '../largeTexts.ts';
import type { LargeText } from '../largeTexts.ts';

/**
 * Requests for stored texts, which the analysis thread reads. The worker only looks them up. A request returns
 * undefined if there is no such text. It fails with `textTooLarge` if the needed text does not fit in memory.
 */
export interface PackCalls {
  readonly packText: {
    args: [ref: ResultRef, stream: ResultStream, lines: readonly LineRange[] | undefined];
    answer: Packed | undefined;
  };
  readonly packView: { args: [ref: ResultRef, stream: ResultStream, view: TextView]; answer: Packed | undefined };
  /** Returns output, errors and exit code of a script's result. */
  readonly packTranscript: { args: [ref: ResultRef]; answer: Packed | undefined };
}

/** The functions that provide stored results for packing. */
export interface PackSource {
  readonly text: (ref: ResultRef, stream: ResultStream, lines?: readonly LineRange[]) => string | undefined;
  /** Returns a text that is stored in pieces. */
  readonly large: (ref: ResultRef, stream: ResultStream) => LargeText | undefined;
  readonly decoded: (ref: ResultRef) => DecodedResult | undefined;
  readonly bytes: (ref: ResultRef) => Uint8Array | undefined;
  readonly facts: (ref: ResultRef) => StoredFacts | undefined;
}

type Handlers = {
  readonly [Method in keyof PackCalls]: (...args: PackCalls[Method]['args']) => PackCalls[Method]['answer'];
};

/** Creates the handlers that pack stored texts. */
export function createPackHandlers(source: PackSource): Handlers {
  return {
    packText: (ref, stream, lines) => packKnown(source.text(ref, stream, lines)),
    packView: (ref, stream, view) => packKnown(viewSource(source, ref, stream, view)),
    packTranscript: (ref) => packKnown(toCompared(source.decoded(ref)?.transcript)),
  };
}

function packKnown(value: unknown): Packed | undefined {
  return value === undefined ? undefined : pack(value);
}

function viewSource(source: PackSource, ref: ResultRef, stream: ResultStream, view: TextView): ViewSource | undefined {
  // A view needs the original bytes of the result. A large result does not have them any more, because bytes that are
  // not text became U+FFFD on arrival.
  if (source.large(ref, stream) !== undefined) throw new TextTooLarge('a view');
  const file = fileSource(source, ref, stream, view);
  if (file !== undefined) return file;
  const facts = source.facts(ref);
  const text = source.text(ref, stream);
  if (facts === undefined || text === undefined) return undefined;
  // A normalized view leaves out the names of the device.
  return { kind: 'text', text, view, hostNames: hostNamesOf(facts.action) };
}

function fileSource(source: PackSource, ref: ResultRef, stream: ResultStream, view: TextView): ViewSource | undefined {
  const page = codePageOf(view);
  const decoded = page === undefined ? undefined : source.decoded(ref);
  if (page === undefined || decoded?.transcript === undefined || stream === 'raw') return undefined;
  if (decoded.encoding !== 'utf-8' || !decoded.changes.some(({ kind }) => kind === 'invalidBytes')) return undefined;
  const bytes = source.bytes(ref);
  const unpacked = decoded.changes.find(({ kind }) => kind === 'gunzipped');
  return bytes && { kind: 'file', bytes, page, stream, unpackedSize: unpacked?.count };
}

function toCompared(transcript: Transcript | undefined): ComparedTranscript | undefined {
  if (transcript === undefined) return undefined;
  const { output, errors, exitCode } = transcript;
  return { output, errors, exitCode };
}

import type { ResultAddress } from '../base/resultUri.ts';
import type { TextParts } from '../evidence/text/partFacts.ts';

/** A text as it is stored, or a part of it. Views are made in the analysis thread: see `ViewTexts`. */
export type PlainAddress = ResultAddress & { readonly view?: undefined };

/** Requests to the worker about parts: see `WorkerCalls`. */
export interface ViewCalls {
  /** The parts of a text. Undefined when the result is not stored, or has no such text. */
  readonly textParts: { args: [address: PlainAddress]; answer: TextParts | undefined };
  /** The document of a part. */
  readonly partDocument: { args: [address: PlainAddress]; answer: Uint8Array<ArrayBuffer> | undefined };
  /** Writes a whole text into a file, as UTF-8; answers its size. Undefined where there is no such text. */
  readonly saveText: { args: [address: PlainAddress, path: string]; answer: number | undefined };
  /** Writes bytes into a file, as `saveText` does; answers their number. */
  readonly saveBytes: { args: [bytes: Uint8Array, path: string]; answer: number };
}

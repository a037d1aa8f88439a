import type { ResultAddress } from '../base/resultUri.ts';
import type { TextParts } from '../evidence/text/partFacts.ts';

/** Address of a stored text, or of a part of it. Views are created in the analysis thread: see `ViewTexts`. */
export type PlainAddress = ResultAddress & { readonly view?: undefined };

/** Requests to the worker about parts: see `WorkerCalls`. */
export interface ViewCalls {
  /** Returns the parts of a text. Undefined if the result is not stored, or has no such text. */
  readonly textParts: { args: [address: PlainAddress]; answer: TextParts | undefined };
  /** Returns the document of a part. */
  readonly partDocument: { args: [address: PlainAddress]; answer: Uint8Array<ArrayBuffer> | undefined };
  /**
   * Writes a complete text into a file as UTF-8, and returns the file's size. Returns undefined if there is no such
   * text.
   */
  readonly saveText: { args: [address: PlainAddress, path: string]; answer: number | undefined };
  /** Writes bytes into a file, as `saveText` does, and returns their number. */
  readonly saveBytes: { args: [bytes: Uint8Array, path: string]; answer: number };
}

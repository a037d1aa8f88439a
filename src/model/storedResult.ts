import type { BlobFacts } from '../defender/download/download.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { Rejection } from '../evidence/decode/decode.ts';
import type { DecodeChange } from '../evidence/decode/transcript.ts';
import type { Encoding } from '../evidence/decode/encoding.ts';
import type { TextFacts } from '../evidence/text/textFacts.ts';
import type { ResultName, ResultRef } from '../base/resultUri.ts';

/** Facts about one text of a result, without the text. */
export interface StreamFacts extends TextFacts {
  /** Size of the text's document, in bytes. */
  readonly documentBytes: number;
  /** SHA-256 of the text as UTF-8, lower-case hex: see `hashText`. */
  readonly sha256: string;
}

/** Facts read from a RunScript result. */
export interface TranscriptFacts {
  readonly scriptName: string | undefined;
  readonly exitCode: number | undefined;
  readonly output: StreamFacts;
  readonly errors: StreamFacts;
  /** Number of lines in `script_errors` with content: see `countErrorLines`. */
  readonly errorLines: number;
}

/** A difference between the request and the result. It is shown wherever the result is shown. */
export interface Mismatch {
  readonly kind: 'scriptName' | 'fileName';
  readonly asked: string;
  readonly found: string;
}

/** Facts about a result as the store receives them, without the bytes. */
export interface ReceivedFacts {
  readonly ref: ResultRef;
  readonly name: ResultName;
  /** The action as it was when the result was fetched. */
  readonly action: MachineAction;
  /** SHA-256 of the bytes as the service stored them, lower-case hex. */
  readonly sha256: string;
  /** Number of bytes that the service stored. */
  readonly size: number;
  /** Local time of the fetch, ms since 1970. */
  readonly fetchedAt: number;
  /**
   * Local time when the headers in `blob` arrived, ms since 1970; undefined in results of older versions, which
   * did not record it.
   */
  readonly answeredAt?: number | undefined;
  /** Version of the extension that fetched the result; undefined if an older version did not record it. */
  readonly fetchedWith?: string | undefined;
  /** Account or application that the call was made for, as named by the token or the sign-in. */
  readonly fetchedBy: string | undefined;
  /** Name of the file as the download link states it. */
  readonly promisedName: string | undefined;
  readonly blob: BlobFacts;
  /** Set if no header stated the file's size. Two downloads were equal, but the file may still be cut off. */
  readonly lengthUnknown?: true;
  /** Origin of a result that did not come from a tenant. */
  readonly opened?: OpenedFrom;
}

/** A result that a person opened from a file, a pasted link or a hand-over pack. Only a facts file can add facts. */
export interface OpenedFrom {
  readonly kind: 'file' | 'link' | 'pack';
  /** The name of the file or the pack without its folder, or the host of the link. */
  readonly name: string;
  /** Facts from a `.facts.json` that states the file's own hash; undefined if there was no such file. */
  readonly said: SaidFacts | undefined;
}

/** Ids as a facts file states them. Anyone may have written that file. */
export interface SaidFacts {
  readonly cloud: string;
  readonly tenantId: string;
  readonly actionId: string;
  readonly commandIndex: number;
}

/** Everything known about a stored result except its texts. */
export interface StoredFacts extends ReceivedFacts {
  /** Undefined if the bytes are not a RunScript result: `rejection` then says why. The bytes are stored anyway. */
  readonly transcript: TranscriptFacts | undefined;
  readonly rejection: Rejection | undefined;
  /** Facts about the file's own text, if the file is not a result but is text. Shown on request, marked as raw. */
  readonly raw: StreamFacts | undefined;
  readonly changes: readonly DecodeChange[];
  readonly encoding: Encoding;
  readonly mismatches: readonly Mismatch[];
  /** For a result that is stored in pieces: numbers of its texts within the file, counted from 0. */
  readonly large?: { readonly output?: number; readonly errors?: number } | undefined;
}

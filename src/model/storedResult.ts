import type { BlobFacts } from '../defender/download/download.ts';
import type { MachineAction } from '../defender/schema.ts';
import type { Rejection } from '../evidence/decode/decode.ts';
import type { DecodeChange } from '../evidence/decode/transcript.ts';
import type { Encoding } from '../evidence/decode/encoding.ts';
import type { TextFacts } from '../evidence/text/textFacts.ts';
import type { ResultName, ResultRef } from '../base/resultUri.ts';

/** What is known about one text of a result, without the text. */
export interface StreamFacts extends TextFacts {
  /** Size of its document, bytes. */
  readonly documentBytes: number;
  /** Of the text as UTF-8, lower-case hex: see `hashText`. */
  readonly sha256: string;
}

/** What a result said, once it was read. */
export interface TranscriptFacts {
  readonly scriptName: string | undefined;
  readonly exitCode: number | undefined;
  readonly output: StreamFacts;
  readonly errors: StreamFacts;
  /** Lines of `script_errors` that say something. */
  readonly errorLines: number;
}

/** Something that does not fit what was asked for. It is shown wherever the result is. */
export interface Mismatch {
  readonly kind: 'scriptName' | 'fileName';
  readonly asked: string;
  readonly found: string;
}

/** A result as it is handed to the store, without its bytes. */
export interface ReceivedFacts {
  readonly ref: ResultRef;
  readonly name: ResultName;
  /** The action as it was when the result was fetched. */
  readonly action: MachineAction;
  /** Of the bytes as the service stored them: lower-case hex. */
  readonly sha256: string;
  /** Size of these bytes. */
  readonly size: number;
  /** Local clock, ms since 1970. */
  readonly fetchedAt: number;
  /** Local clock as the headers in `blob` came, ms since 1970; undefined in results that were stored before it was noted. */
  readonly answeredAt?: number | undefined;
  /** The version of the program that fetched it; undefined in results that were stored before it was noted. */
  readonly fetchedWith?: string | undefined;
  /** Who the call spoke for, as the token or the sign-in said it: an account or an application. */
  readonly fetchedBy: string | undefined;
  /** The file name the link promised. */
  readonly promisedName: string | undefined;
  readonly blob: BlobFacts;
  /** Set where no header stated the size of the file: it came twice, alike, and may still be cut off. */
  readonly lengthUnknown?: true;
  /** Where it was opened from, where no tenant answered it. */
  readonly opened?: OpenedFrom;
}

/** A result that a person opened from a file or a pasted link: what is known of it is what lay beside it. */
export interface OpenedFrom {
  readonly kind: 'file' | 'link';
  /** The file's name without its folder, or the host of the link. */
  readonly name: string;
  /** What a `.facts.json` with the file's own hash says; undefined where there was none. */
  readonly said: SaidFacts | undefined;
}

/** Ids as a facts file names them. Anyone can have written it. */
export interface SaidFacts {
  readonly cloud: string;
  readonly tenantId: string;
  readonly actionId: string;
  readonly commandIndex: number;
}

/** Everything known about a stored result but its texts. */
export interface StoredFacts extends ReceivedFacts {
  /** Undefined when the bytes are no RunScript result: then `rejection` says why. They are kept all the same. */
  readonly transcript: TranscriptFacts | undefined;
  readonly rejection: Rejection | undefined;
  /** The file itself as text, where it is no result but can be read: shown on request, marked as raw. */
  readonly raw: StreamFacts | undefined;
  readonly changes: readonly DecodeChange[];
  readonly encoding: Encoding;
  readonly mismatches: readonly Mismatch[];
  /** Of a result that is stored in pieces: which of the file's texts these are, counted from 0. */
  readonly large?: { readonly output?: number; readonly errors?: number } | undefined;
}

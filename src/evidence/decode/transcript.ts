/** What a RunScript left behind, as the device reported it: nothing trimmed, wrapped or re-ordered. */
export interface Transcript {
  /** `script_name`, or the older `name`. Undefined where the result names none. */
  readonly scriptName: string | undefined;
  /** A whole number, negative and above 255 included. Undefined where the result has none that can be believed. */
  readonly exitCode: number | undefined;
  /** `script_output` with its trailing NULs. */
  readonly output: string;
  /** `script_errors`, or the older `script_error`. */
  readonly errors: string;
  /** Keys that this version does not know, kept as they were. */
  readonly otherKeys: Readonly<Record<string, unknown>>;
}

/** Something that had to be done, or was noticed, on the way from the stored bytes to the transcript. */
export interface DecodeChange {
  readonly kind: DecodeChangeKind;
  /** How often. */
  readonly count: number;
  /** Where it happened first: a byte offset for `invalidBytes`, else an offset in UTF-16 units of the JSON text. */
  readonly firstOffset?: number;
  /** The keys it is about: see boundKeys. */
  readonly keys?: readonly string[];
  /** How many keys are left out of them, or shortened. */
  readonly keysCut?: number;
}

export type DecodeChangeKind =
  /** The stored bytes were gzip; `count` is the size after unpacking. */
  | 'gunzipped'
  | 'byteOrderMark'
  /** Bytes that are no text in the encoding: each became U+FFFD, apart from those the device had written itself. */
  | 'invalidBytes'
  /** Raw control characters inside JSON strings: strict JSON readers refuse this file. */
  | 'controlCharactersEscaped'
  /** Keys that stand more than once: the last one is read, `count` others are not. */
  | 'duplicateKey'
  /** An older name for a key was read. */
  | 'oldKey'
  | 'unknownKey'
  | 'missingKey'
  /** There is an exit code, but it is not a whole number. */
  | 'exitCodeNotANumber'
  /** Behind the result stands filler alone, `count` UTF-16 units: NULs, U+001A, byte order marks, white space. */
  | 'trailingPadding'
  /** Behind the result the file goes on with `count` UTF-16 units that are not read: a second document, as a rule. */
  | 'trailingText'
  /** `count` names, comments, parameters and errors are too long or too many to be kept whole beside the result. */
  | 'factsCut';

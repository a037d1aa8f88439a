/** The result of a RunScript as the device reported it. Its texts are not trimmed, wrapped or re-ordered. */
export interface Transcript {
  /** `script_name`, or the older `name`. Undefined if the result has neither. */
  readonly scriptName: string | undefined;
  /** An integer, which can be negative or above 255. Undefined if the result has no valid exit code. */
  readonly exitCode: number | undefined;
  /** `script_output` with its trailing NULs. */
  readonly output: string;
  /** `script_errors`, or the older `script_error`. */
  readonly errors: string;
  /** Keys that this version does not know, kept unchanged. */
  readonly otherKeys: Readonly<Record<string, unknown>>;
}

/** A change or an observation that was made while the stored bytes were decoded. */
export interface DecodeChange {
  readonly kind: DecodeChangeKind;
  /** Number of occurrences, unless the comment on the kind describes another number. */
  readonly count: number;
  /** Place of the first change: a byte offset for `invalidBytes`, otherwise UTF-16 units of the JSON text. */
  readonly firstOffset?: number;
  /** Keys that the change is about: see `boundKeys`. */
  readonly keys?: readonly string[];
  /** Number of keys that are left out of `keys`, or shortened in it. */
  readonly keysCut?: number;
}

export type DecodeChangeKind =
  /** The stored bytes were gzip; `count` is the size after unpacking. */
  | 'gunzipped'
  | 'byteOrderMark'
  /**
   * Bytes that are not valid in the encoding. Each became U+FFFD. A U+FFFD that the device itself wrote does not count.
   */
  | 'invalidBytes'
  /** Raw control characters inside JSON strings were escaped. Strict JSON readers refuse such a file. */
  | 'controlCharactersEscaped'
  /** Keys that occur more than once. The last value of each key is read, and `count` earlier values are not read. */
  | 'duplicateKey'
  /** A key was read by its older name. */
  | 'oldKey'
  | 'unknownKey'
  | 'missingKey'
  /** There is an exit code, but it is not an integer. */
  | 'exitCodeNotANumber'
  /** Only filler follows the result: `count` UTF-16 units of NULs, U+001A, byte order marks and white space. */
  | 'trailingPadding'
  /** The file continues after the result with `count` UTF-16 units that are not read: usually a second document. */
  | 'trailingText'
  /** `count` names, comments, parameters and errors were shortened or left out of the stored facts. */
  | 'factsCut';

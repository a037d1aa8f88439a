/** The result of a RunScript as the device reported it: nothing trimmed, wrapped or re-ordered. */
export interface Transcript {
  /** `script_name`, or the older `name`. Undefined if the result names none. */
  readonly scriptName: string | undefined;
  /** A whole number, which may be negative or above 255. Undefined if the result has no believable one. */
  readonly exitCode: number | undefined;
  /** `script_output` with its trailing NULs. */
  readonly output: string;
  /** `script_errors`, or the older `script_error`. */
  readonly errors: string;
  /** Keys that this version does not know, kept unchanged. */
  readonly otherKeys: Readonly<Record<string, unknown>>;
}

/** A change or an observation made while the stored bytes were turned into the transcript. */
export interface DecodeChange {
  readonly kind: DecodeChangeKind;
  /** Number of occurrences, unless the kind says otherwise. */
  readonly count: number;
  /** First place: a byte offset for `invalidBytes`, otherwise an offset in UTF-16 units of the JSON text. */
  readonly firstOffset?: number;
  /** The keys concerned: see boundKeys. */
  readonly keys?: readonly string[];
  /** Number of keys that are left out of `keys`, or shortened in it. */
  readonly keysCut?: number;
}

export type DecodeChangeKind =
  /** The stored bytes were gzip; `count` is the size after unpacking. */
  | 'gunzipped'
  | 'byteOrderMark'
  /**
   * Bytes that are not text in the encoding. Each became U+FFFD. U+FFFD that the device wrote itself does not count.
   */
  | 'invalidBytes'
  /** Raw control characters inside JSON strings. Strict JSON readers refuse this file. */
  | 'controlCharactersEscaped'
  /** Keys that occur more than once. The last one is read, `count` others are not. */
  | 'duplicateKey'
  /** A key was read by its older name. */
  | 'oldKey'
  | 'unknownKey'
  | 'missingKey'
  /** There is an exit code, but it is not a whole number. */
  | 'exitCodeNotANumber'
  /** Only filler follows the result, `count` UTF-16 units: NULs, U+001A, byte order marks, white space. */
  | 'trailingPadding'
  /** The file continues after the result with `count` UTF-16 units that are not read: usually a second document. */
  | 'trailingText'
  /** `count` names, comments, parameters and errors are too long or too many to be stored whole beside the result. */
  | 'factsCut';

import { boundKeys } from '../decode/boundKeys.ts';
import { isGzip } from '../decode/decode.ts';
import type { Rejection } from '../decode/decode.ts';
import type { DecodeChange } from '../decode/transcript.ts';
import { looksLikeText } from '../decode/encoding.ts';
import type { Encoding } from '../decode/encoding.ts';
import type { PartLimits } from '../text/textParts.ts';
import { chooseFields } from '../decode/transcriptFields.ts';
import { ByteText } from './byteText.ts';
import { JsonStream } from './jsonStream.ts';
import { SectionWriter } from './sectionWriter.ts';
import type { Section, WrittenText } from './sectionWriter.ts';

/** A text of the file after all its sections were written. */
export interface ReadText extends WrittenText {
  /** Number of the text within the file, from 0. Texts are counted in the order in which they begin. */
  readonly source: number;
}

/** Facts as `decodeResult` returns them, for a result that is too large for memory. */
export interface LargeResult {
  readonly transcript: LargeTranscript | undefined;
  readonly rejection: Rejection | undefined;
  readonly changes: readonly DecodeChange[];
  readonly encoding: Encoding;
}

export interface LargeTranscript {
  readonly scriptName: string | undefined;
  readonly exitCode: number | undefined;
  readonly output: ReadText | undefined;
  readonly errors: ReadText | undefined;
}

const TEXTS: ReadonlySet<string> = new Set(['script_output', 'script_errors', 'script_error']);
const NAMES: ReadonlySet<string> = new Set(['script_name', 'name']);
/** Limits for the number of fields and texts. No result has more. A file with more is an attack. */
const MAX_FIELDS = 1000;
const MAX_TEXTS = 16;
/** Limit for a script's name, in UTF-16 units. A longer text is not a name. */
const MAX_NAME = 65_536;
/** Length of a file's start, in UTF-16 units, that shows whether the file is text. */
const HEAD = 4096;
/** Number of bytes that are read at a time. Strings of this size are freed quickly. Larger strings accumulate. */
const STEP = 65_536;
const NOTHING = new Uint8Array();

/** Reads a result that arrives in pieces, and writes its texts in sections. Refuses gzip instead of unpacking it. */
export class LargeReader {
  readonly #write: (source: number, section: Section) => void;
  readonly #limits: PartLimits | undefined;
  readonly #bytes = new ByteText();
  readonly #json: JsonStream;
  readonly #fields = new Map<string, unknown>();
  readonly #repeated = new Set<string>();
  #repeatedCount = 0;
  #isNameTooLong = false;
  #sources = 0;
  #key = '';
  #text: { readonly source: number; readonly writer: SectionWriter } | undefined;
  #name: string | undefined;
  #head = '';
  #firstByte: Uint8Array = NOTHING;
  #isPacked: boolean | undefined;

  /**
   * @param write - receives every section of every text, before it is known whether the text belongs to the result
   */
  constructor(write: (source: number, section: Section) => void, limits?: PartLimits) {
    this.#write = write;
    this.#limits = limits;
    this.#json = new JsonStream({
      key: (name) => {
        this.#beginField(name);
      },
      text: (stretch) => {
        this.#text?.writer.add(stretch);
        if (this.#name === undefined || this.#isNameTooLong) return;
        this.#name += stretch;
        // A name that is too long is not shortened: the file is refused, because it is not a script's result.
        this.#isNameTooLong = this.#name.length > MAX_NAME;
      },
      end: (kind, scalar) => {
        this.#fields.set(this.#key, kind === 'string' ? this.#found() : kind === 'scalar' ? scalar : {});
        this.#text = undefined;
        this.#name = undefined;
      },
    });
  }

  add(bytes: Uint8Array): void {
    const begun = this.#firstByte.length === 0 ? bytes : Buffer.concat([this.#firstByte, bytes]);
    this.#isPacked ??= begun.length < 2 ? undefined : isGzip(begun);
    // Two bytes are needed to detect gzip.
    this.#firstByte = this.#isPacked === undefined ? begun.slice() : NOTHING;
    if (this.#isPacked !== false) return;
    for (let from = 0; from < begun.length; from += STEP) {
      this.#read(this.#bytes.add(begun.subarray(from, from + STEP)));
    }
  }

  end(): LargeResult {
    if (this.#isPacked !== true) this.#read(this.#bytes.add(this.#firstByte) + this.#bytes.end());
    const { encoding } = this.#bytes;
    const changes = this.#changes();
    const reject = (rejection: Rejection): LargeResult => ({ transcript: undefined, rejection, changes, encoding });
    if (this.#isPacked === true) return reject({ reason: 'tooLarge' });
    const fault = this.#json.end();
    if (this.#isHostile()) return reject({ reason: 'notATranscript' });
    if (fault?.reason === 'notJson' && !looksLikeText(this.#head)) return reject({ reason: 'binary' });
    if (fault !== undefined) return reject(fault);
    changes.push(...this.#json.trailing);
    const chosen = chooseFields(this.#fields, (value) => (value instanceof Found ? value : undefined), changes);
    if (chosen === undefined) return reject({ reason: 'notATranscript' });
    const { scriptName, exitCode, output, errors } = chosen;
    return {
      transcript: { scriptName: scriptName?.name, exitCode, output: output?.text, errors: errors?.text },
      rejection: undefined,
      changes,
      encoding,
    };
  }

  #read(text: string): void {
    if (this.#head.length < HEAD) this.#head += text.slice(0, HEAD - this.#head.length);
    if (!this.#isHostile()) this.#json.add(text);
  }

  #isHostile(): boolean {
    return this.#sources > MAX_TEXTS || this.#fields.size > MAX_FIELDS || this.#isNameTooLong;
  }

  #beginField(key: string): void {
    if (this.#fields.has(key)) {
      this.#repeated.add(key);
      this.#repeatedCount++;
    }
    this.#key = key;
    this.#name = NAMES.has(key) ? '' : undefined;
    if (!TEXTS.has(key) || this.#sources > MAX_TEXTS) return;
    const source = this.#sources++;
    const write = (section: Section): void => {
      this.#write(source, section);
    };
    this.#text = { source, writer: new SectionWriter(write, this.#limits) };
  }

  #found(): Found {
    const text = this.#text === undefined ? undefined : { source: this.#text.source, ...this.#text.writer.end() };
    return new Found(text, this.#name);
  }

  #changes(): DecodeChange[] {
    const { byteOrderMark, invalidBytes, firstInvalidByte } = this.#bytes;
    const { count, firstOffset } = this.#json.controls;
    const changes: DecodeChange[] = [];
    if (byteOrderMark) changes.push({ kind: 'byteOrderMark', count: 1 });
    if (invalidBytes > 0) changes.push({ kind: 'invalidBytes', count: invalidBytes, firstOffset: firstInvalidByte });
    if (this.#repeatedCount > 0) {
      changes.push({ kind: 'duplicateKey', count: this.#repeatedCount, ...boundKeys(this.#repeated) });
    }
    if (count > 0) changes.push({ kind: 'controlCharactersEscaped', count, firstOffset });
    return changes;
  }
}

/** A string of the file: the facts about its text if it is a result's text, and its value if it is a name. */
class Found {
  readonly text: ReadText | undefined;
  readonly name: string | undefined;

  constructor(text: ReadText | undefined, name: string | undefined) {
    this.text = text;
    this.name = name;
  }
}

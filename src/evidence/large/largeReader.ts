import { boundKeys } from '../decode/boundKeys.ts';
import { isGzip, looksLikeText } from '../decode/decode.ts';
import type { Rejection } from '../decode/decode.ts';
import type { DecodeChange } from '../decode/transcript.ts';
import type { Encoding } from '../decode/encoding.ts';
import type { PartLimits } from '../text/textParts.ts';
import { chooseFields } from '../decode/transcriptFields.ts';
import { ByteText } from './byteText.ts';
import { JsonStream } from './jsonStream.ts';
import { SectionWriter } from './sectionWriter.ts';
import type { Section, WrittenText } from './sectionWriter.ts';

/** A text that was handed on in sections. */
export interface ReadText extends WrittenText {
  /** Which of the file's texts it is: they are counted as they begin, from 0. */
  readonly source: number;
}

/** What `decodeResult` says of a result, of one that is never in memory whole. */
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
/** More fields than any result has, and more texts: what is made of them is an attack on whoever reads it. */
const MAX_FIELDS = 1000;
const MAX_TEXTS = 16;
/** A longer name is none, UTF-16 units. */
const MAX_NAME = 65_536;
/** Enough of a file to see whether it is text. */
const HEAD = 4096;
/** Bytes that are read at a time: strings of this size are cheap to throw away, larger ones pile up. */
const STEP = 65_536;
const NOTHING = new Uint8Array();

/** Reads a result that comes in stretches of bytes, and hands its texts on in sections. Gzip is not unpacked. */
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

  /** @param write - gets every section of every text, also of those that turn out to be none of the result's */
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
        // Never shown cut: a file with such a name is none of a script.
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
    // One byte alone does not tell.
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

/** A string of the file, by what is kept of it. */
class Found {
  readonly text: ReadText | undefined;
  readonly name: string | undefined;

  constructor(text: ReadText | undefined, name: string | undefined) {
    this.text = text;
    this.name = name;
  }
}

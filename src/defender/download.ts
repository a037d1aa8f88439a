import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { DownloadSink } from './downloadSink.ts';
import { LiveResponseError } from './errors.ts';
import type { HttpAnswer } from './transport.ts';

/** What is known of a result that came whole: of its bytes as the service stored them, and what the blob host said. */
export interface DownloadFacts {
  /** Bytes. */
  readonly size: number;
  /** Computed while they arrived: lower-case hex. */
  readonly sha256: string;
  /** Local clock, ms since 1970. */
  readonly receivedAt: number;
  /** Local clock as the headers in `blob` came: what the server's `Date` is compared with. */
  readonly answeredAt: number;
  /** The file name the link promised. */
  readonly promisedName: string | undefined;
  readonly blob: BlobFacts;
}

/** A result with its bytes. */
export interface DownloadedResult extends DownloadFacts {
  readonly bytes: Uint8Array;
}

/** Headers of the blob's answer, verbatim. */
export interface BlobFacts {
  readonly date?: string;
  readonly lastModified?: string;
  readonly etag?: string;
  readonly contentMd5?: string;
  readonly requestId?: string;
}

export interface DownloadLimits {
  /** Larger results are refused before they are kept, bytes; `Infinity` where there is room for any. */
  readonly maxBytes: number;
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
}

/** What an answer is read by. */
export interface BlobSource {
  readonly host: string;
  readonly limits: DownloadLimits;
  /** Whether an answer without Azure's own headers must come from something in between. */
  readonly expectAzure: boolean;
  readonly clock: Clock;
}

/** Slower than this over a whole minute is given up: bytes a second. */
const MIN_SPEED = 1000;
const SPEED_SPAN_MS = 60_000;

/**
 * A download that may be continued: by a Range request where the connection broke off, also through a fresh link,
 * since the blob behind it is the same. The hashes grow with the bytes, which go to a sink and stay nowhere else.
 */
export class Download {
  readonly #sink: DownloadSink;
  #received = 0;
  #sha256 = createHash('sha256');
  /** Where the host named an MD5 of the whole as it began. */
  #md5: Hash | undefined;
  #total: number | undefined;
  #blob: BlobFacts = {};
  #answeredAt = 0;

  constructor(sink: DownloadSink) {
    this.#sink = sink;
  }

  /** Bytes that are kept by now. */
  get received(): number {
    return this.#received;
  }

  /** Headers of the next request: the rest of the same version of the blob, or nothing special at the start. */
  get headers(): Record<string, string> {
    const { etag } = this.#blob;
    // A weak tag does not promise the same bytes.
    if (this.#received === 0 || etag === undefined || etag.startsWith('W/')) return {};
    return { range: `bytes=${this.#received.toString()}-`, 'if-match': etag };
  }

  /**
   * Reads an answer of the blob host, hashing on the way.
   *
   * @throws LiveResponseError `linkRefused`, `noResult`, `notFromStorage`, `tooLarge`, `incompleteDownload`,
   *   `serverError`, `timeout`, and what the sink throws
   */
  async read(answer: HttpAnswer, source: BlobSource): Promise<void> {
    try {
      await this.#read(answer, source);
    } catch (error) {
      // A body that nobody reads to its end would keep its socket.
      answer.discard?.();
      throw error;
    }
  }

  async #read(answer: HttpAnswer, { host, limits, expectAzure, clock }: BlobSource): Promise<void> {
    const answeredAt = clock.now();
    if (answer.status === 412 || answer.status === 416) await this.#startAgain();
    await refuseFailures(answer, host);
    refuseStrangers(answer, host, expectAzure);
    const start = answer.status === 206 ? rangeStart(answer.headers['content-range']) : 0;
    if (start === undefined) {
      // A part that does not say where it belongs must not pass for the whole.
      await this.#startAgain();
      throw new LiveResponseError('incompleteDownload', { host, status: 206 });
    }
    if (start !== this.#received) await this.#startAgain();
    if (start > 0 && start !== this.#received) throw new LiveResponseError('incompleteDownload', { host });

    const promised = Number(answer.headers['content-length'] ?? Number.NaN);
    this.#total = Number.isSafeInteger(promised) ? start + promised : undefined;
    // Of a part Azure names the MD5 of the whole in a header of its own; If-Match made sure that it is the same whole.
    const wholeMd5 = start > 0 ? (answer.headers['x-ms-blob-content-md5'] ?? this.#blob.contentMd5) : undefined;
    this.#answeredAt = answeredAt;
    this.#blob = { ...blobFacts(answer.headers), ...(wholeMd5 === undefined ? {} : { contentMd5: wholeMd5 }) };
    const size = this.#total;
    if (size !== undefined && size > limits.maxBytes) {
      throw new LiveResponseError('tooLarge', { size, limit: limits.maxBytes });
    }
    if (this.#received === 0) this.#md5 = this.#blob.contentMd5 === undefined ? undefined : createHash('md5');

    let since = clock.now();
    let before = this.#received;
    for await (const chunk of answer.body) {
      // How large it is nobody said, and it is not waited for.
      if (this.#received + chunk.length > limits.maxBytes) {
        throw new LiveResponseError('tooLarge', { limit: limits.maxBytes });
      }
      await this.#sink.append(chunk);
      this.#sha256.update(chunk);
      this.#md5?.update(chunk);
      this.#received += chunk.length;
      limits.onProgress?.(this.#received, this.#total);
      const span = clock.now() - since;
      if (span < SPEED_SPAN_MS) continue;
      if (this.#received - before < (MIN_SPEED * span) / 1000) throw new LiveResponseError('timeout', { host });
      since = clock.now();
      before = this.#received;
    }
    if (this.#total !== undefined && this.#received !== this.#total) {
      throw new LiveResponseError('incompleteDownload', { host, size: this.#received, limit: this.#total });
    }
  }

  /** The whole, checked against the host's own MD5 where it gave one. */
  async finish(host: string): Promise<Pick<DownloadFacts, 'size' | 'sha256' | 'blob' | 'answeredAt'>> {
    const size = this.#received;
    const md5 = this.#md5?.copy().digest('base64');
    if (md5 !== undefined && md5 !== this.#blob.contentMd5) {
      await this.#startAgain();
      throw new LiveResponseError('incompleteDownload', { host, size });
    }
    const sha256 = this.#sha256.copy().digest('hex');
    return { size, sha256, blob: this.#blob, answeredAt: this.#answeredAt };
  }

  async #startAgain(): Promise<void> {
    await this.#sink.clear();
    this.#received = 0;
    this.#sha256 = createHash('sha256');
    this.#md5 = undefined;
  }
}

/** `bytes 100-199/200` → 100 */
function rangeStart(header: string | undefined): number | undefined {
  const start = /^bytes (\d+)-/u.exec(header ?? '')?.[1];
  return start === undefined ? undefined : Number(start);
}

async function refuseFailures(answer: HttpAnswer, host: string): Promise<void> {
  const { status } = answer;
  if (status === 200 || status === 206) return;
  // 412 and 416: what was begun is another version by now; the next attempt begins anew.
  if (status === 412 || status === 416) throw new LiveResponseError('incompleteDownload', { status, host });
  if (status === 404) throw new LiveResponseError('noResult', { status, host, reason: 'notStored' });
  if (status >= 500) throw new LiveResponseError('serverError', { status, host });
  if (status >= 300 && status < 400) throw new LiveResponseError('redirected', { status, host });
  const serverCode = answer.headers['x-ms-error-code'] ?? (await readErrorCode(answer));
  const values = { status, host, ...(serverCode === undefined ? {} : { serverCode }) };
  // A refused link may be expired, or used too late: the caller asks once for a new one. Nothing else would be cured by it.
  if (status === 403) throw new LiveResponseError('linkRefused', values);
  throw new LiveResponseError('unexpectedAnswer', { ...values, path: serverCode ?? `HTTP ${status.toString()}` });
}

/** Only the code of Azure's XML: its message repeats parts of the request. */
async function readErrorCode(answer: HttpAnswer): Promise<string | undefined> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > 4096) break;
  }
  return /<Code>(\w{1,80})<\/Code>/u.exec(text)?.[1];
}

function refuseStrangers(answer: HttpAnswer, host: string, expectAzure: boolean): void {
  const html = /^text\/html\b/iu.test(answer.headers['content-type'] ?? '');
  const azure = 'x-ms-request-id' in answer.headers && 'x-ms-version' in answer.headers;
  if (html || (expectAzure && !azure)) throw new LiveResponseError('notFromStorage', { host, status: answer.status });
}

function blobFacts(headers: HttpAnswer['headers']): BlobFacts {
  const names = {
    date: 'date',
    lastModified: 'last-modified',
    etag: 'etag',
    contentMd5: 'content-md5',
    requestId: 'x-ms-request-id',
  };
  return Object.fromEntries(
    Object.entries(names).flatMap(([key, header]) => {
      const value = headers[header];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

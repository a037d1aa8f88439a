import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { Deadline } from '../deadline.ts';
import type { DownloadSink } from './downloadSink.ts';
import { isCancelled, LiveResponseError } from '../../base/errors.ts';
import type { FailureValues } from '../../base/errors.ts';
import { readStatedBody } from './statedBody.ts';
import type { StatedBody } from './statedBody.ts';
import type { HttpAnswer } from '../transport.ts';

/** Facts about a completely received result: its bytes as the service stored them, and the blob host's headers. */
export interface DownloadFacts {
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex, computed while the bytes arrived. */
  readonly sha256: string;
  /** Local clock, ms since 1970. */
  readonly receivedAt: number;
  /** Local clock when the headers in `blob` arrived. The server's `Date` is compared with it. */
  readonly answeredAt: number;
  /** File name that the link promised. */
  readonly promisedName: string | undefined;
  readonly blob: BlobFacts;
  /**
   * Set where no header stated the size. The only evidence that the bytes are complete is that two downloads brought
   * the same ones.
   */
  readonly lengthUnknown?: true;
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
  /** Larger results are refused before they are kept, bytes; `Infinity` where any size is allowed. */
  readonly maxBytes: number;
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
}

/** Conditions under which an answer of the blob host is read. */
export interface BlobSource {
  readonly host: string;
  readonly limits: DownloadLimits;
  /** Whether an answer without Azure's own headers must come from an intermediary. */
  readonly expectAzure: boolean;
  readonly clock: Clock;
  /** Ends the read of a body that stands still. */
  readonly deadline?: Pick<Deadline, 'set'>;
}

/** Lowest average speed over a whole minute, bytes a second. A slower download is given up. */
const MIN_SPEED = 1000;
const SPEED_SPAN_MS = 60_000;
/**
 * Longest time between two checks of the speed, ms. It ends a body that stands still. Longer than the span, because a
 * check waits for the next chunk.
 */
const STANDSTILL_MS = 2 * SPEED_SPAN_MS;

/** Size of one version of the blob, as stated by the first answer that was accepted for it. */
interface KnownTotal {
  readonly etag: string | undefined;
  readonly total: number;
}

/**
 * A download that can be continued. After a broken connection it sends a Range request, also through a fresh link,
 * since the blob behind it is the same. The hashes grow with the bytes, which go to a sink and stay nowhere else.
 *
 * The bytes must fit all that the answers state: ranges, lengths, the first known size, ETag and MD5. Bytes that do not
 * fit are thrown away, and never joined with earlier ones. Where no answer states a size, the MD5 of the whole must
 * fit, or the whole must come twice.
 */
export class Download {
  readonly #sink: DownloadSink;
  #received = 0;
  #sha256 = createHash('sha256');
  /** Set where the host stated an MD5 of the whole with its first bytes. */
  #md5: Hash | undefined;
  #total: number | undefined;
  #known: KnownTotal | undefined;
  /** The last body that ended without a stated size. */
  #unproved: { readonly size: number; readonly sha256: string } | undefined;
  /** Size of the first such body, bytes. */
  #firstUnproved = 0;
  #lengthUnknown = false;
  #blob: BlobFacts = {};
  #answeredAt = 0;

  constructor(sink: DownloadSink) {
    this.#sink = sink;
  }

  /** Bytes kept so far. */
  get received(): number {
    return this.#received;
  }

  /** Bytes that count as progress: those that are kept, and those of the first body without a stated size. */
  get brought(): number {
    return this.#received + this.#firstUnproved;
  }

  /** Headers of the next request: the rest of the same version of the blob. Empty at the start. */
  get headers(): Record<string, string> {
    const etag = strongTag(this.#blob.etag);
    if (this.#received === 0 || etag === undefined) return {};
    return { range: `bytes=${this.#received.toString()}-`, 'if-match': etag };
  }

  /** Forgets what earlier answers stated if no byte of them is kept. Called when the user tries again. */
  forgetStatements(): void {
    if (this.#received === 0) this.#known = undefined;
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
      // A body that is not read to its end would keep its socket open.
      answer.discard?.();
      throw error;
    }
  }

  async #read(answer: HttpAnswer, source: BlobSource): Promise<void> {
    const { host, limits, expectAzure, clock } = source;
    const answeredAt = clock.now();
    // The known size stays: it holds for its version, and another version has another ETag.
    if (answer.status === 412 || answer.status === 416) await this.#startAgain();
    await refuseFailures(answer, host);
    refuseStrangers(answer, host, expectAzure);
    const stated = await this.#place(answer, host);
    this.#answeredAt = answeredAt;
    const size = this.#total;
    if (size !== undefined && size > limits.maxBytes) {
      throw new LiveResponseError('tooLarge', { size, limit: limits.maxBytes });
    }
    await this.#take(answer, stated, source);
    await this.#checkEnd(answer.status, stated, host);
  }

  /** Finds the place of an answer's body. Throws away the kept bytes if the two do not fit. */
  async #place(answer: HttpAnswer, host: string): Promise<StatedBody> {
    const { headers, status } = answer;
    const refuse = async (values: FailureValues): Promise<never> => {
      await this.#startAgain();
      throw new LiveResponseError('incompleteDownload', { host, ...values });
    };
    const stated = readStatedBody(answer);
    if (stated === undefined) return refuse({ status, reason: 'contradiction' });
    const etag = headers['etag'];
    const isRest = stated.start > 0;
    if (stated.start !== this.#received) {
      if (isRest) return refuse({ status, reason: 'contradiction' });
      await this.#startAgain();
    }
    if (isRest && !this.#isContinuedBy(stated, etag)) return refuse({ status, reason: 'contradiction' });
    const known = this.#known !== undefined && isSameVersion(this.#known.etag, etag) ? this.#known.total : undefined;
    const md5 = stated.md5 ?? (isRest ? this.#blob.contentMd5 : undefined);
    // Two sizes are stated for one version. One is wrong, and only an MD5 can show which.
    if (known !== undefined && (stated.total ?? known) !== known && md5 === undefined) {
      return refuse({ status, reason: 'contradiction' });
    }
    this.#total = stated.total ?? known ?? (isRest ? this.#total : undefined);
    this.#blob = { ...blobFacts(headers), ...(md5 === undefined ? {} : { contentMd5: md5 }) };
    if (!isRest) {
      this.#md5 = md5 === undefined ? undefined : createHash('md5');
      if (known === undefined) this.#known = undefined;
      if (this.#total !== undefined) this.#known ??= { etag, total: this.#total };
    }
    return stated;
  }

  /** Whether an answer continues the kept bytes: the same version, by all that either answer stated. */
  #isContinuedBy({ end = 0, total, md5 }: StatedBody, etag: string | undefined): boolean {
    return (
      etag !== undefined &&
      etag === strongTag(this.#blob.etag) &&
      (total ?? this.#total) === (this.#total ?? total) &&
      end <= (this.#total ?? end) &&
      (md5 ?? this.#blob.contentMd5) === this.#blob.contentMd5
    );
  }

  async #take(answer: HttpAnswer, stated: StatedBody, { host, limits, clock, deadline }: BlobSource): Promise<void> {
    const total = this.#total;
    const end = stated.end ?? total;
    let since = clock.now();
    let before = this.#received;
    deadline?.set(STANDSTILL_MS);
    for await (const chunk of answer.body) {
      const size = this.#received + chunk.length;
      // The error names no size: no header stated one, and the download does not go on to find out.
      if (size > limits.maxBytes) throw new LiveResponseError('tooLarge', { limit: limits.maxBytes });
      if (end !== undefined && size > end) {
        await this.#startAgain();
        throw new LiveResponseError('incompleteDownload', { host, size, limit: end });
      }
      await this.#sink.append(chunk);
      this.#sha256.update(chunk);
      this.#md5?.update(chunk);
      this.#received = size;
      limits.onProgress?.(size, total);
      const span = clock.now() - since;
      if (span < SPEED_SPAN_MS) continue;
      if (size - before < (MIN_SPEED * span) / 1000) throw new LiveResponseError('timeout', { host });
      since = clock.now();
      before = size;
      deadline?.set(STANDSTILL_MS);
    }
  }

  /** Checks that the body makes the download complete. A body that ends early is kept and continued. */
  async #checkEnd(status: number, { end }: StatedBody, host: string): Promise<void> {
    const size = this.#received;
    const limit = this.#total ?? end;
    if (limit !== undefined && size < limit) throw new LiveResponseError('incompleteDownload', { host, size, limit });
    this.#lengthUnknown = false;
    // The MD5 of the whole proves more than its size would.
    if (this.#total !== undefined || (status !== 206 && this.#md5 !== undefined)) return;
    const sha256 = this.#sha256.copy().digest('hex');
    const { size: earlierSize, sha256: earlier } = this.#unproved ?? {};
    if (status !== 206 && earlierSize === size && earlier === sha256) {
      this.#lengthUnknown = true;
      return;
    }
    await this.#startAgain();
    // A part of a whole of unknown size proves nothing, however often it comes.
    if (status !== 206) {
      this.#unproved = { size, sha256 };
      if (this.#firstUnproved === 0) this.#firstUnproved = size;
    }
    throw new LiveResponseError('incompleteDownload', { host, size, reason: 'lengthUnknown' });
  }

  /** Returns the facts of the complete download, checked against the host's own MD5 where it stated one. */
  async finish(
    host: string,
  ): Promise<Pick<DownloadFacts, 'size' | 'sha256' | 'blob' | 'answeredAt' | 'lengthUnknown'>> {
    const size = this.#received;
    const md5 = this.#md5?.copy().digest('base64');
    if (md5 !== undefined && md5 !== this.#blob.contentMd5) {
      await this.#startAgain('disproved');
      throw new LiveResponseError('incompleteDownload', { host, size });
    }
    const sha256 = this.#sha256.copy().digest('hex');
    const facts = { size, sha256, blob: this.#blob, answeredAt: this.#answeredAt };
    return this.#lengthUnknown ? { ...facts, lengthUnknown: true } : facts;
  }

  /** @param statements - `disproved` where the host itself showed that its statements were wrong */
  async #startAgain(statements: 'kept' | 'disproved' = 'kept'): Promise<void> {
    await this.#sink.clear();
    this.#received = 0;
    this.#sha256 = createHash('sha256');
    this.#md5 = undefined;
    this.#total = undefined;
    if (statements === 'disproved') this.#known = undefined;
  }
}

/** Returns the tag if it promises the same bytes. A weak tag does not. */
function strongTag(etag: string | undefined): string | undefined {
  return etag === undefined || etag === '' || etag.startsWith('W/') ? undefined : etag;
}

/**
 * Whether two answers may concern the same version of a blob. Only two different tags show that they do not. A weak tag
 * names the same version as the strong tag with the same letters.
 */
function isSameVersion(one: string | undefined, other: string | undefined): boolean {
  const opaque = (tag: string): string => tag.replace(/^W\//u, '');
  return one === undefined || other === undefined || opaque(one) === opaque(other);
}

async function refuseFailures(answer: HttpAnswer, host: string): Promise<void> {
  const { status } = answer;
  if (status === 200 || status === 206) return;
  // 412 and 416: the blob is another version than the kept bytes. The next attempt starts from the beginning.
  if (status === 412 || status === 416) throw new LiveResponseError('incompleteDownload', { status, host });
  if (status === 404) throw new LiveResponseError('noResult', { status, host, reason: 'notStored' });
  if (status >= 500) throw new LiveResponseError('serverError', { status, host });
  if (status >= 300 && status < 400) throw new LiveResponseError('redirected', { status, host });
  const serverCode = answer.headers['x-ms-error-code'] ?? (await readErrorCode(answer));
  const values = { status, host, ...(serverCode === undefined ? {} : { serverCode }) };
  // A refused link may have expired, or have been used too late: the caller asks once for a new one. A new link would
  // not cure any other failure.
  if (status === 403) throw new LiveResponseError('linkRefused', values);
  throw new LiveResponseError('unexpectedAnswer', { ...values, path: serverCode ?? `HTTP ${status.toString()}` });
}

/** Returns only the code of Azure's XML: its message repeats parts of the request. */
async function readErrorCode(answer: HttpAnswer): Promise<string | undefined> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of answer.body) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > 4096) break;
    }
  } catch (error) {
    // The status suffices, even where the body breaks off or never ends.
    if (isCancelled(error)) throw error;
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

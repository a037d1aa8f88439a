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
  /** Time by the local clock when the download was complete, ms since 1970. */
  readonly receivedAt: number;
  /**
   * Time by the local clock when the headers in `blob` arrived, ms since 1970. The server's `Date` is compared with
   * this time.
   */
  readonly answeredAt: number;
  /** File name that the link promised. */
  readonly promisedName: string | undefined;
  readonly blob: BlobFacts;
  /**
   * Set if no header stated the size. The only evidence that the bytes are complete is that two downloads brought the
   * same bytes.
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
  /** Maximum size, bytes; `Infinity` if any size is allowed. A larger result is refused before it is stored. */
  readonly maxBytes: number;
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
  /**
   * Returns whether a result of this size may be received. Asked before the body is read, and again as the bytes arrive if
   * no header states the size.
   */
  readonly admits?: ((size: number) => boolean) | undefined;
}

/** Conditions under which an answer of the blob host is read. */
export interface BlobSource {
  readonly host: string;
  readonly limits: DownloadLimits;
  /** Whether an answer without Azure's own headers is refused, because an intermediary must have sent it. */
  readonly expectAzure: boolean;
  readonly clock: Clock;
  /** Deadline for a body that brings no more bytes. After the deadline, the client stops reading it. */
  readonly deadline?: Pick<Deadline, 'set'>;
}

/** Minimum average speed over one minute, bytes a second. A slower download fails with `timeout`. */
const MIN_SPEED = 1000;
const SPEED_SPAN_MS = 60_000;
/**
 * Longest time between two checks of the speed, ms. After this time, the client stops reading a body that brings no
 * more bytes. Longer than `SPEED_SPAN_MS`, because a check waits for the next chunk.
 */
const STANDSTILL_MS = 2 * SPEED_SPAN_MS;

/** Size of one version of the blob, as stated by the first answer that was accepted for that version. */
interface KnownTotal {
  readonly etag: string | undefined;
  readonly total: number;
}

/**
 * A download that can be continued after a broken connection. It then sends a Range request. It can do so through a new
 * link, because the link leads to the same blob. The bytes are hashed as they arrive, and go to a sink. They are kept
 * nowhere else.
 *
 * The bytes must agree with everything that the answers state: ranges, lengths, the first known size, ETag and MD5.
 * Bytes that do not agree are discarded, and are never joined with earlier bytes. If no answer states a size, the MD5
 * of the complete file must match. Without an MD5, two downloads must bring the same file.
 */
export class Download {
  readonly #sink: DownloadSink;
  #received = 0;
  #sha256 = createHash('sha256');
  /** Set if the host stated the MD5 of the complete file in the answer with the first bytes. */
  #md5: Hash | undefined;
  #total: number | undefined;
  #known: KnownTotal | undefined;
  /** Size and hash of the last body that ended without a stated size. */
  #unproved: { readonly size: number; readonly sha256: string } | undefined;
  /** Size of the first body without a stated size, bytes. */
  #firstUnproved = 0;
  #lengthUnknown = false;
  #blob: BlobFacts = {};
  #answeredAt = 0;

  constructor(sink: DownloadSink) {
    this.#sink = sink;
  }

  /** Number of bytes kept so far. */
  get received(): number {
    return this.#received;
  }

  /** Number of bytes that count as progress: the kept bytes, and the bytes of the first body without a stated size. */
  get brought(): number {
    return this.#received + this.#firstUnproved;
  }

  /**
   * Headers of the next request, which ask for the rest of the same version of the blob. Empty if no bytes are kept, or
   * if the version has no strong ETag.
   */
  get headers(): Record<string, string> {
    const etag = strongTag(this.#blob.etag);
    if (this.#received === 0 || etag === undefined) return {};
    return { range: `bytes=${this.#received.toString()}-`, 'if-match': etag };
  }

  /**
   * Forgets the size that earlier answers stated, if no byte of these answers is kept. Called when the user tries
   * again.
   */
  forgetStatements(): void {
    if (this.#received === 0) this.#known = undefined;
  }

  /**
   * Reads an answer of the blob host, and hashes the bytes as they arrive.
   *
   * @throws LiveResponseError `linkRefused`, `noResult`, `notFromStorage`, `tooLarge`, `incompleteDownload`,
   *   `serverError`, `timeout`, and the errors of the sink
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
    // The known size is kept. It is true for its version of the blob, and another version has another ETag.
    if (answer.status === 412 || answer.status === 416) await this.#startAgain();
    await refuseFailures(answer, host);
    refuseStrangers(answer, host, expectAzure);
    const stated = await this.#place(answer, host);
    this.#answeredAt = answeredAt;
    const size = this.#total;
    if (size !== undefined && size > limits.maxBytes) {
      throw new LiveResponseError('tooLarge', { size, limit: limits.maxBytes });
    }
    if (size !== undefined && limits.admits?.(size) === false) throw new LiveResponseError('tooLarge', { size });
    await this.#take(answer, stated, source);
    await this.#checkEnd(answer.status, stated, host);
  }

  /** Finds the position of an answer's body in the file. Discards the kept bytes if the body does not continue them. */
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
    // The answers stated two sizes for one version. One size is wrong, and only an MD5 can show which one.
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

  /**
   * Whether an answer continues the kept bytes: everything that the earlier answers and this answer state must agree.
   */
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
      // The error contains no size: no header stated one, and the download stops before its size is known.
      if (size > limits.maxBytes) throw new LiveResponseError('tooLarge', { limit: limits.maxBytes });
      if (total === undefined && limits.admits?.(size) === false) throw new LiveResponseError('tooLarge');
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

  /**
   * Checks that the download is complete after this body. If the body ended early, its bytes are kept, and the next
   * request continues them.
   */
  async #checkEnd(status: number, { end }: StatedBody, host: string): Promise<void> {
    const size = this.#received;
    const limit = this.#total ?? end;
    if (limit !== undefined && size < limit) throw new LiveResponseError('incompleteDownload', { host, size, limit });
    this.#lengthUnknown = false;
    // The MD5 of the complete file proves more than its size.
    if (this.#total !== undefined || (status !== 206 && this.#md5 !== undefined)) return;
    const sha256 = this.#sha256.copy().digest('hex');
    const { size: earlierSize, sha256: earlier } = this.#unproved ?? {};
    if (status !== 206 && earlierSize === size && earlier === sha256) {
      this.#lengthUnknown = true;
      return;
    }
    await this.#startAgain();
    // A 206 brings only a part of the file. If the size of the file is unknown, even two equal parts prove nothing.
    if (status !== 206) {
      this.#unproved = { size, sha256 };
      if (this.#firstUnproved === 0) this.#firstUnproved = size;
    }
    throw new LiveResponseError('incompleteDownload', { host, size, reason: 'lengthUnknown' });
  }

  /** Returns the facts of the complete download. Compares its MD5 with the host's own MD5, if the host stated one. */
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

  /**
   * Discards the kept bytes and their hashes.
   * @param statements - `disproved` if the host's own MD5 did not match: the size that the host stated may be wrong too
   */
  async #startAgain(statements: 'kept' | 'disproved' = 'kept'): Promise<void> {
    await this.#sink.clear();
    this.#received = 0;
    this.#sha256 = createHash('sha256');
    this.#md5 = undefined;
    this.#total = undefined;
    if (statements === 'disproved') this.#known = undefined;
  }
}

/**
 * Returns a strong ETag, which guarantees identical bytes. Returns undefined for a weak ETag, which guarantees nothing
 * of the kind.
 */
function strongTag(etag: string | undefined): string | undefined {
  return etag === undefined || etag === '' || etag.startsWith('W/') ? undefined : etag;
}

/**
 * Whether two answers may belong to the same version of a blob. They do not if both have an ETag and the ETags differ.
 * A weak ETag names the same version as the strong ETag with the same letters.
 */
function isSameVersion(one: string | undefined, other: string | undefined): boolean {
  const opaque = (tag: string): string => tag.replace(/^W\//u, '');
  return one === undefined || other === undefined || opaque(one) === opaque(other);
}

async function refuseFailures(answer: HttpAnswer, host: string): Promise<void> {
  const { status } = answer;
  if (status === 200 || status === 206) return;
  // 412 and 416: the kept bytes belong to another version of the blob. The next attempt starts from the beginning.
  if (status === 412 || status === 416) throw new LiveResponseError('incompleteDownload', { status, host });
  if (status === 404) throw new LiveResponseError('noResult', { status, host, reason: 'notStored' });
  if (status >= 500) throw new LiveResponseError('serverError', { status, host });
  if (status >= 300 && status < 400) throw new LiveResponseError('redirected', { status, host });
  const serverCode = answer.headers['x-ms-error-code'] ?? (await readErrorCode(answer));
  const values = { status, host, ...(serverCode === undefined ? {} : { serverCode }) };
  // A refused link may have expired, so the caller requests one new link. After any other failure, a new link would not
  // help.
  if (status === 403) throw new LiveResponseError('linkRefused', values);
  throw new LiveResponseError('unexpectedAnswer', { ...values, path: serverCode ?? `HTTP ${status.toString()}` });
}

/** Returns only the error code of Azure's XML, because the message in the XML repeats parts of the request. */
async function readErrorCode(answer: HttpAnswer): Promise<string | undefined> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of answer.body) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > 4096) break;
    }
  } catch (error) {
    // The status suffices, even if the body breaks off or never ends.
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

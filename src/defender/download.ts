import { createHash } from 'node:crypto';
import { LiveResponseError } from './errors.ts';
import type { HttpAnswer } from './transport.ts';

/** The bytes of a result as the service stored them, and what the blob host said of them. */
export interface DownloadedResult {
  readonly bytes: Uint8Array;
  /** Of these bytes, computed while they arrived: lower-case hex. */
  readonly sha256: string;
  /** Local clock, ms since 1970. */
  readonly receivedAt: number;
  /** The file name the link promised. */
  readonly promisedName: string | undefined;
  readonly blob: BlobFacts;
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
  /** Larger results are refused before they are kept, bytes. */
  readonly maxBytes: number;
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
}

/**
 * Reads a blob's answer whole, hashing on the way.
 *
 * @param expectAzure - whether an answer without Azure's own headers must come from something in between
 * @throws LiveResponseError `linkRefused`, `noResult`, `notFromStorage`, `tooLarge`, `incompleteDownload`, `serverError`
 */
export async function readBlob(
  answer: HttpAnswer,
  host: string,
  limits: DownloadLimits,
  expectAzure: boolean,
): Promise<{ bytes: Uint8Array; sha256: string; blob: BlobFacts }> {
  await refuseFailures(answer, host);
  refuseStrangers(answer, host, expectAzure);
  const promised = Number(answer.headers['content-length'] ?? Number.NaN);
  const total = Number.isSafeInteger(promised) ? promised : undefined;
  const refuseSize = (size: number): void => {
    if (size > limits.maxBytes) throw new LiveResponseError('tooLarge', { size, limit: limits.maxBytes });
  };
  refuseSize(total ?? 0);

  const sha256 = createHash('sha256');
  const chunks: Uint8Array[] = [];
  let received = 0;
  for await (const chunk of answer.body) {
    received += chunk.length;
    refuseSize(received);
    sha256.update(chunk);
    chunks.push(chunk);
    limits.onProgress?.(received, total);
  }
  if (total !== undefined && received !== total) {
    throw new LiveResponseError('incompleteDownload', { host, size: received, limit: total });
  }
  const bytes = Buffer.concat(chunks);
  const contentMd5 = answer.headers['content-md5'];
  if (contentMd5 !== undefined && createHash('md5').update(bytes).digest('base64') !== contentMd5) {
    throw new LiveResponseError('incompleteDownload', { host, size: received });
  }
  return { bytes, sha256: sha256.digest('hex'), blob: blobFacts(answer.headers) };
}

async function refuseFailures(answer: HttpAnswer, host: string): Promise<void> {
  const { status } = answer;
  if (status === 200) return;
  if (status === 404) throw new LiveResponseError('noResult', { status, host });
  if (status >= 500) throw new LiveResponseError('serverError', { status, host });
  if (status >= 300 && status < 400) throw new LiveResponseError('redirected', { status, host });
  const serverCode = answer.headers['x-ms-error-code'] ?? (await readErrorCode(answer));
  // A refused link may be expired, or used too late: the caller asks once for a new one.
  throw new LiveResponseError('linkRefused', { status, host, ...(serverCode === undefined ? {} : { serverCode }) });
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

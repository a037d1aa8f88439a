import { randomBytes } from 'node:crypto';
import { LiveResponseError } from '../../base/errors.ts';
import type { SendStampQuery } from '../../defender/transport.ts';
import { readRecord } from '../record/recordFiles.ts';
import { headToAnchor, writeHeads } from './anchors.ts';
import { readStamp, stampQuery } from './stampMessages.ts';

/** Longest time for a stamp, ms: the whole answer, also if its bytes come one by one. */
const STAMP_MS = 30_000;
/** Largest answer, bytes. One with a chain of certificates takes about 8 kB. */
const MAX_ANSWER = 64 * 1024;
/** Words of an authority that are shown, in UTF-16 units. */
const MAX_WORDS = 200;

/** Place to ask for a time stamp. */
export interface StampPlace {
  /** Address of the authority: see `isAuthority`. */
  readonly url: string;
  readonly send: SendStampQuery;
  readonly timeoutMs?: number;
}

/** A stamped head: path of its file, and the time in ms since 1970. Nobody has checked who signed it. */
export interface StampedHeads {
  readonly file: string;
  readonly head: string;
  readonly time: number;
}

/**
 * Has the head of a record stamped, and then writes both: without a stamp, nothing is written.
 *
 * @throws LiveResponseError the failures of the network; `fileFailed`, also with the reasons `stampRefused`, `stampOther`,
 *   `noStamp` and `nothingRecorded`
 */
export async function stampHeads(folder: string, place: StampPlace, signal: AbortSignal): Promise<StampedHeads> {
  const files = await readRecord(folder);
  const { bytes, time } = await requestStamp(headToAnchor(files), place, signal);
  return { ...(await writeHeads(folder, files, Date.now(), bytes)), time };
}

async function requestStamp(
  head: string,
  { url, send, timeoutMs = STAMP_MS }: StampPlace,
  signal: AbortSignal,
): Promise<{ readonly bytes: Buffer; readonly time: number }> {
  // A number that begins with 4 is positive, and 16 bytes long.
  const nonce = `4${randomBytes(16).toString('hex').slice(1)}`;
  const answer = await send({
    url,
    query: stampQuery(head, nonce),
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  const { status, body } = answer;
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (status === 200)
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_ANSWER) break;
    }
  answer.discard?.();
  const bytes = Buffer.concat(chunks);
  const read = size > MAX_ANSWER ? undefined : readStamp(bytes, head, nonce);
  if (read?.kind === 'granted') return { bytes, time: read.time };
  throw new LiveResponseError('fileFailed', {
    reason: read?.kind ?? 'noStamp',
    host: new URL(url).host,
    status,
    ...(read?.kind === 'stampRefused' ? { serverMessage: read.words.slice(0, MAX_WORDS) } : {}),
  });
}

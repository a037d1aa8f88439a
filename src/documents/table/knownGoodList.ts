import { LiveResponseError } from '../../base/errors.ts';
import { looksLikeText, readBytes } from '../../evidence/decode/encoding.ts';

/** Largest list, in bytes. A longer list is kept in a database and not in a file of the workspace. */
const MOST_BYTES = 1_000_000;

/**
 * Reads the bytes of a list of values. PowerShell 5 writes lists in UTF-16, and read as UTF-8 such a list would hide
 * nothing, unsaid.
 *
 * @throws LiveResponseError `fileFailed` for a list that would be applied in part or not at all
 */
export function readKnownGoodList(bytes: Uint8Array): string {
  if (bytes.length > MOST_BYTES)
    throw new LiveResponseError('fileFailed', { reason: 'listTooLong', limit: MOST_BYTES });
  const read = readBytes(bytes);
  if (read === undefined || read.invalidBytes > 0 || !looksLikeText(read.text))
    throw new LiveResponseError('fileFailed', { reason: 'listNotText' });
  if (read.text.trim() === '') throw new LiveResponseError('fileFailed', { reason: 'listEmpty' });
  return read.text;
}

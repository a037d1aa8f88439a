import { decodeResult } from '../evidence/decode/decode.ts';
import type { DecodedResult } from '../evidence/decode/decode.ts';
import { readBytes } from '../evidence/decode/encoding.ts';
import { systemCodeOf } from '../base/errors.ts';
import { hashBytes } from '../base/hashText.ts';
import { resultKey } from '../base/resultUri.ts';
import type { ResultTable } from '../storage/resultRow.ts';
import type { StoredFacts } from '../model/storedResult.ts';
import { parseFacts } from './storedShapes.ts';

/**
 * Thrown if bytes differ from the bytes that were stored. It is recognized by its name, because its class is lost at
 * the border of the thread.
 */
export class ResultDamaged extends Error {
  override readonly name = 'ResultDamaged';
}

/**
 * Returns the bytes of a stored result, checked against the hash in its facts. Returns undefined if the result is not
 * stored, or is stored in pieces: see largeTexts.ts.
 *
 * @throws ResultDamaged if the bytes differ from the stored bytes, or cannot be unpacked; the row is then set aside
 */
export function readStored(table: ResultTable, key: string): Uint8Array | undefined {
  return readHashed(table, key)?.bytes;
}

/** Returns the bytes of a stored result as {@link readStored} does, with their hash. */
export function readHashed(
  table: ResultTable,
  key: string,
): { readonly bytes: Uint8Array; readonly sha256: string } | undefined {
  const facts = factsOf(table, key);
  if (facts === undefined || facts.large !== undefined) return undefined;
  const bytes = unpackStored(table, key);
  if (bytes !== undefined) checkStored(table, key, bytes, facts.sha256);
  return bytes && { bytes, sha256: facts.sha256 };
}

/**
 * Checks the hash of bytes.
 *
 * @throws ResultDamaged if the bytes differ from the stored bytes; the row is then set aside
 */
export function checkStored(table: ResultTable, key: string, bytes: Uint8Array, sha256: string): void {
  const found = hashBytes(bytes);
  if (found !== sha256) setAside(table, key, found);
}

/**
 * Returns the bytes of a stored result, but does not compare their hash as {@link checkStored} does. So damage is found
 * only if the bytes cannot be unpacked.
 */
export function unpackStored(table: ResultTable, key: string): Uint8Array | undefined {
  const bytes = unpack(table, key);
  return bytes === undefined || bytes instanceof Uint8Array ? bytes : setAside(table, key, bytes.reason);
}

function setAside(table: Pick<ResultTable, 'setAside'>, key: string, reason: string): never {
  table.setAside(key, Date.now());
  throw new ResultDamaged(reason);
}

function unpack(table: ResultTable, key: string): Uint8Array | { readonly reason: string } | undefined {
  try {
    return table.bytes(key);
  } catch (error) {
    // Errors of zlib have these codes. All other errors come from the database.
    const code = systemCodeOf(error);
    if (code !== 'ERR_BUFFER_TOO_LARGE' && !code.startsWith('Z_')) throw error;
    return { reason: String(error) };
  }
}

/**
 * Returns the facts of a stored result, or undefined if it is not stored.
 *
 * @throws ResultDamaged if the facts are not valid, or belong to another result; the row is then set aside
 */
export function factsOf(table: Pick<ResultTable, 'facts' | 'setAside'>, key: string): StoredFacts | undefined {
  const json = table.facts(key);
  if (json === undefined) return undefined;
  const facts = parseFacts(json);
  return facts !== undefined && resultKey(facts.ref) === key ? facts : setAside(table, key, 'facts');
}

/**
 * Returns a file that is not a result as text, or undefined if it is not text. If the file is a result, its output is
 * shown instead.
 */
export function readableRaw(result: DecodedResult, bytes: Uint8Array): string | undefined {
  const { rejection } = result;
  if (rejection === undefined || ['binary', 'empty', 'tooLarge'].includes(rejection.reason)) return undefined;
  return readBytes(bytes)?.text;
}

/** Returns every text of a result, each with its stream. */
export function textsOf(bytes: Uint8Array): readonly (readonly ['output' | 'errors' | 'raw', string])[] {
  const result = decodeResult(bytes);
  if (result.transcript !== undefined) {
    return [
      ['output', result.transcript.output],
      ['errors', result.transcript.errors],
    ];
  }
  const raw = readableRaw(result, bytes);
  return raw === undefined ? [] : [['raw', raw]];
}

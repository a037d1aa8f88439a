import { createHash } from 'node:crypto';
import type { ResultStore } from './resultStore.ts';
import { LiveResponseError, throwIfCancelled } from '../base/errors.ts';
import type { ReceivedFacts, StoredFacts } from '../model/storedResult.ts';

export interface LargeFile {
  /** The bytes of the file, in pieces. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Returns the facts of the result. Called after all bytes were read. */
  readonly describe: (read: { readonly sha256: string; readonly size: number }) => ReceivedFacts;
  readonly onProgress?: (received: number) => void;
}

/**
 * Stores a result file that is too large for memory, as if it had been fetched.
 *
 * @throws LiveResponseError `largeNotKept`, `cancelled`, and all errors that reading the file throws
 */
export async function storeLargeFile(
  store: ResultStore,
  { chunks, describe, onProgress }: LargeFile,
  signal: AbortSignal,
): Promise<StoredFacts> {
  if (!store.keeps) throw new LiveResponseError('largeNotKept', { reason: 'notAllowed' });
  const sink = store.largeSink();
  const hash = createHash('sha256');
  let size = 0;
  try {
    await sink.open();
    for await (const chunk of chunks) {
      throwIfCancelled(signal);
      hash.update(chunk);
      size += chunk.length;
      await sink.append(chunk);
      onProgress?.(size);
    }
    const facts = describe({ sha256: hash.digest('hex'), size });
    const stored = await store.facts(facts.ref);
    // A stored result must not be replaced by a result with fewer facts.
    if (stored === undefined || facts.opened?.said !== undefined) return await sink.keep(facts, undefined);
    await sink.discard();
    return stored;
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

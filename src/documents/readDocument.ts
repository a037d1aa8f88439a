import type { ResultAddress } from '../base/resultUri.ts';
import type { ResultStore } from '../results/resultStore.ts';
import { fitsWhole } from './parts.ts';

/**
 * Reads the bytes of a document that the editor shows. Undefined if the result is not stored, or has no text of this
 * kind.
 */
export async function readDocument(
  store: Pick<ResultStore, 'facts' | 'document' | 'part'>,
  address: ResultAddress,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const facts = await store.facts(address);
  const text = address.stream === 'raw' ? facts?.raw : facts?.transcript?.[address.stream];
  if (text === undefined) return undefined;
  const isWhole = address.view === undefined && address.part === undefined && fitsWhole(text);
  return isWhole ? store.document(address, address.stream) : store.part(address);
}

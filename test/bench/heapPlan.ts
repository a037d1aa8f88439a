import type { ResultShape } from './openTenant.ts';

/** Number of results that are open at the same time, and that come through one connection. */
export const BATCH = 25;
/** Batches before the first measurement: what is loaded and made at first use is not memory that a result leaves. */
export const WARM_UP_BATCHES = 2;
/** 500 results. */
export const BATCHES = 20;

/**
 * The measured results. Keeping their texts alone would nearly double the heap; the errors bring a second document for
 * each result.
 */
export const HEAP_RESULTS: ResultShape = {
  count: (WARM_UP_BATCHES + BATCHES) * BATCH,
  outputLength: 100_000,
  errors: 'Get-Item : Access is denied\\n',
};

/** Memory of the extension host after garbage collection, in bytes. */
export interface MemoryFigures {
  readonly heapUsed: number;
  /** The heap, and the buffers outside it that objects in the heap hold. */
  readonly kept: number;
  /** Resident memory of the whole process, including the store's thread. */
  readonly rss: number;
}

/** The extension host's report: its memory after the warm-up, and after each batch from then on. */
export interface HeapFigures {
  readonly measured: readonly MemoryFigures[];
}

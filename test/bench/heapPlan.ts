import type { ResultShape } from './openTenant.ts';

/** Results that are open at the same time, and the connection that they come through. */
export const BATCH = 25;
/** Opened and closed before the first measurement: what is loaded and made at first use is not what a result leaves. */
export const WARM_UP_BATCHES = 2;
/** 500 results. */
export const BATCHES = 20;

/** Keeping the texts alone would nearly double the heap; the errors bring a second document for each result. */
export const HEAP_RESULTS: ResultShape = {
  count: (WARM_UP_BATCHES + BATCHES) * BATCH,
  outputLength: 100_000,
  errors: 'Get-Item : Access is denied\\n',
};

/** Memory of the extension host after garbage was collected, bytes. */
export interface MemoryFigures {
  readonly heapUsed: number;
  /** The heap, and the buffers outside it that objects in it hold. */
  readonly kept: number;
  /** Of the whole process, with the store's thread. */
  readonly rss: number;
}

/** What the extension host tells: its memory after the warm-up, and after each batch from then on. */
export interface HeapFigures {
  readonly measured: readonly MemoryFigures[];
}

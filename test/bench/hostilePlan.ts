import { hostileTexts } from '../security/support/hostileTexts.ts';

/** A result that the bench opens, outlines, copies, defangs and searches for indicators. */
export interface HostileResult {
  readonly name: string;
  readonly make: () => string;
}

/** UTF-16 units: as many as one document shows. */
const LARGE_UNITS = 16_000_000;
const SMALL_UNITS = 1_000_000;

/**
 * Largest file, in bytes: for a larger one the extension asks, and opens it in parts. NULs take six bytes each in JSON.
 */
const MOST_BYTES = 60_000_000;

/** Texts that once blocked the window for longest, and those that take most memory. */
const LARGE: ReadonlySet<string> = new Set([
  'NULs and a letter',
  'pipes',
  'nested brackets',
  'an array of empty arrays',
  'an address and stops',
  'keys and closing brackets',
  'a transcript of prompts',
  'letters of other pages',
  'noise',
]);

/** The whole corpus, with those above at 16 MB. */
export const HOSTILE_RESULTS: readonly HostileResult[] = hostileTexts.map(({ name, make }) => ({
  name,
  make: () => fitting(make(LARGE.has(name) ? LARGE_UNITS : SMALL_UNITS)),
}));

function fitting(text: string): string {
  const bytes = Buffer.byteLength(JSON.stringify(text));
  return bytes <= MOST_BYTES ? text : text.slice(0, Math.floor((text.length * MOST_BYTES) / bytes));
}

/** Paths of a result and of its text. */
export interface HostileFile {
  readonly name: string;
  readonly units: number;
  readonly result: string;
  readonly text: string;
}

/** Step of the work on a text, and the longest time for which it blocked the extension host, in ms. */
export interface LongestBlock {
  readonly name: string;
  readonly step: string;
  readonly ms: number;
}

/** Most memory that the process had at a time, in bytes, and the step that took it there. */
export interface MemoryPeak {
  readonly bytes: number;
  readonly name: string;
  readonly step: string;
}

/** The extension host's report on all texts. */
export interface HostileReport {
  readonly blocks: readonly LongestBlock[];
  readonly peak: MemoryPeak;
  /** Peak of opening alone, without the steps after it. */
  readonly peakOfOpening: number;
  readonly before: number;
}

import { hostileTexts } from '../security/support/hostileTexts.ts';

/** A result that is opened, outlined, copied, defanged and looked through for indicators. */
export interface HostileResult {
  readonly name: string;
  readonly make: () => string;
}

/** UTF-16 units: as many as are shown in one document. */
const LARGE_UNITS = 16_000_000;
const SMALL_UNITS = 1_000_000;

/** More in one file is asked about, and opens in parts. NULs take six bytes each in JSON. */
const MOST_BYTES = 60_000_000;

/** Texts that once held the window up for longest, and what takes most memory. */
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

/** A result and its text, as files. */
export interface HostileFile {
  readonly name: string;
  readonly units: number;
  readonly result: string;
  readonly text: string;
}

/** What the extension host tells of one text: the longest times in which it answered nobody, ms. */
export interface HostileFigures {
  readonly name: string;
  readonly units: number;
  readonly ours: number;
  readonly floor: number;
  /** The step of ours that took it. */
  readonly step: string;
}

export interface HostileReport {
  readonly figures: readonly HostileFigures[];
  /** Most that the process had in memory, bytes. */
  readonly peak: number;
  readonly before: number;
}

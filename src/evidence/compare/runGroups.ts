import { numberAt } from '../../base/atIndex.ts';
import { createHash } from 'node:crypto';
import { eachLine } from '../text/lines.ts';
import { normalise } from './normalise.ts';
import type { NormaliseRules } from '../../base/normaliseRules.ts';

/** One result of a run, with the data that is compared with the other results. */
export interface ComparedResult {
  /** Index of the run's member. */
  readonly member: number;
  readonly names: readonly string[];
  readonly output: string;
  readonly errors: string;
  readonly exitCode: number | undefined;
}

/** Results that are equal after the rules replaced the values that always differ between devices. */
export interface ResultGroup {
  /** Indexes of members, in the order in which they were added. */
  readonly members: readonly number[];
}

/** A line that the results of only a few hosts contain. */
export interface RareLine {
  /** The line after the rules were applied, shortened if it is long. Remote text. */
  readonly text: string;
  readonly stream: 'output' | 'errors';
  /** Place of the line in the result of each member that contains it. Lines are counted from 1. */
  readonly places: readonly { readonly member: number; readonly line: number }[];
}

export interface RunComparison {
  /** Groups of results, the smallest group first. */
  readonly groups: readonly ResultGroup[];
  /** The rarest lines first. Equally rare lines are in the order of the text. */
  readonly rareLines: readonly RareLine[];
  /** Number of rare lines that are not in `rareLines`, because there are too many. */
  readonly moreRareLines: number;
  /** Members whose results have lines that were not compared, because the run has too many different lines. */
  readonly uncounted: readonly number[];
}

/** Limit for different lines in a run. Without it, devices that print very much could fill the memory. */
const MOST_LINES = 200_000;
/** Limit for the stored start of a line, in UTF-16 units. Lines that differ only after it still count as different. */
const LONGEST_LINE = 400;
/** Limit for listed rare lines. No user reads more lines. */
const MOST_LISTED = 500;

interface Group {
  readonly members: number[];
}

interface Line {
  readonly text: string;
  readonly stream: 'output' | 'errors';
  /** Groups whose results contain the line, each with the line's number in these results. */
  readonly places: { readonly group: Group; readonly line: number }[];
}

/**
 * Compares the results of a run. The caller adds one result after the other. All results of a group have the same
 * lines, so only the first result of each group is divided into lines. If all results of a run are equal, almost all of
 * the time is spent on their hashes.
 */
export class RunGroups {
  readonly #rules: NormaliseRules;
  readonly #mostLines: number;
  readonly #groups = new Map<string, Group>();
  readonly #lines = new Map<string, Line>();
  readonly #uncounted = new Set<Group>();
  readonly #added = new Set<number>();

  constructor(rules: NormaliseRules, mostLines = MOST_LINES) {
    this.#rules = rules;
    this.#mostLines = mostLines;
  }

  /** Adds a result. A result that was added before is ignored. */
  add({ member, names, exitCode, ...result }: ComparedResult): void {
    if (this.#added.has(member)) return;
    this.#added.add(member);
    const output = normalise(result.output, this.#rules, names);
    const errors = normalise(result.errors, this.#rules, names);
    const key = createHash('sha256')
      .update(`${exitCode ?? '?'} ${output.length} `)
      .update(output)
      .update(errors)
      .digest('base64');
    const known = this.#groups.get(key);
    if (known !== undefined) {
      known.members.push(member);
      return;
    }
    const group: Group = { members: [member] };
    this.#groups.set(key, group);
    this.#addLines(group, 'output', output);
    this.#addLines(group, 'errors', errors);
  }

  /** Compares the added results. A line counts as rare if at most `most` hosts have it. */
  compare(most: number): RunComparison {
    const groups = [...this.#groups.values()].sort(
      (one, other) =>
        one.members.length - other.members.length || numberAt(one.members, 0) - numberAt(other.members, 0),
    );
    const rare: RareLine[] = [];
    for (const { text, stream, places } of this.#lines.values()) {
      if (places.reduce((sum, { group }) => sum + group.members.length, 0) > most) continue;
      const all = places.flatMap(({ group, line }) => group.members.map((member) => ({ member, line })));
      rare.push({ text, stream, places: all });
    }
    rare.sort((one, other) => one.places.length - other.places.length);
    return {
      groups: groups.map(({ members }) => ({ members: [...members] })),
      rareLines: rare.slice(0, MOST_LISTED),
      moreRareLines: Math.max(0, rare.length - MOST_LISTED),
      uncounted: [...this.#uncounted].flatMap(({ members }) => members).sort((one, other) => one - other),
    };
  }

  #addLines(group: Group, stream: Line['stream'], text: string): void {
    let number = 0;
    for (const content of eachLine(text)) {
      number++;
      if (content.trim() === '') continue;
      const key = `${stream}${content.length > LONGEST_LINE ? createHash('sha256').update(content).digest('base64') : content}`;
      const line = this.#lines.get(key);
      if (line !== undefined) {
        // If a text contains the line twice, only its first place is stored.
        if (line.places.at(-1)?.group !== group) line.places.push({ group, line: number });
      } else if (this.#lines.size >= this.#mostLines) {
        this.#uncounted.add(group);
        return;
      } else {
        const kept = content.length > LONGEST_LINE ? `${content.slice(0, LONGEST_LINE)}…` : content;
        this.#lines.set(ownCopy(key), { text: ownCopy(kept), stream, places: [{ group, line: number }] });
      }
    }
  }
}

/** Copies a text. V8 keeps the complete original text in memory as long as a slice of it exists. */
function ownCopy(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

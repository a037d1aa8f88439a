import type { ResultRef } from '../../base/resultUri.ts';
import type { Mark, MarkedLines, MarkLine } from './markLine.ts';

/** A remark as its last line says it. */
export interface Remark {
  /** Writer and id. Nobody else can change it. */
  readonly key: string;
  readonly id: string;
  readonly who: string;
  /** Time of its first line. */
  readonly at: string;
  readonly on: MarkedLines;
  readonly text: string;
}

/** Marks of one result. */
export interface ResultMarks {
  readonly isReviewed: boolean;
  /** Tags in order. */
  readonly tags: readonly string[];
  /** Remarks by line, then by time. */
  readonly remarks: readonly Remark[];
}

/** Marks of all files of a case. */
export interface MergedMarks {
  /** Marks by {@link markKey}; results without a mark are left out. */
  readonly results: ReadonlyMap<string, ResultMarks>;
  /** Time of the last word on each subject: see {@link subjectOf}. */
  readonly lastWords: ReadonlyMap<string, string>;
}

/**
 * Returns the key of a marked result. A machine action's id is the same in every connection. A pack can hold anything
 * under it, so that its results are marked apart.
 */
export function markKey(ref: ResultRef): string {
  return `${packOf(ref)}${ref.actionId}#${ref.commandIndex}`;
}

/** Returns the beginning of a key that names a pack. */
function packOf({ cloud, tenantId }: ResultRef): string {
  return cloud === 'pack' ? `pack ${tenantId} ` : '';
}

/** Returns the subject on which the last word counts. */
export function subjectOf(mark: Mark, who: string): string {
  const key = markKey(mark.on);
  if (mark.what === 'reviewed') return `${key} reviewed`;
  // A pack can hold remarks under anybody's pseudonym and id.
  return mark.what === 'tag' ? `${key} tag ${mark.tag}` : `${packOf(mark.on)}${who} ${mark.id}`;
}

/**
 * Merges the lines of all writers: of each subject the last word counts, by time, and of the same time by writer. The
 * order of the files has no influence. A remark belongs to its writer: lines of others do not change it.
 */
export function mergeMarks(lines: readonly MarkLine[]): MergedMarks {
  // Sorting keeps the order of lines of one writer and one time.
  const sorted = [...lines].sort((one, other) => compare(one.at, other.at) || compare(one.who, other.who));
  const last = new Map<string, MarkLine>();
  const first = new Map<string, MarkLine>();
  for (const line of sorted) {
    const subject = subjectOf(line, line.who);
    if (!first.has(subject)) first.set(subject, line);
    last.set(subject, line);
  }
  const results = new Map<string, { isReviewed: boolean; tags: string[]; remarks: Remark[] }>();
  for (const [subject, line] of last) {
    if (line.what === 'remark' ? line.text === null : !line.set) continue;
    const begun = first.get(subject) ?? line;
    const key = markKey(begun.on);
    const marks = results.get(key) ?? { isReviewed: false, tags: [], remarks: [] };
    results.set(key, marks);
    if (line.what === 'reviewed') marks.isReviewed = true;
    else if (line.what === 'tag') marks.tags.push(line.tag);
    else if (begun.what === 'remark' && line.text !== null) {
      // An edit changes the text and nothing else.
      marks.remarks.push({ key: subject, id: line.id, who: line.who, at: begun.at, on: begun.on, text: line.text });
    }
  }
  for (const { tags, remarks } of results.values()) {
    tags.sort(compare);
    remarks.sort((one, other) => one.on.lines[0] - other.on.lines[0] || compare(one.at, other.at));
  }
  return { results, lastWords: new Map([...last].map(([subject, { at }]) => [subject, at])) };
}

/** Compares by code units, as every machine does in the same way. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

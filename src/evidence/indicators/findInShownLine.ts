import { numberAt } from '../../base/atIndex.ts';
import type { Offsets } from '../../base/places.ts';
import { findInLine } from './lineIndicators.ts';
import type { LineContext } from './lineIndicators.ts';
import type { Columns } from './columns.ts';
import type { FoundIndicator } from './kinds.ts';
import { mayBeHarmless, mayHoldMarks, withoutHarmlessForms, withoutMarks } from './shownLine.ts';
import type { HiddenText } from './shownLine.ts';

/**
 * Whether a text contains terminal marks, or defanged addresses. Both need extra work, and few texts contain either.
 */
export interface Marks {
  readonly terminal: boolean;
  readonly harmless: boolean;
}

/**
 * Returns the kinds of marks that a text may contain. Checking the complete text once is faster than checking each
 * line.
 */
export function marksOf(text: string): Marks {
  return { terminal: mayHoldMarks(text), harmless: mayBeHarmless(text) };
}

/** The context of a line: its table columns, the text before it, and the marks of its text. */
interface ShownContext {
  readonly columns: Columns;
  readonly lead: string;
  readonly marks: Marks;
}

const never = (): boolean => false;

/** Finds the indicators of a line as a terminal shows it. Their places are those in the original line. */
export function findInShownLine(line: string, { columns, lead, marks }: ShownContext): readonly FoundIndicator[] {
  const context = { columns, lead, isHarmless: never };
  const bare = marks.terminal ? withoutMarks(line) : undefined;
  if (bare === undefined) return marks.harmless ? findHarmless(line, context) : findInLine(line, context);
  const shown = marks.harmless ? findHarmless(bare.text, context) : findInLine(bare.text, context);
  const found = shown.map((one) => ({
    ...one,
    start: numberAt(bare.starts, one.start),
    end: numberAt(bare.ends, one.end - 1),
  }));
  return bare.hidden.length === 0 ? found : withHidden(found, bare.hidden, context);
}

/** Finds the indicators of a line, including those that the output itself defanged. */
function findHarmless(line: string, context: LineContext): readonly FoundIndicator[] {
  const plain = withoutHarmlessForms(line);
  if (plain === undefined) return findInLine(line, context);
  const toPlace = ({ start, end }: Offsets): Offsets => ({
    start: numberAt(plain.starts, start),
    end: numberAt(plain.ends, end - 1),
  });
  const isHarmless = (place: Offsets): boolean => {
    const { start, end } = toPlace(place);
    return end - start > place.end - place.start;
  };
  return findInLine(plain.text, { ...context, isHarmless }).map((one) => {
    const { start, end } = toPlace(one);
    const value = line.slice(start, end);
    return { ...one, start, end, value, isDefanged: value !== one.value };
  });
}

/**
 * Adds the indicators inside a terminal mark that the line does not show. For example, a link can lead to another
 * address than its text says.
 */
function withHidden(
  shown: readonly FoundIndicator[],
  hidden: readonly HiddenText[],
  context: LineContext,
): readonly FoundIndicator[] {
  const visible = new Set(shown.map(({ kind, value }) => `${kind} ${value}`));
  const more = hidden.flatMap(({ text, start }) =>
    findInLine(text, context)
      .filter(({ kind, value }) => !visible.has(`${kind} ${value}`))
      .map((one) => ({ ...one, start: one.start + start, end: one.end + start })),
  );
  if (more.length === 0) return [...shown];
  // Of two with one start, the outer one was found first.
  const all = [...shown, ...more].sort((one, other) => one.start - other.start);
  let end = 0;
  return all.map((one) => {
    // If a terminal mark is in the middle of a name, an indicator in that mark counts as part of the name.
    const isInside = one.isInside || one.start < end;
    end = Math.max(end, one.end);
    return { ...one, isInside };
  });
}

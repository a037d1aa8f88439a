import type { Range } from '../text/lines.ts';
import type { PartLimits } from '../text/textParts.ts';
import type { PartStart } from '../../base/resultUri.ts';
import type { LineSpan } from '../text/lineSpan.ts';

/** The facts about a section that are needed to place it beside others. */
export interface Grouped {
  readonly first: PartStart;
  readonly lastLine: number;
  readonly units: number;
  /** Text between this section and the next one; empty if the line continues. */
  readonly lineEnd: string;
}

/**
 * Groups sections into parts as large as a part may be. Parts end at line ends where possible.
 *
 * @param sections - of one text, in their order
 */
export function groupSections<Section extends Grouped>(
  sections: readonly Section[],
  limits: PartLimits,
): readonly (readonly Section[])[] {
  const groups: Section[][] = [];
  let group: Section[] = [];
  let units = 0;
  for (const section of sections) {
    const [begin] = group;
    const isFull =
      begin !== undefined &&
      (units + section.units > limits.units || section.lastLine - begin.first.line + 1 > limits.lines);
    if (isFull) {
      const end = group.findLastIndex(({ lineEnd }) => lineEnd !== '') + 1;
      // One line alone fills the part, so the part ends inside the line.
      const kept = end === 0 ? group.length : end;
      groups.push(group.slice(0, kept));
      group = group.slice(kept);
      units = sizeOf(group);
    }
    group.push(section);
    units += section.units + section.lineEnd.length;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

function sizeOf(sections: readonly Grouped[]): number {
  return sections.reduce((sum, { units, lineEnd }) => sum + units + lineEnd.length, 0);
}

/** Returns the lines that ranges touch, with one more at either end: where a range ends depends on its neighbors. */
export function spansOf(ranges: readonly Range[]): LineSpan[] {
  return ranges.map(({ start, end }) => ({ first: start.line, last: end.line + 2 }));
}

/** Returns the sections that hold any of these lines. */
export function sectionsOf<Section extends Grouped>(
  sections: readonly Section[],
  lines: readonly LineSpan[],
): ReadonlySet<Section> {
  return new Set(
    sections.filter((section) =>
      lines.some(({ first, last }) => first <= section.lastLine && last >= section.first.line),
    ),
  );
}

/** Returns the line ends of a section without its text, so that the lines after it keep their numbers. */
export function emptied({ first, lastLine, lineEnd }: Grouped): string {
  return '\n'.repeat(lastLine - first.line) + (lineEnd === '' ? '' : '\n');
}

import type { Range } from '../text/lines.ts';
import type { PartLimits } from '../text/textParts.ts';
import type { PartStart } from '../../base/resultUri.ts';
import type { LineSpan } from '../text/lineSpan.ts';

/** As much of a section as it takes to put it beside others. */
export interface Grouped {
  readonly first: PartStart;
  readonly lastLine: number;
  readonly units: number;
  /** What stands between it and the next one: '' where a line goes on. */
  readonly lineEnd: string;
}

/**
 * Gathers sections into parts as large as a part may be, at line ends where there is one.
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
      // One line alone fills it: then it is cut inside.
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

/** The lines that ranges touch, with one more at either end: where a range ends depends on its neighbours. */
export function spansOf(ranges: readonly Range[]): LineSpan[] {
  return ranges.map(({ start, end }) => ({ first: start.line, last: end.line + 2 }));
}

/** The sections that hold any of these lines. */
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

/** The line ends of a section, with nothing between them: the lines behind it keep their numbers. */
export function emptied({ first, lastLine, lineEnd }: Grouped): string {
  return '\n'.repeat(lastLine - first.line) + (lineEnd === '' ? '' : '\n');
}

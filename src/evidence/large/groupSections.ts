import type { LineRange, Range } from '../../base/places.ts';
import type { PartLimits } from '../text/textParts.ts';
import type { PartStart } from '../../base/resultUri.ts';

/** Facts about a section that are needed to group it with other sections. */
export interface Grouped {
  readonly first: PartStart;
  readonly lastLine: number;
  readonly units: number;
  /** Line end between this section and the next section; empty if the line continues. */
  readonly lineEnd: string;
}

/**
 * Groups sections into parts that are as large as the limits permit. A part ends at a line end if possible.
 *
 * @param sections - all sections of one text, in the order of the text
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
      // A single line is longer than the part, so the part ends inside the line.
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

/** Returns the lines of ranges, and one more line before and after each, because they affect where a range ends. */
export function spansOf(ranges: readonly Range[]): LineRange[] {
  return ranges.map(({ start, end }) => ({ first: start.line, last: end.line + 2 }));
}

/** Returns the sections that contain any of the lines. */
export function sectionsOf<Section extends Grouped>(
  sections: readonly Section[],
  lines: readonly LineRange[],
): ReadonlySet<Section> {
  return new Set(
    sections.filter((section) =>
      lines.some(({ first, last }) => first <= section.lastLine && last >= section.first.line),
    ),
  );
}

/** Returns only the line ends of a section. They replace its text, so that all later lines keep their numbers. */
export function emptied({ first, lastLine, lineEnd }: Grouped): string {
  return '\n'.repeat(lastLine - first.line) + (lineEnd === '' ? '' : '\n');
}

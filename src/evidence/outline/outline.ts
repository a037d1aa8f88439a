import { textAt } from '../../base/atIndex.ts';
import { outlineEvents } from './events.ts';
import { outlineJsonText } from './json.ts';
import { outlineRecords } from './records.ts';
import { outlineSections } from './sections.ts';
import { outlineTranscript } from './transcript.ts';
import { isRunnersLine } from '../text/runnersLine.ts';
import { withoutEnd } from '../text/trimEnds.ts';
import type { OutlineItem } from './outlineItem.ts';

/** Maximum number of NULs at the end of a text that are ignored. */
const MAX_FILLER = 1000;

/**
 * Finds the parts of a text in a known format. Returns undefined for any other text, because a wrong outline is worse
 * than no outline. Each format gives up above `MAX_ITEMS` parts.
 *
 * @param shown - the lines of a document, whose NULs may be shown as U+2400
 */
export function outlineLines(shown: readonly string[]): readonly OutlineItem[] | undefined {
  const last = withoutFiller(textAt(shown, shown.length - 1));
  const lines = shown.with(-1, last);
  const start = isRunnersLine(textAt(lines, 0)) ? 1 : 0;
  const given = { lines, start };
  for (const detect of [outlineJsonText, outlineTranscript, outlineEvents, outlineRecords, outlineSections]) {
    const found = detect(given);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Removes the NULs that Defender's script runner leaves at the end of a text. Removes no more of them than the script
 * runner leaves.
 */
function withoutFiller(line: string): string {
  const first = Math.max(0, line.length - MAX_FILLER);
  return line.slice(0, first) + withoutEnd(line.slice(first), '\0\u2400');
}

import { textAt } from '../../base/atIndex.ts';

/**
 * A line as the cells of a screen. PowerShell 7 pads by the width on the screen, where a Chinese letter takes two
 * cells. Windows PowerShell 5.1 pads by UTF-16 units.
 */
export interface GridLine {
  /** Number of cells up to the last sign. */
  readonly length: number;
  /** Whether a cell is blank. Cells after the end are blank. The second cell of a wide letter is not. */
  readonly isBlank: (cell: number) => boolean;
  /** Returns the text of cells, from `start` up to before `end`, without the blanks around it. */
  readonly slice: (start: number, end: number) => string;
}

export type GridUnit = 'unit' | 'width';

/** Places a line on the grid. */
export function toGrid(line: string, unit: GridUnit): GridLine {
  if (unit === 'unit' || !WIDE.test(line)) {
    return {
      length: line.length,
      isBlank: (cell) => cell >= line.length || line[cell] === ' ' || line[cell] === '\t',
      slice: (start, end) => line.slice(start, end).trim(),
    };
  }
  const cells: string[] = [];
  for (const character of line) {
    const width = widthOf(character);
    // A sign without a width belongs to the cell before it.
    if (width === 0 && cells.length > 0) cells.push(textAt(cells.splice(-1), 0) + character);
    else cells.push(character, ...(width === 2 ? [''] : []));
  }
  return {
    length: cells.length,
    isBlank: (cell) => cell >= cells.length || cells[cell] === ' ' || cells[cell] === '\t',
    slice: (start, end) => cells.slice(start, end).join('').trim(),
  };
}

/** Whether a line has a character whose width is not one cell. */
const WIDE = /[^\t -\u02FF\u0370-\u10FF]/u;
const WITHOUT_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;
const TWO_CELLS =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1F64F}\u{1F680}-\u{1F6FF}\u{1F900}-\u{1F9FF}\u{20000}-\u{3FFFD}]/u;

function widthOf(character: string): 0 | 1 | 2 {
  if (character < '\u0300') return 1;
  if (WITHOUT_WIDTH.test(character)) return 0;
  return TWO_CELLS.test(character) ? 2 : 1;
}

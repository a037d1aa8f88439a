/** A piece of a paragraph: inline code, or the text outside of code. */
export interface TextPiece {
  readonly kind: 'code' | 'text';
  /** The piece's text. For code: the text between the back-ticks, with a blank for each line end. */
  readonly value: string;
  /** Start within the paragraph, in UTF-16 units. A piece of code starts at its first back-tick. */
  readonly start: number;
}

/** A run of back-ticks. */
interface Run {
  readonly start: number;
  readonly length: number;
  /**
   * Number of back-ticks that can open code. A backslash before the run escapes its first back-tick, but the complete
   * run can still close code.
   */
  readonly opens: number;
}

/**
 * Divides a line, or the lines of a paragraph, into code spans and the text between them, as CommonMark does. Only the
 * next run of the same length closes a run of back-ticks. Our notes put text from a device into code. Callers search
 * only the other text for links.
 */
export function splitCodeSpans(line: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  const runs = findRuns(line);
  const closers = findClosers(runs);
  let from = 0;
  for (let at = 0; at < runs.length; at++) {
    const run = runs[at];
    const closer = closers[at];
    const close = closer === undefined ? undefined : runs[closer];
    if (run === undefined || closer === undefined || close === undefined) continue;
    const end = run.start + run.length;
    const open = end - run.opens;
    if (open > from) pieces.push({ kind: 'text', value: line.slice(from, open), start: from });
    pieces.push({ kind: 'code', value: unpad(line.slice(end, close.start).replaceAll('\n', ' ')), start: open });
    from = close.start + close.length;
    at = closer;
  }
  if (from < line.length) pieces.push({ kind: 'text', value: line.slice(from), start: from });
  return pieces;
}

function findRuns(line: string): Run[] {
  const runs: Run[] = [];
  for (let start = line.indexOf('`'); start >= 0;) {
    let end = start + 1;
    while (line.charAt(end) === '`') end++;
    let first = start;
    while (line.charAt(first - 1) === '\\') first--;
    runs.push({ start, length: end - start, opens: end - start - ((start - first) % 2) });
    start = line.indexOf('`', end);
  }
  return runs;
}

/** Finds the closing run of each run. Searches from the end, so that the time grows only with the number of runs. */
function findClosers(runs: readonly Run[]): (number | undefined)[] {
  const latest = new Map<number, number>();
  const closers = new Array<number | undefined>(runs.length).fill(undefined);
  for (const [at, run] of [...runs.entries()].reverse()) {
    closers[at] = latest.get(run.opens);
    latest.set(run.length, at);
  }
  return closers;
}

function unpad(code: string): string {
  const isPadded = code.startsWith(' ') && code.endsWith(' ') && /[^ ]/u.test(code);
  return isPadded ? code.slice(1, -1) : code;
}

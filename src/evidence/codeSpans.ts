/** A line of Markdown in pieces: code, which is literal, and all else. */
export interface LinePiece {
  readonly kind: 'code' | 'text';
  readonly value: string;
}

/** A run of back-ticks. */
interface Run {
  readonly start: number;
  readonly length: number;
  /** How many of them can open code: a backslash before them takes one. It does not keep them from closing it. */
  readonly opens: number;
}

/**
 * Divides a line into code spans and what stands between, as CommonMark does: a run of back-ticks is closed by the next
 * run of the same length, and by nothing else. What a device wrote stands in code, so nothing in it is ever a link.
 */
export function splitCodeSpans(line: string): LinePiece[] {
  const pieces: LinePiece[] = [];
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
    if (open > from) pieces.push({ kind: 'text', value: line.slice(from, open) });
    pieces.push({ kind: 'code', value: unpad(line.slice(end, close.start)) });
    from = close.start + close.length;
    at = closer;
  }
  if (from < line.length) pieces.push({ kind: 'text', value: line.slice(from) });
  return pieces;
}

function findRuns(line: string): Run[] {
  return [...line.matchAll(/`+/gu)].map(({ index: start, 0: { length } }) => {
    let first = start;
    while (line.charAt(first - 1) === '\\') first--;
    return { start, length, opens: length - ((start - first) % 2) };
  });
}

/** For each run the one that closes it: found from the end, so that many runs take no longer than they are. */
function findClosers(runs: readonly Run[]): (number | undefined)[] {
  const latest = new Map<number, number>();
  const closers: (number | undefined)[] = [];
  for (let at = runs.length - 1; at >= 0; at--) {
    const run = runs[at];
    if (run === undefined) continue;
    closers[at] = latest.get(run.opens);
    latest.set(run.length, at);
  }
  return closers;
}

function unpad(code: string): string {
  return /^ .* $/su.test(code) && /[^ ]/u.test(code) ? code.slice(1, -1) : code;
}

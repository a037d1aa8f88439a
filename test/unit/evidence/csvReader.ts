import { startsFormula } from '../../../src/evidence/export/csv.ts';

/** Reads RFC 4180 strictly: quotation marks only around whole cells, CRLF behind every row. */
export function readCsv(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < csv.length) {
    const quoted = csv.startsWith('"', at);
    const pattern = quoted ? /"(?:[^"]|"")*"/y : /[^",\r\n]*/y;
    pattern.lastIndex = at;
    const cell = pattern.exec(csv)?.[0];
    if (cell === undefined) throw new Error(`no cell at ${at}`);
    row.push(quoted ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    at += cell.length;
    if (csv.startsWith(',', at)) at += 1;
    else if (csv.startsWith('\r\n', at)) {
      rows.push(row);
      row = [];
      at += 2;
    } else throw new Error(`neither a comma nor a line end at ${at}`);
  }
  if (row.length > 0) throw new Error('a row without its end');
  return rows;
}

/** Removes the guard, by the rule that toCsv documents. */
export function unguard(cell: string): string {
  const inner = cell.startsWith("'") && startsFormula(cell.slice(1)) ? cell.slice(1) : cell;
  return inner.replace(RUN_BEFORE_OPENER, (run: string) => {
    let behind = run.length;
    while (behind > 0 && !';\t\r\n'.includes(run.charAt(behind - 1))) behind--;
    return behind === 0 ? run : `${run.slice(0, behind)}${run.slice(behind + 1)}`;
  });
}

const RUN_BEFORE_OPENER =
  /(?<![\s\p{Cc}\p{Cf};'"\uff07\uff02])[\s\p{Cc}\p{Cf};'"\uff07\uff02]+(?=[=+\-@\u2212\uff1d\uff0b\uff0d\uff20])/gu;

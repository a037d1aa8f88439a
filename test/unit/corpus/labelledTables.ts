import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { readTables } from '../../../src/evidence/tables/readTables.ts';

interface LabelledRow {
  readonly firstLine: number;
  readonly lastLine: number;
  readonly cells: readonly (string | null)[];
}

/** A label: the tables that a person sees in a text; see test/corpus/tables/README.md. */
export interface LabelledText {
  readonly os: string;
  readonly language: string;
  readonly shape: string;
  readonly tables: readonly {
    readonly columns: readonly string[];
    readonly rows: readonly LabelledRow[];
    readonly otherLines: readonly number[];
  }[];
}

export interface LabelledCase {
  readonly name: string;
  readonly text: string;
  readonly label: LabelledText;
}

const FOLDER = 'test/corpus/tables';

/** Reads all labelled texts of a part of the corpus. */
export async function readLabelled(part: 'known' | 'heldOut'): Promise<LabelledCase[]> {
  const folder = path.join(FOLDER, part);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.txt'));
  return Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const label = JSON.parse(await readFile(file.replace(/\.txt$/u, '.json'), 'utf8')) as LabelledText;
      return { name, label, text: await readFile(file, 'utf8') };
    }),
  );
}

export interface TableScore {
  /** Cells of all labels, cells of labelled tables that were found, and cells that were read as labelled. */
  readonly cells: number;
  readonly claimed: number;
  readonly right: number;
  readonly falselyClaimed: number;
  /** One entry for each difference, for a person. */
  readonly wrong: readonly string[];
}

/** Compares the tables that are read with the labels. */
export function scoreTables(cases: readonly LabelledCase[]): TableScore {
  let cells = 0;
  let claimed = 0;
  let right = 0;
  let falselyClaimed = 0;
  const wrong: string[] = [];
  for (const { name, text, label } of cases) {
    const { tables } = readTables(text);
    const seen = new Set<unknown>();
    for (const wanted of label.tables) {
      const lines = new Set(wanted.rows.map(({ firstLine }) => firstLine));
      const table = tables.find(({ rows }) => rows.some(({ firstLine }) => lines.has(firstLine)));
      seen.add(table);
      cells += wanted.rows.length * wanted.columns.length;
      if (table === undefined) {
        wrong.push(`${name}: no table at line ${wanted.rows[0]?.firstLine ?? 0}`);
        continue;
      }
      claimed += wanted.rows.length * wanted.columns.length;
      if (JSON.stringify(table.columns) !== JSON.stringify(wanted.columns))
        wrong.push(`${name}: ${table.columns.join(', ')}`);
      if (JSON.stringify(table.otherLines) !== JSON.stringify(wanted.otherLines)) wrong.push(`${name}: other lines`);
      for (const labelled of wanted.rows) {
        const { firstLine, lastLine, cells: own } = labelled;
        // Objects of an array on one line are rows of the same line.
        const isHere = (one: { readonly firstLine: number }): boolean => one.firstLine === firstLine;
        const row = table.rows.filter(isHere)[wanted.rows.filter(isHere).indexOf(labelled)];
        if (row?.lastLine !== lastLine) wrong.push(`${name}: line ${firstLine} ends at ${row?.lastLine ?? 0}`);
        for (const [column, cell] of own.entries()) {
          if (row?.cells[column] === cell) right++;
          else wrong.push(`${name}: line ${firstLine}, ${wanted.columns[column] ?? ''}`);
        }
      }
      if (table.rows.length > wanted.rows.length)
        wrong.push(`${name}: ${table.rows.length - wanted.rows.length} rows more`);
    }
    for (const table of tables) {
      if (seen.has(table)) continue;
      falselyClaimed++;
      wrong.push(`${name}: a table at line ${table.rows[0]?.firstLine ?? 0}`);
    }
  }
  return { cells, claimed, right, falselyClaimed, wrong };
}

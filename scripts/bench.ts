import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { benchActivation } from '../test/bench/activation.bench.ts';
import { benchBudget } from '../test/bench/budget.bench.ts';
import { benchBundle } from '../test/bench/bundle.bench.ts';
import { benchDecode } from '../test/bench/decode.bench.ts';
import { benchFirstUse } from '../test/bench/firstUse.bench.ts';
import { benchHeap } from '../test/bench/heap.bench.ts';
import { benchHostile } from '../test/bench/hostile.bench.ts';
import { benchNotes } from '../test/bench/notes.bench.ts';
import { benchIndicators } from '../test/bench/indicators.bench.ts';
import { benchLargeRun } from '../test/bench/largeRun.bench.ts';
import { benchLarge } from '../test/bench/large.bench.ts';
import { benchOpen } from '../test/bench/open.bench.ts';
import { benchSharedBudget } from '../test/bench/sharedBudget.bench.ts';
import { benchSearch } from '../test/bench/search.bench.ts';
import { benchRun } from '../test/bench/run.bench.ts';
import { benchStore } from '../test/bench/store.bench.ts';
import { benchTable } from '../test/bench/table.bench.ts';
import { benchTablePage } from '../test/bench/tablePage.bench.ts';
import { benchTree } from '../test/bench/tree.bench.ts';
import { isMet } from '../test/bench/measurement.ts';
import type { Bench, Measurement } from '../test/bench/measurement.ts';
import { packageExtension } from './package.ts';

/** All benches by file name. They run one after another: nothing else may use the machine. */
const BENCHES: Readonly<Record<string, Bench>> = {
  bundle: benchBundle,
  budget: benchBudget,
  sharedBudget: benchSharedBudget,
  run: benchRun,
  decode: benchDecode,
  indicators: benchIndicators,
  open: benchOpen,
  firstUse: benchFirstUse,
  large: benchLarge,
  largeRun: benchLargeRun,
  search: benchSearch,
  store: benchStore,
  table: benchTable,
  tablePage: benchTablePage,
  heap: benchHeap,
  hostile: benchHostile,
  notes: benchNotes,
  tree: benchTree,
  activation: benchActivation,
};

const USAGE = `Usage: npm run bench -- [--json FILE] [--only NAME,NAME]
  --json FILE   also write the measurements to this file
  --only NAMES  run only these of: ${Object.keys(BENCHES).join(', ')}`;

const HEADINGS = ['name', 'value', 'unit', 'floor', 'goal', ''];

async function main(json: string | undefined, names: readonly string[]): Promise<number> {
  const vsix = await packageExtension();
  const measurements: Measurement[] = [];
  for (const name of names) {
    const start = Date.now();
    const progress = (line: string): void => {
      console.log(`${name}: ${line}`);
    };
    measurements.push(...((await BENCHES[name]?.({ vsix, progress })) ?? []));
    progress(`${Math.round((Date.now() - start) / 1000)} s`);
  }
  printTable(measurements);
  if (json !== undefined) await writeFile(json, toJson(measurements));
  return measurements.every(isMet) ? 0 : 1;
}

function printTable(measurements: readonly Measurement[]): void {
  const rows = measurements.map((measurement) => {
    const { name, value, unit, floor, goal } = measurement;
    return [
      name,
      String(value),
      unit,
      floor === null ? '–' : String(floor),
      goal,
      isMet(measurement) ? 'ok' : 'missed',
    ];
  });
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  console.log(`\n${line(HEADINGS)}`);
  for (const [index, row] of rows.entries()) {
    console.log(line(row));
    const note = measurements[index]?.note;
    if (note !== undefined) console.log(`    ${note}`);
  }
}

function toJson(measurements: readonly Measurement[]): string {
  const lines = measurements.map(({ name, value, unit, floor, goal }) => ({ name, value, unit, floor, goal }));
  return `${JSON.stringify({ measurements: lines }, undefined, 2)}\n`;
}

function readArguments(): { json: string | undefined; names: readonly string[] } {
  const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } });
  const names = values.only?.split(',') ?? Object.keys(BENCHES);
  const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name));
  if (unknown.length > 0) throw new Error(`No such bench: ${unknown.join(', ')}.`);
  return { json: values.json, names };
}

let options: ReturnType<typeof readArguments>;
try {
  options = readArguments();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exit(2);
}
process.exitCode = await main(options.json, options.names);

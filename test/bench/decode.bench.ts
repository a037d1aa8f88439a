import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { decodeResult } from '../../src/evidence/decode/decode.ts';
import type { BenchContext, Measurement } from './measurement.ts';
import { describeSpread, median, rounded } from './measurement.ts';

const MEGABYTE = 1_000_000;
const SIZE = 20 * MEGABYTE;
/** Pairs of runs, floor and ours; the first ones do not count. */
const ROUNDS = 15;
const WARM_UP_ROUNDS = 3;
const MEMORY_RUNS = 5;

/**
 * Makes lines like those of real tools: mostly ASCII, one in ten with letters beyond Latin-1, which double a string's
 * memory.
 */
function makeOutput(): string {
  const lines: string[] = [];
  for (let size = 0; size < SIZE - 60_000;) {
    const number = lines.length;
    const line =
      number % 10 === 0
        ? `${number}\tC:\\Windows\\System32\\winevt\\"günlük" – 記録 ${number * 7919}\r\n`
        : `2026-11-23T21:04:${number % 60}Z Microsoft-Windows-Security-Auditing 4688 pid=${number * 31} "svchost.exe"\r\n`;
    lines.push(line);
    // The characters that JSON adds: two line ends and two quotes.
    size += Buffer.byteLength(line) + 4 + (number % 10 === 0 ? 5 : 0);
  }
  return `${lines.join('')}\0`;
}

/** Makes the same result as valid JSON, and with raw control characters. */
function makeFiles(): { valid: Buffer; repaired: Buffer } {
  const output = makeOutput();
  const json = JSON.stringify({ script_name: 'export.ps1', exit_code: 0, script_output: output, script_errors: '' });
  return {
    valid: Buffer.from(json),
    repaired: Buffer.from(json.replaceAll('\\r\\n', '\r\n').replaceAll('\\u0000', '\0')),
  };
}

/** Does the least that a reader can do: hash, text, JSON. */
function floorOf(bytes: Uint8Array): void {
  createHash('sha256').update(bytes).digest('hex');
  JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
}

function ours(bytes: Uint8Array): void {
  createHash('sha256').update(bytes).digest('hex');
  if (decodeResult(bytes).transcript === undefined) throw new Error('The file is no result.');
}

/** Compares hashing and decoding with hashing and JSON.parse, and measures the memory that decoding takes. */
export async function benchDecode({ progress }: BenchContext): Promise<readonly Measurement[]> {
  const { valid, repaired } = makeFiles();
  const measurements = [
    compare('decode.valid.vsJsonParse', valid, valid, '>= 0.7'),
    compare('decode.repaired.vsJsonParse', repaired, valid, '>= 0.35'),
  ];
  progress('throughput measured');
  return [...measurements, await measureMemory({ valid, repaired })];
}

/** Returns throughput of decoding `file` ÷ throughput of the floor on `floorFile`, a valid one. */
function compare(name: string, file: Buffer, floorFile: Buffer, goal: Measurement['goal']): Measurement {
  const times = { ours: [] as number[], floor: [] as number[] };
  const run = (kind: keyof typeof times): void => {
    const start = performance.now();
    if (kind === 'ours') ours(file);
    else floorOf(floorFile);
    times[kind].push(performance.now() - start);
  };
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    if (round === WARM_UP_ROUNDS) times.ours.length = times.floor.length = 0;
    // A B B A: neither is always first.
    for (const kind of round % 2 === 0 ? (['ours', 'floor'] as const) : (['floor', 'ours'] as const)) run(kind);
  }
  const throughput = (bytes: number, ms: readonly number[]): number => bytes / MEGABYTE / (median(ms) / 1000);
  const floor = throughput(floorFile.length, times.floor);
  return {
    name,
    value: rounded(throughput(file.length, times.ours) / floor),
    unit: 'ratio',
    floor: rounded(floor, 1),
    goal,
    note: `MB/s; ours ${describeSpread(times.ours, 'ms')}, floor ${describeSpread(times.floor, 'ms')}`,
  };
}

/** Measures both files, each in fresh processes, and returns the worse. */
async function measureMemory(files: Readonly<Record<string, Buffer>>): Promise<Measurement> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-decode-'));
  try {
    const results: { name: string; perByte: number }[] = [];
    for (const [name, bytes] of Object.entries(files)) {
      const file = path.join(folder, name);
      await writeFile(file, bytes);
      const peaks: number[] = [];
      for (let run = 0; run < MEMORY_RUNS; run++) peaks.push((await peakOf(file)) / bytes.length);
      results.push({ name, perByte: median(peaks) });
    }
    return {
      name: 'decode.peakMemory.perByte',
      value: rounded(Math.max(...results.map(({ perByte }) => perByte))),
      unit: 'bytes',
      floor: null,
      goal: '<= 5',
      note: `besides the file's own bytes: ${results.map(({ name, perByte }) => `${name} ${rounded(perByte, 2)}`).join(', ')}`,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function peakOf(file: string): Promise<number> {
  const script = path.join(import.meta.dirname, 'decodeMemory.ts');
  const args = ['--disable-warning=ExperimentalWarning', script, file];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return (JSON.parse(stdout) as { peak: number }).peak;
}

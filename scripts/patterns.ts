import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { check } from 'recheck';
import type { Diagnostics, Parameters } from 'recheck';
import { collectPatterns } from './patternLiterals.ts';
import type { FoundPattern } from './patternLiterals.ts';
import { PATTERN_EXCEPTIONS, USERS_EXPRESSIONS } from './patternExceptions.ts';
import type { PatternException } from './patternExceptions.ts';

const CACHE_FILE = 'node_modules/.cache/patterns.json';

/**
 * Limits that count steps instead of time, so that a busy machine gives the same verdict. An attack of 20,000
 * characters is too slow when it takes more than 500 steps for each character.
 */
const PARAMETERS: Parameters = {
  timeout: 600_000,
  attackTimeout: null,
  incubationTimeout: null,
  attackLimit: 10_000_000,
  maxAttackStringSize: 20_000,
  maxInitialGenerationSize: 500,
  maxGenerationSize: 60,
  maxIteration: 4,
  randomSeed: 0,
};

/** The checker's verdict on one pattern. `safe`: its time is linear. */
export type Verdict = 'safe' | `${string} polynomial` | 'exponential' | `unknown: ${string}`;

/** Judges every pattern once, except the exceptions: some take the checker minutes. */
export async function judgePatterns(
  patterns: readonly FoundPattern[],
  exceptions: readonly PatternException[],
  known: Map<string, Verdict> = new Map<string, Verdict>(),
): Promise<ReadonlyMap<FoundPattern, Verdict>> {
  const verdicts = new Map<FoundPattern, Verdict>();
  for (const pattern of patterns) {
    if (pattern.source === undefined || findException(pattern, exceptions) !== undefined) continue;
    const key = keyOf(pattern.source, pattern.flags);
    const verdict = known.get(key) ?? toVerdict(await check(pattern.source, pattern.flags, PARAMETERS));
    known.set(key, verdict);
    verdicts.set(pattern, verdict);
  }
  return verdicts;
}

/**
 * Returns one sentence for each fault. Faults are a slower than linear pattern without an exception, a pattern that is
 * not built from constants alone, and an exception that is no longer needed.
 *
 * @param users - files that run a user's own expression, under a time limit
 */
export function findFaults(
  verdicts: ReadonlyMap<FoundPattern, Verdict>,
  patterns: readonly FoundPattern[],
  exceptions: readonly PatternException[],
  users: readonly string[],
): string[] {
  const needed = new Set<PatternException | string>();
  const faults: string[] = [];
  for (const pattern of patterns) {
    const place = `${pattern.file}:${pattern.line}`;
    const exception = findException(pattern, exceptions);
    if (exception !== undefined) {
      needed.add(exception);
      continue;
    }
    if (pattern.source === undefined) {
      if (users.includes(pattern.file)) needed.add(pattern.file);
      else faults.push(`${place} builds a pattern from values that are not constant: ${pattern.text}`);
      continue;
    }
    const verdict = verdicts.get(pattern) ?? 'unknown: not judged';
    if (verdict === 'safe') continue;
    faults.push(`${place} takes more than linear time (${verdict}): ${pattern.text}`);
  }
  for (const exception of exceptions) {
    if (!needed.has(exception)) faults.push(`Stale exception: ${exception.file} ${exception.text}`);
  }
  for (const file of users) if (!needed.has(file)) faults.push(`Stale exception: ${file} builds no pattern`);
  return faults;
}

function findException(pattern: FoundPattern, exceptions: readonly PatternException[]): PatternException | undefined {
  return exceptions.find(({ file, text }) => file === pattern.file && text === pattern.text);
}

function keyOf(source: string, flags: string): string {
  return createHash('sha256')
    .update(JSON.stringify([source, flags, PARAMETERS]))
    .digest('base64');
}

function toVerdict(said: Diagnostics): Verdict {
  if (said.status === 'safe') return 'safe';
  if (said.status === 'unknown') return `unknown: ${said.error.kind}`;
  return said.complexity.type === 'exponential' ? 'exponential' : `${said.complexity.degree} polynomial`;
}

function readCache(): Map<string, Verdict> {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(CACHE_FILE, 'utf8')) as Record<string, Verdict>));
  } catch {
    return new Map();
  }
}

async function main(): Promise<void> {
  const files = globSync('src/**/*.ts').sort();
  const patterns = files.flatMap((file) => collectPatterns(file.replaceAll('\\', '/')));
  const known = readCache();
  const verdicts = await judgePatterns(patterns, PATTERN_EXCEPTIONS, known);
  mkdirSync(dirname(CACHE_FILE), { recursive: true });
  const kept = [...known].filter(([, verdict]) => !verdict.startsWith('unknown'));
  writeFileSync(CACHE_FILE, JSON.stringify(Object.fromEntries(kept)));
  const faults = findFaults(verdicts, patterns, PATTERN_EXCEPTIONS, USERS_EXPRESSIONS);
  for (const fault of faults) console.log(fault);
  if (faults.length > 0) process.exitCode = 1;
}

if (import.meta.main) await main();

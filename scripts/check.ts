import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Checks that need no build: types, lint, time of patterns, rooms and format. */
const CHECKS: readonly (readonly string[])[] = [
  ['typescript/bin/tsc', '--project', '.'],
  ['typescript/bin/tsc', '--project', 'src/tablePage'],
  // Without a cache: rules that know types also judge files that did not change themselves.
  ['eslint/bin/eslint.js', '.', '--max-warnings', '0'],
  ['../scripts/patterns.ts'],
  ['../scripts/rooms.ts'],
  ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
];

/** Runs one check beside the others and prints its output in one piece. */
async function check([script = '', ...args]: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, [`node_modules/${script}`, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  }
  await once(child, 'close');
  process.stdout.write(said);
  return child.exitCode === 0;
}

const passed = await Promise.all(CHECKS.map(check));
if (passed.every(Boolean)) console.log('Types, lint, patterns, rooms and format are clean.');
else process.exitCode = 1;

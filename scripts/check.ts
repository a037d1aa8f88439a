import { spawnSync } from 'node:child_process';

/** Types, lint and format: everything that needs no build. */
const CHECKS: readonly (readonly string[])[] = [
  ['typescript/bin/tsc', '--project', '.'],
  ['eslint/bin/eslint.js', '.', '--max-warnings', '0', '--cache', '--cache-location', 'node_modules/.cache/eslint'],
  ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
];

let failed = 0;
for (const [script, ...args] of CHECKS) {
  const { status } = spawnSync(process.execPath, [`node_modules/${script ?? ''}`, ...args], { stdio: 'inherit' });
  if (status !== 0) failed++;
}
if (failed === 0) console.log('Types, lint and format are clean.');
process.exitCode = failed === 0 ? 0 : 1;

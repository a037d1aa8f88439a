import { writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { FaultPort } from '../test/endurance/faultPort.ts';
import { tryFaults, watch } from '../test/endurance/nthFault.ts';
import type { AnyFault, FaultReport } from '../test/endurance/nthFault.ts';
import { killWindows } from '../test/endurance/kills.ts';
import { openManyWindows } from '../test/endurance/manyWindows.ts';
import { soak } from '../test/endurance/soak.ts';
import type { SoakReport } from '../test/endurance/soak.ts';
import type { ManyReport } from '../test/endurance/manyWindows.ts';
import type { KillReport } from '../test/endurance/kills.ts';
import { allFaults, boundedFaults, networkFaults } from '../test/endurance/plans.ts';

/*
 * Tries every fault, and kills windows 500 times: half an hour on two processors. Writes docs/reference/endurance.md.
 * With --bounded it tries what `npm test` tries, and writes that down instead.
 */

const DOCUMENT = 'docs/reference/endurance.md';
const KILLS = 500;
const BOUNDED_KILLS = 16;
/** Simulated minutes of many windows, with a seed each. */
const MANY_MINUTES = 30;
const BOUNDED_MANY_MINUTES = 3;
const MANY_SEEDS = [1, 2, 3];
/** Rounds of work in each simulated hour. */
const SOAK_HOURS = 12;
const SOAK_ROUNDS = 60;
const BOUNDED_SOAK_ROUNDS = 6;
/** Kinds that a bounded run tries at each request. */
const BOUNDED_KINDS = 4;

const isBounded = process.argv.includes('--bounded');
const port = new FaultPort();
await port.install();
const { passed, requests } = await watch(port);
const plans: Readonly<Record<string, readonly AnyFault[]>> = {
  SQLite: (isBounded ? boundedFaults : allFaults)(passed, ['database']),
  'the file system': (isBounded ? boundedFaults : allFaults)(passed, ['file']),
  'the network': isBounded ? networkFaults(requests, BOUNDED_KINDS) : networkFaults(requests),
};
// In processes of their own, so that both processors have work.
const killing = killWindows(isBounded ? BOUNDED_KILLS : KILLS, 1);
const reports: [door: string, report: FaultReport][] = [];
for (const [door, faults] of Object.entries(plans)) {
  console.log(`${door}: ${faults.length} faults`);
  reports.push([door, await tryFaults(port, faults)]);
}
const killed = await killing;
const many: ManyReport[] = [];
for (const seed of isBounded ? MANY_SEEDS.slice(0, 1) : MANY_SEEDS) {
  console.log(`many windows, seed ${seed}`);
  many.push(await openManyWindows(isBounded ? BOUNDED_MANY_MINUTES : MANY_MINUTES, seed));
}
console.log('soak');
const soaked = await soak(SOAK_HOURS, isBounded ? BOUNDED_SOAK_ROUNDS : SOAK_ROUNDS);
const problems = [
  ...soaked.problems,
  ...reports.flatMap(([, report]) => report.problems),
  ...killed.problems,
  ...many.flatMap((report) => report.problems),
];
for (const problem of problems) console.error(problem);
const config = await resolveConfig(DOCUMENT);
await writeFile(
  DOCUMENT,
  await format(write({ faults: reports, killed, windows: many, soaked }), { ...config, parser: 'markdown' }),
);
// Timers of windows that are over must not keep this process awake.
process.exit(problems.length === 0 ? 0 : 1);

interface Tried {
  readonly faults: readonly (readonly [string, FaultReport])[];
  readonly killed: KillReport;
  readonly windows: readonly ManyReport[];
  readonly soaked: SoakReport;
}

function write({ faults, killed: { kills, runs, results, problems: found }, windows, soaked: long }: Tried): string {
  const calls = passed.length.toString();
  return [
    '# Endurance',
    '',
    `Written by \`npm run endurance${isBounded ? ' -- --bounded' : ''}\` from \`test/endurance/\`.${isBounded ? ' It is the part that `npm test` tries; without `--bounded`, every call fails with every kind of error.' : ''}`,
    '',
    '## The nth call fails',
    '',
    `One scenario, with the product's own client, store and worker code: list, fetch, store, a large result in pieces, read, quote, check the quotation, a run, a standing order, search, tables, export, three ways to save, a hand-over pack, and what windows share. It makes ${calls} calls to SQLite and to the file system, and ${requests} requests. One of them fails, once or from then on.`,
    '',
    '| call to | faults tried | of which happened | problems |',
    '| --- | --- | --- | --- |',
    ...faults.map(([door, report]) => `| ${door} | ${report.tried} | ${report.fired} | ${report.problems.length} |`),
    '',
    'After each fault: every text that is shown has the hash of its facts; a result that was reported stored can be read, or was said to be gone or kept for this window only; every error has a code; no unfinished file is left that could be removed; both databases are whole; the next window does all of it without an error, fetches nothing that is stored, and finds every call counted.',
    '',
    'Left out: a 429, which has tests of its own (`test/faults`), and faults of two independent calls at once.',
    '',
    '## Killed',
    '',
    'A process opens files of version 0.1, fetches a run over 200 hosts and saves two files. It ends itself with SIGKILL before a random call to SQLite or the file system. The next process goes on in the same folder.',
    '',
    `| kills | runs fetched to their end | results stored | problems |`,
    '| --- | --- | --- | --- |',
    `| ${kills} | ${runs} | ${results} | ${found.length} |`,
    '',
    'After each kill: both databases are whole; every stored result has its hash; nothing that was stored before is gone; no result is asked for after it was stored, or twice by one process; the count of calls is not below the requests that were sent; no 100 requests in a minute and no 1,500 in an hour are exceeded, on a clock on which the pauses pass at once.',
    '',
    'Not tried here: a kill inside of SQLite’s own writes, and a loss of power.',
    '',
    '## Many windows',
    '',
    'Eight processes with the client, the worker code and one `shared.db` fetch a run, follow the list and click, against the local tenant. Time passes ten times faster in them, and the limits of the tenant with it. Windows are killed and opened again, stopped for a while, or all stopped as when the machine sleeps. The clock is set by an hour.',
    '',
    '| seed | minutes | kills | stops | sleeps | clock steps | calls | results | notices | problems |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...windows.map(
      (one) =>
        `| ${one.seed} | ${one.minutes} | ${one.kills} | ${one.stops} | ${one.sleeps} | ${one.clockSteps} | ${one.calls} | ${one.results} | ${one.notices} | ${one.problems.length} |`,
    ),
    '',
    'By the recording of the tenant and the notes of the windows: never more than 100 calls in a minute and 1,500 in an hour, and no call refused; each result is fetched once, and once more only if a window was killed or stopped between its decision and its store; only the window with the lease fetches a run; an event is told once, unless the window that told it was killed or stopped at that moment; both databases are whole, and each stored result has its hash.',
    '',
    '## Twelve hours',
    '',
    'A window works for twelve simulated hours: it asks for changes, fetches, opens, searches, and removes old results. At the end of each hour it is closed, the memory is collected and measured, and a new one is opened. The growth counts from the third hour.',
    '',
    '| hours | rounds | memory after the third hour | after the last | growth an hour | more handles | problems |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    `| ${long.hours} | ${long.rounds} | ${megabytes(long.heap[2])} | ${megabytes(long.heap.at(-1))} | ${(100 * long.growth).toFixed(2)} % | ${long.moreHandles} | ${long.problems.length} |`,
    '',
  ].join('\n');
}

function megabytes(bytes = NaN): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

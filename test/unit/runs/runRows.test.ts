import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { devicesToAsk, toExportRows, toRows, toRunCsv } from '../../../src/runs/runRows.ts';
import type { RunRow } from '../../../src/runs/runRows.ts';
import { findRuns } from '../../../src/runs/runs.ts';
import type { StoredFacts } from '../../../src/model/storedResult.ts';
import { createHandlers } from '../../../src/worker/handlers/handlers.ts';
import { readCsv } from '../evidence/csvReader.ts';
import { action, arrived, command, received, ref, resultFile, TENANT } from '../results/fixtures.ts';
import { explainMember } from './explainMember.ts';

const HEADER =
  'device,machineId,actionId,commandIndex,createdUtc,actionStatus,commandStatus,state,why,exitCode,errorLines,outputLines,resultBytes,sha256,fetchedUtc,hostsWithEqualResult,rareLines,script,arguments,comment';

/** Returns one host with a result, one without, and one whose name is not valid. */
function rows(): RunRow[] {
  const handlers = createHandlers();
  handlers.put(
    ...arrived(resultFile('a\nb\n', 'bad\n', 'collect.ps1', -5), {
      ref: ref({ actionId: 'a0' }),
      fetchedAt: Date.UTC(2026, 10, 23, 21, 5),
    }),
  );
  const [run] = findRuns(
    [
      action({ id: 'a0', computerDnsName: 'dc1' }),
      action({
        id: 'a1',
        computerDnsName: 'dc2',
        status: 'Pending',
        commands: [command({ commandStatus: 'Created' })],
      }),
      action({ id: 'a2', computerDnsName: '=cmd|1', machineId: null }),
    ],
    TENANT,
  );
  assert.ok(run !== undefined);
  return toRows({ run, state: 'none', failures: {} }, (wanted) => handlers.facts(wanted), explainMember);
}

const WORDS = { script: 'collect.ps1', args: '-All', comment: '' };
const why = ({ state }: RunRow): string => (state === 'result' ? '' : `no: ${state}`);
const comparison = {
  groups: [{ members: [0] }],
  rareLines: [
    { text: 'odd', stream: 'output', places: [{ member: 0, line: 2 }] },
    { text: 'bad', stream: 'errors', places: [{ member: 0, line: 1 }] },
  ],
  moreRareLines: 0,
  uncounted: [],
} as const;

suite('a run as rows of a table', () => {
  test('a result in pieces, and a command without one by design, are states of their own', () => {
    const [run] = findRuns([action({ id: 'a' }), action({ id: 'b' })], TENANT);
    assert.ok(run !== undefined);
    const members = run.members.map((one) => (one.actionId === 'b' ? { ...one, result: 'none' as const } : one));
    const facts = { ...received(), transcript: { exitCode: 0 }, large: { output: 0 } } as unknown as StoredFacts;
    const states = toRows(
      { run: { ...run, members }, state: 'none', failures: {} },
      ({ actionId }) => (actionId === 'a' ? facts : undefined),
      explainMember,
    ).map(({ state }) => state);
    assert.deepEqual(states, ['large', 'byDesign']);
  });

  test('Defender is asked once about each device that did not answer, and never about the devices of a pack', () => {
    const all = rows();
    const [, pending] = all;
    assert.equal(pending?.state, 'pending');
    const { machineId } = pending.member;
    assert.deepEqual(devicesToAsk([...all, pending]), [machineId]);
    assert.deepEqual(devicesToAsk([{ ...pending, member: { ...pending.member, machineId: null } }]), []);
    assert.deepEqual(devicesToAsk([{ ...pending, ref: { ...pending.ref, cloud: 'pack' } }]), []);
  });

  test('every member has a row that says how it stands', () => {
    const change = (id: string, status: string, commandStatus: string) =>
      action({ id, status, commands: [command({ commandStatus })] });
    const [all] = findRuns(
      [
        change('a', 'Succeeded', 'Completed'),
        change('b', 'Succeeded', 'Completed'),
        change('c', 'Succeeded', 'Completed'),
        change('d', 'Succeeded', 'Completed'),
        change('e', 'Pending', 'Created'),
        change('f', 'InProgress', 'Executing'),
        change('g', 'Cancelled', 'Created'),
      ],
      TENANT,
    );
    assert.ok(all !== undefined);
    const failures = { 'c#0': { code: 'noResult', values: {} } } as const;
    const rows = toRows(
      { run: all, state: 'none', failures },
      ({ actionId }) => {
        const facts = {
          ...received(),
          rejection: undefined,
          raw: undefined,
          changes: [],
          encoding: 'utf8',
          mismatches: [],
        };
        if (actionId === 'a') return { ...facts, transcript: { exitCode: 0 } } as unknown as StoredFacts;
        return actionId === 'b' ? ({ ...facts, transcript: undefined } as unknown as StoredFacts) : undefined;
      },
      explainMember,
    );
    assert.deepEqual(
      rows.map(({ state }) => state),
      ['result', 'unreadable', 'failed', 'notFetched', 'pending', 'running', 'never'],
    );
  });

  test('every host has one, with its result or with the reason why there is none', () => {
    const [first, second, third] = toExportRows(WORDS, rows(), comparison, why);
    assert.deepEqual(first, {
      device: 'dc1',
      machineId: 'ab12'.repeat(10),
      actionId: 'a0',
      commandIndex: 0,
      createdUtc: '2026-11-23T21:02:00.1234567Z',
      actionStatus: 'Succeeded',
      commandStatus: 'Completed',
      state: 'result',
      why: '',
      exitCode: -5,
      errorLines: 1,
      outputLines: 3,
      resultBytes: resultFile('a\nb\n', 'bad\n', 'collect.ps1', -5).length,
      sha256: arrived(resultFile('a\nb\n', 'bad\n', 'collect.ps1', -5))[0].sha256,
      fetchedUtc: '2026-11-23T21:05:00.000Z',
      hostsWithEqualResult: 1,
      rareLines: '2: odd\nerrors 1: bad',
      script: 'collect.ps1',
      arguments: '-All',
    });
    // An unknown value is missing, and not empty or 0.
    assert.deepEqual(second, {
      device: 'dc2',
      machineId: 'ab12'.repeat(10),
      actionId: 'a1',
      commandIndex: 0,
      createdUtc: '2026-11-23T21:02:00.1234567Z',
      actionStatus: 'Pending',
      commandStatus: 'Created',
      state: 'pending',
      why: 'no: pending',
      script: 'collect.ps1',
      arguments: '-All',
    });
    assert.deepEqual([third?.state, third?.machineId, third?.why], ['notFetched', undefined, 'no: notFetched']);
  });

  test('the size of its group stands with each of its hosts', () => {
    const sized = toExportRows(WORDS, rows(), { ...comparison, groups: [{ members: [1] }, { members: [0, 2] }] }, why);
    assert.deepEqual(
      sized.map(({ hostsWithEqualResult }) => hostsWithEqualResult),
      [2, 1, 2],
    );
    assert.ok(toExportRows(WORDS, rows(), undefined, why).every((row) => !('hostsWithEqualResult' in row)));
  });

  test('CSV: a mark for Excel, the same columns in every row, no formula, and of the texts only rare lines', () => {
    const csv = toRunCsv(toExportRows(WORDS, rows(), comparison, why));
    assert.ok(csv.startsWith(`\ufeff${HEADER}\r\n`));
    const read = readCsv(csv.slice(1));
    assert.equal(read.length, 4);
    assert.deepEqual([...new Set(read.map((row) => row.length))], [20]);
    assert.deepEqual(read[1]?.slice(7, 12), ['result', '', '-5', '1', '3']);
    assert.deepEqual(read[2]?.slice(7), [
      'pending',
      'no: pending',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      'collect.ps1',
      "'-All",
      '',
    ]);
    assert.equal(read[3]?.[0], "'=cmd|1");
    assert.ok(!csv.includes('a\nb'));
  });
});

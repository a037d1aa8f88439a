import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Machine } from '../../../src/defender/machines.ts';
import { noResultReasons } from '../../../src/model/noResultReasons.ts';
import type { NoResultFacts } from '../../../src/model/noResultReasons.ts';
import { noResultSentence } from '../../story/words.ts';

const NOW = Date.UTC(2026, 10, 23, 22);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const at = (ago: number): string => new Date(NOW - ago).toISOString();

const MACHINE: Machine = {
  id: 'a'.repeat(40),
  computerDnsName: 'ws-1.example',
  healthStatus: 'Active',
  lastSeen: at(10 * MINUTE),
  osPlatform: 'Windows11',
  version: '23H2',
  osBuild: 22_631,
  machineTags: [],
  rbacGroupName: null,
};

/** A session that waits in the queue since five minutes. */
const WAITING: NoResultFacts = {
  result: 'notYet',
  commandType: 'RunScript',
  actionStatus: 'Pending',
  createdAt: at(5 * MINUTE),
  errorHResult: 0,
  cancelledBy: null,
  cancellationComment: null,
  commandStatus: 'Created',
  startedAt: null,
  endedAt: null,
  deviceErrors: [],
  failedBefore: undefined,
  runsBefore: undefined,
  hasRunHere: false,
  machine: undefined,
  askedAt: NOW,
  otherSession: undefined,
  failure: undefined,
  now: NOW,
};

const MISSING: NoResultFacts = {
  ...WAITING,
  result: 'transcript',
  actionStatus: 'Succeeded',
  commandStatus: 'Completed',
  startedAt: at(3 * HOUR),
  endedAt: at(2 * HOUR),
};

function codes(facts: NoResultFacts): string[] {
  return noResultReasons(facts).map(({ code }) => code);
}

suite('reasons for a missing result', () => {
  test('a device that reported this morning is no silent device', () => {
    const machine = { ...MACHINE, lastSeen: at(14 * HOUR) };
    assert.deepEqual(codes({ ...WAITING, machine }), ['deviceActive']);
    assert.deepEqual(codes({ ...WAITING, machine: { ...machine, healthStatus: 'Unknown' } }), ['notStarted']);
    assert.deepEqual(codes({ ...WAITING, machine: { ...machine, healthStatus: 'Inactive' } }), ['deviceSilent']);
    assert.deepEqual(codes({ ...WAITING, machine: { ...MACHINE, lastSeen: at(60 * HOUR) } }), ['deviceSilent']);
  });

  test('a record does not age by being looked at later', () => {
    const facts = { ...WAITING, createdAt: at(-99 * HOUR), machine: MACHINE, askedAt: NOW };
    assert.deepEqual(codes({ ...facts, now: NOW + 90 * HOUR }), ['deviceActive']);
  });

  test('the time of the attempt tells whether a result had time to arrive, and not the time of reading', () => {
    const failure = { code: 'noResult', values: { status: 404 } } as const;
    const end = NOW - 2 * HOUR;
    assert.deepEqual(codes({ ...MISSING, failure: { ...failure, at: end + 10_000 } }), ['maybeSoon']);
    assert.deepEqual(codes({ ...MISSING, failure: { ...failure, at: end + 40 * MINUTE } }), ['neverUploaded']);
    assert.deepEqual(codes({ ...MISSING, failure }), ['none']);
    assert.deepEqual(codes({ ...MISSING, endedAt: null, failure: { ...failure, at: NOW } }), ['none']);
  });

  test('a failure of an earlier state explains nothing once the state is another', () => {
    for (const code of ['commandNotFinished', 'commandNeverRan'] as const)
      assert.deepEqual(codes({ ...MISSING, failure: { code, values: { state: 'Executing' }, at: NOW } }), [
        'notFetched',
      ]);
  });

  test('where a command ran, the device is not called unfit', () => {
    const machine = { ...MACHINE, osPlatform: 'WindowsServer2016', machineTags: ['Restricted security operations'] };
    const failed = { ...WAITING, result: 'never' as const, actionStatus: 'Failed', machine };
    assert.deepEqual(codes(failed), ['sessionFailed', 'restricted']);
    assert.deepEqual(codes({ ...failed, hasRunHere: true }), ['sessionFailed']);
    assert.deepEqual(codes({ ...WAITING, hasRunHere: true, machine }), ['deviceActive']);
  });

  test('a command that has started is never said not to have run', () => {
    const never = { ...WAITING, result: 'never' as const, commandStatus: 'TimedOut', startedAt: at(HOUR) };
    assert.deepEqual(codes({ ...never, actionStatus: 'TimeOut' }), ['timedOutRunning']);
    assert.deepEqual(codes({ ...never, actionStatus: 'Cancelled' }), ['cancelledRunning']);
    assert.deepEqual(codes({ ...never, actionStatus: 'Failed' }), ['endedRunning']);
  });

  test('defaults of a server are no facts: the year 1, a build of 0, a time that is none', () => {
    const machine = { ...MACHINE, lastSeen: '0001-01-01T00:00:00Z', osPlatform: 'Windows10', osBuild: 0 };
    assert.deepEqual(noResultReasons({ ...WAITING, machine }), [
      { code: 'deviceActive', source: 'inferred', values: {} },
    ]);
    assert.deepEqual(codes({ ...WAITING, commandStatus: 'Executing', startedAt: 'soon' }), ['notFinished']);
  });

  test('a kind of result that this version does not know has a reason, too', () => {
    assert.deepEqual(codes({ ...MISSING, result: 'film' as never }), ['notFetched']);
  });

  test('hostile words stay one short line', () => {
    const long = `Weird\r\n\u202E[x](command:y)${'x'.repeat(3_000_000)}`;
    const all: readonly Partial<NoResultFacts>[] = [
      { commandStatus: long },
      { otherSession: long },
      { result: 'never', actionStatus: 'Cancelled', cancelledBy: long, cancellationComment: long },
      { result: 'never', actionStatus: long },
      { machine: { ...MACHINE, healthStatus: long, osPlatform: 'Windows7', version: long } },
      ...(['missingPermission', 'notFound', 'featureDisabled', 'noResult'] as const).map((code) => ({
        ...MISSING,
        failure: { code, values: { status: 400, serverMessage: long, host: long, connection: long } },
      })),
      { ...MISSING, deviceErrors: Array.from({ length: 500 }, () => long), failure: { code: 'noResult', values: {} } },
    ];
    for (const change of all) {
      const facts = { ...WAITING, ...change };
      const sentence = noResultSentence(noResultReasons(facts), facts.failure, facts.deviceErrors);
      assert.ok(sentence.length > 5 && sentence.length <= 3001, `${sentence.length}`);
      assert.doesNotMatch(sentence, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
  });
});

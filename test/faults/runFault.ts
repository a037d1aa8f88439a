import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { isLiveResponseError, LiveResponseError } from '../../src/base/errors.ts';
import type { FailureValues } from '../../src/base/errors.ts';
import { decodeResult } from '../../src/evidence/decode/decode.ts';
import { API_HOST, BLOB_HOST, CORRELATION_ID } from './fault.ts';
import type { Count, Fault } from './fault.ts';
import { openStage, patience, SMALL } from './stage.ts';
import type { Stage } from './stage.ts';
import { describeFailure } from './words.ts';

/** Registers a test for every fault. */
export function testFaults(faults: readonly Fault[]): void {
  for (const fault of faults) {
    test(`${fault.id}: ${fault.happens}: ${fault.client}`, async (context) => {
      const stage = await openStage(fault.tenant, fault.speed, fault.skew, fault.trusted);
      context.after(() => stage.stop());
      await runFault(fault, stage);
    });
  }
}

async function runFault(fault: Fault, stage: Stage): Promise<void> {
  const { tenant } = stage;
  stage.hostNames.set(new URL(tenant.apiUrl).host, API_HOST).set(tenant.blobHost, BLOB_HOST);
  await fault.arrange(stage);
  stage.setOptions(fault.options?.(stage) ?? {});

  const leaving = new AbortController();
  const asked = (fault.ask ?? ((on, signal) => on.fetch(SMALL, signal)))(stage, leaving.signal).then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  );
  if (fault.cancelWhen !== undefined) {
    await fault.cancelWhen(stage);
    leaving.abort();
  }
  const outcome = await asked;
  assertEnding(fault, stage, outcome);
  assertCount('calls of the API', tenant.recording.at('api').length, fault.apiCalls);
  assertCount('downloads', tenant.recording.at('blob').length, fault.downloads);
  await fault.check?.(stage);
  assertQuiet(stage);
  await assertNothingLost(fault, stage);
}

function assertEnding(fault: Fault, stage: Stage, outcome: { answer: unknown } | { error: unknown }): void {
  const { ends } = fault;
  if (ends.kind === 'failure') {
    assert.ok('error' in outcome, `it did not fail: ${inspect(outcome, { depth: 1 })}`);
    const { error } = outcome;
    assertNoSecret(stage, error);
    assert.ok(isLiveResponseError(error), inspect(error));
    assert.equal(error.code, ends.code, inspect(error));
    const values = asPrinted(error.values, ends.values, stage);
    assert.deepEqual(values, ends.values);
    // The product shows the same sentence for the real failure as for the table's.
    assert.deepEqual(
      describeFailure(new LiveResponseError(error.code, values)),
      describeFailure(new LiveResponseError(ends.code, ends.values)),
    );
    return;
  }
  assert.ok('answer' in outcome, `it failed: ${inspect('error' in outcome ? outcome.error : undefined)}`);
  const bytes = bytesOf(outcome.answer);
  if (ends.kind === 'rejection') {
    assert.ok(bytes !== undefined);
    assert.equal(decodeResult(bytes).rejection?.reason, ends.reason);
  } else if (fault.ask === undefined) {
    assert.ok(Buffer.from(stage.stored(SMALL)).equals(bytes ?? new Uint8Array()), 'the bytes differ');
  }
}

/** Replaces values that differ from run to run with the table's. A missing value is not replaced. */
function asPrinted(real: FailureValues, printed: FailureValues, stage: Stage): FailureValues {
  const varying = ['retryAt', 'ownCalls', 'systemCode', 'size'] as const;
  return {
    ...real,
    ...(real.host === undefined ? {} : { host: stage.hostNames.get(real.host) ?? real.host }),
    ...(real.correlationId === undefined ? {} : { correlationId: CORRELATION_ID }),
    ...Object.fromEntries(
      varying.flatMap((key) =>
        real[key] === undefined || printed[key] === undefined ? [] : [[key, printed[key]] as const],
      ),
    ),
  };
}

function assertCount(what: string, count: number, expected: Count): void {
  const [least, most] = typeof expected === 'number' ? [expected, expected] : expected;
  assert.ok(count >= least && count <= most, `${count} ${what}, not ${least} to ${most}`);
}

function assertNoSecret(stage: Stage, error: unknown): void {
  const seen = [
    inspect(error, { depth: 10, showHidden: true, getters: true }),
    JSON.stringify(error),
    JSON.stringify(stage.records),
    error instanceof Error ? `${error.toString()}${error.stack ?? ''}` : '',
  ].join('\n');
  const marks = ['Bearer', 'sig=', 'skoid', 'eyJ', ...stage.secrets.flatMap((secret) => [secret, secret.slice(-40)])];
  for (const mark of marks) assert.ok(!seen.includes(mark), `${mark} is in ${seen}`);
}

/** Asserts rules 4 and 5: the token goes to the API alone, and every call only reads. */
function assertQuiet({ tenant }: Stage): void {
  for (const { door, method, authorization, path } of tenant.recording.requests) {
    if (door === 'login') continue;
    assert.equal(method, 'GET', `${method} ${path}`);
    assert.equal(authorization !== undefined, door === 'api', `Authorization at ${door}: ${path}`);
  }
}

/** Asserts that the result is available and unchanged once the fault is over. */
async function assertNothingLost(fault: Fault, stage: Stage): Promise<void> {
  if (fault.after === 'gone') return;
  stage.tenant.faults.clear();
  stage.tenant.limiter.reset();
  stage.setOptions(fault.after?.(stage) ?? {});
  const { bytes } = await stage.fetch(SMALL, patience());
  assert.ok(Buffer.from(stage.stored(SMALL)).equals(bytes), 'after the fault the bytes differ');
}

function bytesOf(answer: unknown): Uint8Array | undefined {
  return typeof answer === 'object' && answer !== null && 'bytes' in answer && answer.bytes instanceof Uint8Array
    ? answer.bytes
    : undefined;
}

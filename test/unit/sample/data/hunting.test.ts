import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { huntingRun } from '../../../../src/sample/data/huntingRun.ts';
import { list, readResult, resultOf, startedAt, startTenant } from '../harness.ts';
import type { WireAction } from '../harness.ts';

const { tenant } = startTenant();

async function hunted(): Promise<readonly WireAction[]> {
  const { value } = await list(tenant);
  return value.filter((action) => action.requestorComment === huntingRun.comment);
}

/** Removes the differences that two devices without a finding may have. */
function normalise(output: string): string {
  return output
    .replaceAll(/[\dA-F]{8}-[\dA-F-]{27}/gu, '<guid>')
    .replaceAll(/ws-\d{3}/giu, '<host>')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/gu, '<time>');
}

void suite('the hunting run', () => {
  void test('200 devices, one script, arguments and comment, within 15 minutes a day ago', async () => {
    const actions = await hunted();
    assert.equal(new Set(actions.map(({ machineId }) => machineId)).size, 200);
    const params = new Set(actions.map(({ commands }) => JSON.stringify(commands.map(({ command }) => command))));
    assert.equal(params.size, 1);
    const times = actions.map(({ creationDateTimeUtc }) => Date.parse(creationDateTimeUtc));
    assert.ok(Math.max(...times) - Math.min(...times) <= 15 * 60_000);
    const hours = (startedAt - Math.max(...times)) / 3_600_000;
    assert.ok(hours > 24 && hours < 26, String(hours));
  });

  void test('190 equal outputs, 3 odd ones, 7 without a result for seven reasons', async () => {
    const outputs = new Map<string, string[]>();
    const reasons = [];
    for (const action of await hunted()) {
      const blob = await resultOf(tenant, action.id, 0);
      const status = `${action.status}/${action.commands[0]?.commandStatus ?? ''}`;
      if (typeof blob === 'number') {
        reasons.push(`${status} ${String(blob)}`);
        continue;
      }
      try {
        const output = normalise(readResult(blob.bytes()).script_output);
        outputs.set(output, [...(outputs.get(output) ?? []), action.computerDnsName]);
      } catch {
        reasons.push(`${status} not JSON`);
      }
    }
    assert.deepEqual(
      reasons.sort(),
      [
        'Pending/Created 400',
        'Failed/Failed 404',
        'TimeOut/Submitted 404',
        'Cancelled/Created 404',
        'Succeeded/Completed 404',
        'InProgress/Executing 400',
        'Succeeded/Completed not JSON',
      ].sort(),
    );
    const groups = [...outputs].sort(([, left], [, right]) => right.length - left.length);
    assert.deepEqual(
      groups.map(([, devices]) => devices.length),
      [190, 1, 1, 1],
    );
    const usual = new Set(groups[0]?.[0].split('\n'));
    const extra = groups
      .slice(1)
      .map(([output, [device = '']]) => [
        device.slice(0, 6),
        output.split('\n').filter((line) => !usual.has(line)).length,
      ]);
    assert.deepEqual(extra.sort(), [
      ['ws-042', 1],
      ['ws-117', 1],
      ['ws-163', 1],
    ]);
  });
});

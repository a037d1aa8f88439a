import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { scenarioRef } from '../../../../src/sample/data/catalogue.ts';
import { ask, list, odata, resultOf, startedAt, startTenant } from '../harness.ts';
import type { WireAction } from '../harness.ts';

void suite('the action that completes while one watches', () => {
  void test('goes through every stage in 90 seconds and is found by what was updated since', async () => {
    const { tenant, clock } = startTenant();
    const { actionId, commandIndex } = scenarioRef('liveRun');
    const stages: string[] = [];
    let lastUpdate = '';
    for (let second = 0; second <= 95; second += 1) {
      clock.now = startedAt + second * 1_000;
      const action = JSON.parse((await ask(tenant, `/api/machineactions/${actionId}`)).body) as WireAction;
      const stage = [action.status, ...action.commands.map(({ commandStatus }) => commandStatus)].join(' ');
      if (stage === stages.at(-1)) {
        continue;
      }
      stages.push(stage);
      if (lastUpdate !== '') {
        const changed = await list(tenant, odata({ $filter: `lastUpdateDateTimeUtc gt ${lastUpdate}` }));
        assert.deepEqual(
          changed.value.map(({ id }) => id),
          [actionId],
        );
      }
      lastUpdate = action.lastUpdateDateTimeUtc;
      const result = await resultOf(tenant, actionId, commandIndex);
      assert.equal(typeof result === 'number', !stage.endsWith('Completed Completed'), stage);
      for (const { startTime, endTime, commandStatus } of action.commands) {
        assert.equal(startTime !== null, ['Executing', 'Completed'].includes(commandStatus));
        assert.equal(endTime !== null, commandStatus === 'Completed');
      }
    }
    assert.deepEqual(stages, [
      'Pending Created Created',
      'InProgress Submitted Created',
      'InProgress Executing Created',
      'InProgress Completed Submitted',
      'InProgress Completed PendingResource',
      'InProgress Completed Executing',
      'InProgress Completed Completed',
      'Succeeded Completed Completed',
    ]);
  });
});

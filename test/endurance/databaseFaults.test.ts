import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FaultPort } from './faultPort.ts';
import { tryFaults, watch } from './nthFault.ts';
import { boundedFaults } from './plans.ts';

suite('the nth call to SQLite fails', () => {
  test('nothing that is shown is false, nothing stored is lost, and the next window works', async () => {
    const port = new FaultPort();
    await port.install();
    const { passed } = await watch(port);
    const { tried, fired, problems } = await tryFaults(port, boundedFaults(passed, ['database']));
    assert.deepEqual(problems, []);
    assert.ok(tried > 200 && fired > 0.95 * tried, `${fired} of ${tried} happened`);
  });
});

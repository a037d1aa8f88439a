import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FaultPort } from './faultPort.ts';
import { tryFaults, watch } from './nthFault.ts';
import { boundedFaults, networkFaults } from './plans.ts';

/** Kinds that are tried at each request. */
const KINDS_EACH = 4;

suite('the nth call elsewhere fails', async () => {
  const port = new FaultPort();
  await port.install();
  const { passed, requests } = await watch(port);

  test('to the file system: a file is whole or not there, and nothing of it is left', async () => {
    const { tried, fired, problems } = await tryFaults(port, boundedFaults(passed, ['file']));
    assert.deepEqual(problems, []);
    assert.ok(tried > 60 && fired > 0.9 * tried, `${fired} of ${tried} happened`);
  });

  test('to the network: what passes costs only time, and what lasts is said', async () => {
    const { tried, fired, problems } = await tryFaults(port, networkFaults(requests, KINDS_EACH));
    assert.deepEqual(problems, []);
    assert.ok(tried > 40 && fired === tried, `${fired} of ${tried} happened`);
  });
});

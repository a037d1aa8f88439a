import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { meantBy } from '../../../src/defender/deviceNames.ts';
import { readMachine, readMachines } from '../../../src/defender/machines.ts';
import { createSampleTenant } from '../../../src/sample/api/sampleTenant.ts';
import { createTenantClient } from '../../../src/defender/tenantClient.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { createLocalLedger } from '../../../src/defender/calls/localLedger.ts';
import { failure, patience } from './expected.ts';

function machine(id: string, computerDnsName: string | null): { id: string; computerDnsName: string | null } {
  return { id, computerDnsName };
}

suite('devices by name', () => {
  test('exactly that name, all its records; else the host of a domain; else all that begin so', () => {
    const machines = readMachines({
      value: [
        machine('1', 'dc1.a.example'),
        machine('2', 'dc1.a.example'),
        machine('3', 'dc10.a.example'),
        machine('4', null),
      ],
    });
    const ids = (name: string): string[] => meantBy(name, machines).map(({ id }) => id);
    assert.deepEqual(ids('DC1.a.example'), ['1', '2']);
    assert.deepEqual(ids('dc1'), ['1', '2']);
    assert.deepEqual(ids('dc'), ['1', '2', '3', '4']);
  });

  test('what is no list of devices is an unexpected answer', () => {
    assert.throws(() => readMachines({ value: {} }), failure('unexpectedAnswer'));
    assert.throws(() => readMachines({}), failure('unexpectedAnswer', { path: 'value' }));
    assert.throws(() => readMachines(null), failure('unexpectedAnswer', { path: '(top)' }));
  });

  test('a device without an id is left out, and an odd value is null', () => {
    const odd = { id: '1', computerDnsName: 5, healthStatus: {}, lastSeen: null, osBuild: 'x', machineTags: ['a', 7] };
    assert.deepEqual(readMachines({ value: [{ computerDnsName: 'a' }, odd] }), [
      {
        id: '1',
        computerDnsName: null,
        healthStatus: null,
        lastSeen: null,
        osPlatform: null,
        version: null,
        osBuild: null,
        machineTags: ['a'],
        rbacGroupName: null,
      },
    ]);
  });

  test('what is no device is an unexpected answer; tags that are no list are none, and too many are cut', () => {
    for (const body of [null, [], { id: 5 }])
      assert.throws(() => readMachine(body), failure('unexpectedAnswer', { path: 'id' }));
    for (const machineTags of ['a', null, undefined])
      assert.deepEqual(readMachine({ id: '1', machineTags }).machineTags, []);
    const { machineTags } = readMachine({ id: '1', machineTags: Array.from({ length: 200 }, () => 'x'.repeat(400)) });
    assert.deepEqual(
      machineTags,
      Array.from({ length: 100 }, () => 'x'.repeat(300)),
    );
  });

  test('the client finds them, and says what the token lacks', async () => {
    const sample = createSampleTenant({ startedAt: 0, now: () => 0, mintLink: () => '' });
    let isRefused = false;
    const client = createTenantClient(createLocalLedger(systemClock), {
      apiUrl: 'https://api.example',
      getAccessToken: () => Promise.resolve('token'),
      transport: {
        api: async ({ url }) => {
          const { pathname: path, search } = new URL(url);
          const answer = await sample.answer({ method: 'GET', path, query: search.slice(1), apiUrl: '' });
          const refusal = { error: { code: 'Forbidden', message: 'Missing application roles.' } };
          const [status, text] = isRefused ? [403, JSON.stringify(refusal)] : [answer.status, answer.body];
          return { status, headers: answer.headers, body: bytes(text) };
        },
        download: () => Promise.reject(new Error('nothing is downloaded here')),
      },
    });
    const found = await client.findMachines('LT-0533', patience());
    assert.deepEqual(
      found.map(({ computerDnsName }) => computerDnsName),
      ['lt-0533.fabrikam.example', 'lt-0533.fabrikam.example'],
    );
    isRefused = true;
    await assert.rejects(client.findMachines('lt', patience()), failure('missingPermission'));
  });
});

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield Buffer.from(text);
}

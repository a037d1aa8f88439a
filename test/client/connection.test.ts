import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, suite, test } from 'node:test';
import { createCertificate } from '../tenant/certificate.ts';
import { fails, openStage, PAGE, patience, until } from './localClient.ts';
import type { Stage } from './localClient.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.stop());
beforeEach(() => {
  stage.clear();
});

suite('the API is disturbed', () => {
  for (const status of [502, 503, 504]) {
    test(`a ${status} is repeated`, async () => {
      stage.tenant.faults.add({ door: 'api', times: 2, action: { kind: 'answer', status } });
      await stage.client().listMachineActions(PAGE, patience());
      assert.deepEqual(stage.heard(), [`list ${status}`, `list ${status}`, 'list 200']);
    });
  }

  test('a 500 is the answer once the list without an order is refused as well', async () => {
    stage.tenant.faults.add({ door: 'api', times: Infinity, action: { kind: 'answer', status: 500 } });
    await fails(stage.client().listMachineActions(PAGE, patience()), stage, 'serverError', { status: 500 });
    assert.deepEqual(stage.heard(), ['list 500', 'list 500']);
  });

  test('a 503 that stays is the answer after four calls', async () => {
    stage.tenant.faults.add({ door: 'api', times: Infinity, action: { kind: 'answer', status: 503 } });
    await fails(stage.client().listMachineActions(PAGE, patience()), stage, 'serverError', { status: 503 });
    assert.equal(stage.heard().length, 4);
  });

  for (const [what, action] of [
    ['before the answer', { kind: 'reset' }],
    ['in the middle of the answer', { kind: 'resetMidBody', afterBytes: 50 }],
    ['by an end that comes too early', { kind: 'truncate', afterBytes: 50, promised: true }],
  ] as const) {
    test(`a connection that is lost ${what} is tried again`, async () => {
      stage.tenant.faults.add({ door: 'api', action });
      const { actions } = await stage.client().listMachineActions(PAGE, patience());
      assert.equal(actions.length, PAGE.top);
      assert.equal(stage.heard().length, 2);
    });
  }

  test('a connection that is lost every time is the answer', async () => {
    stage.tenant.faults.add({ door: 'api', times: Infinity, action: { kind: 'reset' } });
    const error = await fails(stage.client().listMachineActions(PAGE, patience()), stage, 'connectionLost');
    assert.equal(error.values.host, new URL(stage.tenant.apiUrl).host);
    assert.equal(stage.heard().length, 4);
  });
});

suite('the API is not reached', () => {
  test('where nobody listens we are offline, at once', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const client = stage.client({ apiUrl: `https://127.0.0.1:${port}` });
    await fails(client.listMachineActions(PAGE, patience()), stage, 'offline', {
      host: `127.0.0.1:${port}`,
      systemCode: 'ECONNREFUSED',
    });
    assert.equal(stage.records.length, 1);
  });

  test('a host whose certificate nobody vouches for gets no token', async (context) => {
    const { key, cert } = await createCertificate();
    let requests = 0;
    const server = createServer({ key, cert }, (_request, response) => {
      requests++;
      response.end('{"value": []}');
    });
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    context.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const client = stage.client({ apiUrl: `https://localhost:${port}` });
    const error = await fails(client.listMachineActions(PAGE, patience()), stage, 'tls');
    assert.ok(error.values.systemCode);
    assert.equal(requests, 0);
  });
});

suite('cancelling a call', () => {
  test('it closes the connection while the answer is awaited', async () => {
    stage.tenant.faults.add({ door: 'api', holdMs: 60_000 });
    const leaving = new AbortController();
    const listing = stage.client().listMachineActions(PAGE, leaving.signal);
    listing.catch(() => undefined);
    await until(() => stage.heard().length === 1);
    leaving.abort();
    await fails(listing, stage, 'cancelled');
    const outcome = (): string | undefined => stage.tenant.recording.requests[0]?.outcome;
    await until(() => outcome() !== 'open');
    assert.equal(outcome(), 'left');
    assert.equal(stage.heard().length, 1);
  });

  test('it closes the connection in the middle of the answer', async () => {
    stage.tenant.faults.add({ door: 'api', action: { kind: 'drip', bytesPerSecond: 1000 } });
    const leaving = new AbortController();
    const listing = stage.client().listMachineActions(PAGE, leaving.signal);
    listing.catch(() => undefined);
    await until(() => (stage.tenant.recording.requests[0]?.bytesSent ?? 0) > 0);
    leaving.abort();
    await fails(listing, stage, 'cancelled');
    const outcome = (): string | undefined => stage.tenant.recording.requests[0]?.outcome;
    await until(() => outcome() !== 'open');
    assert.equal(outcome(), 'left');
  });

  test('a signal that was aborted before sends nothing', async () => {
    await fails(stage.client().listMachineActions(PAGE, AbortSignal.abort()), stage, 'cancelled');
    assert.deepEqual(stage.heard(), []);
  });

  test('the pause before a repetition can be cancelled: no second request follows', async () => {
    stage.tenant.faults.add({ door: 'api', times: Infinity, action: { kind: 'answer', status: 503 } });
    const leaving = new AbortController();
    const client = stage.client({
      clock: {
        now: Date.now,
        wait: (_ms, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reject(
                Object.assign(new Error('cancelled'), { name: 'LiveResponseError', code: 'cancelled', values: {} }),
              );
            });
            leaving.abort();
          }),
      },
    });
    await fails(client.listMachineActions(PAGE, leaving.signal), stage, 'cancelled');
    assert.deepEqual(stage.heard(), ['list 503']);
  });
});

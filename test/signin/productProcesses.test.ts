import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { removeFolder } from '../secrets/runFolder.ts';
import { filesWithSecrets } from '../secrets/search.ts';
import type { LocalTenant } from '../tenant/localTenant.ts';
import type { MemorySecrets } from '../unit/identity/memorySecrets.ts';
import type { Heard, Order, Said } from './productProcess.ts';
import { connectionTo, openMachine, openWindow, person } from './productWindow.ts';
import { fingerprint } from './scene.ts';
import { AT_ONCE_EXPIRED, signInStage } from './stage.ts';

const stage = signInStage();
const { signal } = new AbortController();

/** A process that requests tokens. */
interface Other {
  readonly ready: Promise<unknown>;
  readonly tokens: (count: number) => Promise<readonly string[]>;
  readonly end: () => Promise<void>;
}

function open(tenant: LocalTenant, secrets: MemorySecrets, order: Order): Other {
  const child: ChildProcess = fork(path.join(import.meta.dirname, 'productProcess.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: tenant.caFile },
  });
  const send = (message: Heard): void => {
    if (child.connected) child.send(message);
  };
  const ready = Promise.withResolvers<undefined>();
  let told = Promise.withResolvers<readonly string[]>();
  const subscription = secrets.onDidChange(({ key }) => {
    send({ changed: key });
  });
  child.on('message', (message: Said) => {
    if (message === 'ready') ready.resolve(undefined);
    else if ('tokens' in message) told.resolve(message.tokens);
    else {
      const { call, method, key, value = '' } = message;
      const done = method === 'store' ? secrets.store(key, value) : secrets[method](key);
      void done.then((answer) => {
        send({ answers: call, value: answer ?? undefined });
      });
    }
  });
  send(order);
  return {
    ready: ready.promise,
    tokens: (count) => {
      told = Promise.withResolvers();
      send({ go: count });
      return told.promise;
    },
    end: async () => {
      subscription.dispose();
      child.kill();
      await once(child, 'exit');
    },
  };
}

suite('two processes with one secret storage and one database', () => {
  test('renew at once: one request, nothing is lost, and each goes on with the new token', async () => {
    const { tenant } = stage();
    const folder = await mkdtemp(path.join(tmpdir(), 'sign-in-'));
    const machine = openMachine(folder);
    const connection = connectionTo(tenant, 'interactive');
    const window = openWindow(machine);
    const others = [1, 2].map(() => open(tenant, machine.secrets, { connection, folder }));
    try {
      const { lifetimes } = tenant.identity;
      lifetimes.accessToken = AT_ONCE_EXPIRED;
      await window.signIns.signIn(connection, 'interactive', person(tenant), signal);
      const [before] = machine.secrets.kept.values();
      await Promise.all(others.map(({ ready }) => ready));

      for (let round = 1; round <= 3; round++) {
        // The last round's tokens last. A process that renews then renews without need.
        lifetimes.accessToken = round < 3 ? AT_ONCE_EXPIRED : 3600;
        tenant.recording.clear();
        if (round === 3) tenant.faults.add({ door: 'login', call: 'token', holdMs: 300 });
        const tokens = (await Promise.all(others.map((other) => other.tokens(10)))).flat();
        assert.equal(tokens.length, 20);
        assert.deepEqual(
          tokens.filter((token) => !/^[0-9a-f]{64}$/u.test(token)),
          [],
        );
        const renewals = tenant.recording.tokenRequests('refresh_token');
        assert.deepEqual([...new Set(renewals.map(({ status }) => status))], [200]);
        if (round === 3) {
          assert.equal(renewals.length, 1);
          assert.equal(new Set(tokens).size, 1);
          assert.equal(fingerprint(await window.signIns.getAccessToken(connection, signal)), tokens[0]);
          assert.equal(tenant.recording.tokenRequests().length, 1);
        }
      }
      const [kept, ...more] = machine.secrets.kept.values();
      assert.equal(more.length, 0);
      assert.notEqual(kept, before);
      assert.equal(await window.signIns.account(connection), 'analyst@contoso.example');
      // The stored session is complete, so that it can be renewed again.
      const token = await window.signIns.getAccessToken(connection, signal);
      assert.notEqual(await window.signIns.getAccessToken(connection, signal, { token }), token);
    } finally {
      await Promise.all(others.map((other) => other.end()));
      window.close();
    }
    assert.ok((await readdir(folder)).includes('shared.db'));
    assert.deepEqual(await filesWithSecrets([folder]), []);
    await removeFolder(folder, ['shared.db', 'shared.db-wal']);
  });
});

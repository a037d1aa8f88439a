import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { person } from './productWindow.ts';
import { inScene } from './scene.ts';
import type { Scene } from './scene.ts';
import { AT_ONCE_EXPIRED, signInStage } from './stage.ts';

const stage = signInStage({ lifetimes: { deviceInterval: 0.05 } });

/** Counts the log lines of each level. */
function levels({ window }: Scene): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of window.log) {
    const level = line.slice(0, line.indexOf(' '));
    counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  return counts;
}

// Every scene of every file checks that no line contains a token, code, verifier, secret or name.
suite('what msal says of its work', () => {
  for (const way of ['interactive', 'deviceCode', 'clientSecret'] as const) {
    test(`${way}: it is in our log, one level lower, and the tenant’s id below what is logged by default`, () =>
      inScene(stage().tenant, way, async (scene) => {
        const { window, connection, tenant, list, signIn, failure } = scene;
        const { lifetimes } = tenant.identity;
        lifetimes.accessToken = AT_ONCE_EXPIRED;
        if (way === 'clientSecret') await window.signIns.storeSecret(connection, way, tenant.clientSecret);
        else await signIn();
        await list();
        tenant.identity.revokeRefreshTokens();
        tenant.identity.refuseNext({ aadsts: 7000215, grantType: 'client_credentials' });
        await failure(list());
        const counts = levels(scene);
        assert.ok((counts.get('debug') ?? 0) > 0 && (counts.get('trace') ?? 0) > 0, 'msal speaks at all');
        assert.equal(counts.get('error'), undefined);
        // The tenant's id is part of every address. The log stays on this machine, and nothing of it is telemetry.
        const naming = window.log.filter((line) => line.includes(tenant.tenantId));
        assert.deepEqual(
          naming.filter((line) => !/^(?:debug|trace) /u.test(line)),
          [],
        );
      }));
  }

  test('a cancelled and a declined sign-in leave no error in it', () =>
    inScene(stage().tenant, 'interactive', async (scene) => {
      await scene.failure(scene.signIn(person(scene.tenant, { cancel: true })));
      assert.equal(levels(scene).get('error'), undefined);
    }));
});

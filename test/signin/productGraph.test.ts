import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decodeJwt } from 'jose';
import { systemClock } from '../../src/base/clock.ts';
import { QueuedBudget } from '../../src/defender/calls/budget.ts';
import { createLocalLedger } from '../../src/defender/calls/localLedger.ts';
import { createHuntingSender } from '../../src/defender/hunting/sendQuery.ts';
import { createHuntingClient } from '../../src/defender/hunting/huntingClient.ts';
import type { Connection } from '../../src/connections/connection.ts';
import { person } from './productWindow.ts';
import { inScene } from './scene.ts';
import type { Scene } from './scene.ts';
import { signInStage } from './stage.ts';

const stage = signInStage({ lifetimes: { deviceInterval: 0.05 } });
const { signal } = new AbortController();
const QUERY = 'CloudAppEvents\n| where Timestamp > ago(7d)';

/** Plays a scene in which the connection names the tenant's Microsoft Graph. */
function inGraphScene(way: Connection['signIn'], play: (scene: Scene) => Promise<void>): Promise<void> {
  const { tenant } = stage();
  return inScene(tenant, way, play, { connection: { graphUrl: tenant.graphUrl } });
}

/** Runs a hunting query as the product does. */
function hunt({ tenant, window, connection }: Scene): Promise<unknown> {
  const client = createHuntingClient({
    connection: connection.name,
    graphUrl: tenant.graphUrl,
    getAccessToken: (abort, refusal) => window.signIns.getAccessToken(connection, abort, refusal, 'graph'),
    send: createHuntingSender(),
    budget: new QueuedBudget(createLocalLedger(systemClock), systemClock),
    clock: systemClock,
  });
  return client.run(QUERY, signal);
}

const consent = ({ tenant, window, connection }: Scene, as?: string): Promise<string> =>
  window.signIns.signIn(
    connection,
    connection.signIn === 'deviceCode' ? 'deviceCode' : 'interactive',
    person(tenant, as === undefined ? {} : { as }),
    signal,
    'graph',
  );

suite('a token for Microsoft Graph', () => {
  for (const way of ['interactive', 'deviceCode'] as const) {
    test(`${way}: with consent, the session gives it silently, for one permission, beside that of Defender`, () =>
      inGraphScene(way, async (scene) => {
        const { signIn, list, tenant, window, connection, token } = scene;
        await signIn();
        await hunt(scene);
        await list();
        await hunt(scene);
        const [renewal, ...others] = tenant.recording.tokenRequests('refresh_token');
        assert.equal(others.length, 0, 'both tokens are kept');
        assert.equal(
          renewal?.form?.['scope']?.split(' ').find((one) => one.startsWith('https:')),
          `${tenant.graphUrl}/ThreatHunting.Read.All`,
        );
        const graph = decodeJwt(await window.signIns.getAccessToken(connection, signal, undefined, 'graph'));
        assert.deepEqual([graph.aud, graph['scp']], [tenant.graphUrl, 'ThreatHunting.Read.All']);
        assert.equal(decodeJwt(await token()).aud, 'https://api.securitycenter.microsoft.com');
        assert.equal(tenant.recording.calls('authorize').length, way === 'interactive' ? 1 : 0);
      }));

    test(`${way}: without consent nothing is sent, the session stays, and one consent is enough`, () =>
      inGraphScene(way, async (scene) => {
        const { signIn, list, tenant, fails, window } = scene;
        let changes = 0;
        await signIn();
        await list();
        window.signIns.onDidChange(() => changes++);
        tenant.identity.policies.huntingConsented = false;
        await fails(hunt(scene), 'huntingRefused', 'consent', 'signIn', /agree to ThreatHunting\.Read\.All/);
        assert.equal(tenant.recording.at('graph').length, 0);
        await list();
        assert.equal(await consent(scene), 'analyst@contoso.example');
        await hunt(scene);
        await list();
        assert.equal(tenant.recording.at('graph').length, 1);
        assert.equal(changes, 0, 'neither the account nor what it sees has changed');
      }));
  }

  test('another person who answers the question changes nothing', () =>
    inGraphScene('interactive', async (scene) => {
      const { signIn, list, fails, window, connection } = scene;
      await signIn();
      await fails(
        consent(scene, 'responder@contoso.example'),
        'signInFailed',
        'otherAccount',
        'signIn',
        /another account than the one that is signed in/,
      );
      assert.equal(await window.signIns.account(connection), 'analyst@contoso.example');
      await list();
      await hunt(scene);
    }));

  test('nobody signs in by a consent: neither without a session, nor when somebody signed out meanwhile', () =>
    inGraphScene('interactive', async (scene) => {
      const { signIn, fails, window, connection, tenant } = scene;
      await fails(consent(scene), 'notSignedIn', 'noAccount', 'signIn', /not signed in to "Contoso"/);
      assert.equal(tenant.recording.calls('authorize').length, 0);
      await signIn();
      const held = person(tenant, { as: 'responder@contoso.example' });
      const opened = Promise.withResolvers<undefined>();
      const goOn = Promise.withResolvers<undefined>();
      const open = window.signIns.signIn(
        connection,
        'interactive',
        {
          ...held,
          openBrowser: async (url) => {
            opened.resolve(undefined);
            await goOn.promise;
            await held.openBrowser(url);
          },
        },
        signal,
        'graph',
      );
      const ended = assert.rejects(open, { code: 'cancelled' });
      await opened.promise;
      await window.signIns.signOut(connection);
      goOn.resolve(undefined);
      await ended;
      assert.equal(await window.signIns.account(connection), undefined);
      await fails(hunt(scene), 'notSignedIn', 'noAccount', 'signIn', /not signed in to "Contoso"/);
    }));

  test('a refusal by Microsoft Graph’s side of the session does not sign out', () =>
    inGraphScene('interactive', async (scene) => {
      const { signIn, list, fails, tenant, window, connection } = scene;
      await signIn();
      tenant.identity.refuseNext({ aadsts: 50173, grantType: 'refresh_token' });
      await fails(hunt(scene), 'notSignedIn', 'sessionEnded', 'signIn', /has ended/);
      assert.equal(await window.signIns.account(connection), 'analyst@contoso.example');
      await list();
      await hunt(scene);
    }));

  test('signing out takes both tokens', () =>
    inGraphScene('interactive', async (scene) => {
      const { signIn, fails, window, connection, tenant } = scene;
      await signIn();
      await hunt(scene);
      await window.signIns.signOut(connection);
      await fails(hunt(scene), 'notSignedIn', 'noAccount', 'signIn', /not signed in to "Contoso"/);
      assert.equal(tenant.recording.at('graph').length, 1);
    }));

  test('an application gets what it was granted; both its tokens are kept', () =>
    inGraphScene('clientSecret', async (scene) => {
      const { tenant, window, connection, list } = scene;
      await window.signIns.storeSecret(connection, 'clientSecret', tenant.clientSecret);
      await hunt(scene);
      await list();
      await hunt(scene);
      const scopes = tenant.recording.tokenRequests('client_credentials').map(({ form }) => form?.['scope']);
      assert.deepEqual(
        scopes.map((scope) => scope?.split(' ').find((one) => one.startsWith('https:'))),
        [`${tenant.graphUrl}/.default`, tenant.scope],
      );
    }));

  test('a connection with a pasted token, or without an address of Microsoft Graph, gets none', async () => {
    await inGraphScene('accessToken', async ({ window, connection }) => {
      const work = window.signIns.getAccessToken(connection, signal, undefined, 'graph');
      await assert.rejects(work, { code: 'badArgument' });
    });
    await inScene(stage().tenant, 'interactive', async ({ window, connection, tenant }) => {
      const work = window.signIns.getAccessToken(connection, signal, undefined, 'graph');
      await assert.rejects(work, { code: 'badArgument' });
      assert.equal(tenant.recording.requests.length, 0);
    });
  });
});

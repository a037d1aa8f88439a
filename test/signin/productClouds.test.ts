import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decodeJwt } from 'jose';
import type { Connection } from '../../src/connections/connection.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createResultFetcher } from '../../src/defender/download/resultFetcher.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { cloudSender, cloudTransport } from './cloudHosts.ts';
import { clientOf, openMachine, openWindow, person } from './productWindow.ts';
import type { ProductWindow } from './productWindow.ts';
import { PAGE } from './scene.ts';
import { AT_ONCE_EXPIRED, signInStage } from './stage.ts';

const stage = signInStage({ lifetimes: { deviceInterval: 0.05 } });
const { signal } = new AbortController();

interface Expected {
  readonly connection: Pick<Connection, 'cloud' | 'region'>;
  readonly login: string;
  readonly scope: string;
  readonly api: string;
  readonly blob: string;
}

// Written out instead of taken from the product, because the facts about the API (api-facts §6) are the measure.
const COMMERCIAL = {
  login: 'login.microsoftonline.com',
  scope: 'https://api.securitycenter.microsoft.com/.default',
  blob: 'automatedirstrprdeus.blob.core.windows.net',
};
const GOVERNMENT = {
  login: 'login.microsoftonline.us',
  scope: 'https://api-gov.securitycenter.microsoft.us/.default',
  api: 'api-gov.securitycenter.microsoft.us',
  blob: 'automatedirstrprdusg.blob.core.usgovcloudapi.net',
};
const CLOUDS: readonly Expected[] = [
  { ...COMMERCIAL, connection: { cloud: 'commercial' }, api: 'api.security.microsoft.com' },
  ...(['us', 'eu', 'uk', 'au', 'swa', 'ina', 'aea'] as const).map((region) => ({
    ...COMMERCIAL,
    connection: { cloud: 'commercial', region } as const,
    api: `${region}.api.security.microsoft.com`,
  })),
  {
    connection: { cloud: 'gcc' },
    login: COMMERCIAL.login,
    scope: 'https://api-gcc.securitycenter.microsoft.us/.default',
    api: 'api-gcc.securitycenter.microsoft.us',
    blob: GOVERNMENT.blob,
  },
  { ...GOVERNMENT, connection: { cloud: 'gccHigh' } },
  { ...GOVERNMENT, connection: { cloud: 'dod' } },
];

/** Returns the requests that reached the tenant: endpoint, host, and the scope of a token request. */
function heard(): string[] {
  const { requests } = stage().tenant.recording;
  return [
    ...new Set(
      requests.map(({ door, host, form }) =>
        [door, host, form?.['scope']].filter((one) => one !== undefined).join(' '),
      ),
    ),
  ];
}

async function signInTo(window: ProductWindow, connection: Connection, login: string): Promise<string> {
  const { tenant } = stage();
  const pages: string[] = [];
  const browser = person(tenant);
  await window.signIns.signIn(
    connection,
    'interactive',
    {
      ...browser,
      openBrowser: async (url) => {
        pages.push(url);
        await browser.openBrowser(url.replace(`https://${login}`, tenant.loginUrl));
      },
    },
    signal,
  );
  tenant.recording.clear();
  return pages.join(' ');
}

for (const { connection: change, login, scope, api, blob } of CLOUDS) {
  suite(`${change.cloud} ${change.region ?? ''}`, () => {
    const connectionOf = (signIn: Connection['signIn']): Connection => {
      const { tenantId, clientId } = stage().tenant;
      return { name: 'Contoso', tenantId, clientId, signIn, ...change };
    };

    test('a person: authority, scope, API and blobs are the cloud’s own, and nothing else is asked', async () => {
      const { tenant } = stage();
      const window = openWindow(openMachine(), cloudSender(tenant));
      const connection = connectionOf('interactive');
      tenant.identity.lifetimes.accessToken = AT_ONCE_EXPIRED;
      const page = new URL(await signInTo(window, connection, login));
      assert.equal(page.origin + page.pathname, `https://${login}/${tenant.tenantId}/oauth2/v2.0/authorize`);
      assert.ok(page.searchParams.get('scope')?.split(' ').includes(scope));
      tenant.identity.lifetimes.accessToken = 3600;
      const client = clientOf(window, connection, { transport: cloudTransport(tenant, blob) });
      const { actionId, commandIndex } = scenarioRef('exitZero');
      const { fetchResult } = createResultFetcher(client, systemClock);
      await fetchResult(actionId, commandIndex, signal, { maxBytes: 1_000_000 });
      const asked = `${scope} openid profile offline_access`;
      assert.deepEqual(heard(), [`login ${login} ${asked}`, `api ${api}`, `blob ${blob}`]);
      const [download] = tenant.recording.at('blob');
      assert.equal(download?.authorization, undefined);
      const token = await window.signIns.getAccessToken(connection, signal);
      assert.equal(`${String(decodeJwt(token).aud)}/.default`, scope);
      window.close();
    });

    test('an application and a device code as well', async () => {
      const { tenant } = stage();
      const window = openWindow(openMachine(), cloudSender(tenant));
      const application = connectionOf('clientSecret');
      await window.signIns.storeSecret(application, 'clientSecret', tenant.clientSecret);
      const transport = cloudTransport(tenant, blob);
      await clientOf(window, application, { transport }).listMachineActions(PAGE, signal);
      assert.deepEqual(heard(), [`login ${login} ${scope}`, `api ${api}`]);
      tenant.recording.clear();
      const prompts = person(tenant);
      await window.signIns.signIn(connectionOf('deviceCode'), 'deviceCode', prompts, signal);
      assert.equal(new URL(prompts.codes[0]?.verificationUrl ?? '').host, login);
      const kinds = new Set(tenant.recording.requests.filter(({ host }) => host === login).map(({ kind }) => kind));
      assert.deepEqual([...kinds], ['devicecode', 'token']);
      window.close();
    });
  });
}

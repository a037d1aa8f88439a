import assert from 'node:assert/strict';
import https from 'node:https';
import { createHttpTransport } from '../../../src/defender/http.ts';
import { startLocalTenant } from '../../tenant/localTenant.ts';
import type { LocalTenant } from '../../tenant/localTenant.ts';
import { API_HOST, BLOB_HOST, failure, faults, OK, OTHER_HOST } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { answerLink, askLarge } from '../produce.ts';
import { openRelay, openTunnelProxy, TunnelAgent } from '../relay.ts';
import type { TunnelProxy } from '../relay.ts';
import { closedPort, trust, until } from '../stage.ts';
import type { Stage } from '../stage.ts';

const NOT_AGAIN = 'names the host for whoever runs the network; does not knock again';
const HOUR = 3_600_000;
const STARTED_AT = Date.UTC(2026, 10, 23, 21);

/** Sets another address for the API. */
function apiAt(host: string): Pick<Fault, 'arrange' | 'options'> {
  return {
    arrange: (stage) => {
      stage.hostNames.set(host, API_HOST);
    },
    options: () => ({ apiUrl: `https://${host}` }),
  };
}

/** Replaces the tenant while it holds the first call. The new one has other keys, so it refuses the old token. */
function restart(): Pick<Fault, 'arrange' | 'options' | 'check' | 'after'> {
  let next: LocalTenant | undefined;
  let address = '';
  const options = (stage: Stage): ReturnType<NonNullable<Fault['options']>> => ({
    apiUrl: address,
    getAccessToken: async (_signal, rejected) => {
      if (rejected === undefined || next === undefined) return stage.token;
      const token = await next.mintAccessToken();
      stage.secrets.push(token);
      return token;
    },
    downloadHosts: () => [next?.blobHost ?? ''],
  });
  return {
    arrange: async (stage) => {
      const { tenant } = stage;
      const started = await startLocalTenant({ startedAt: STARTED_AT });
      next = undefined;
      stage.defer(started.stop);
      stage.defer(trust(started.ca));
      const relay = await openRelay(() => Number(new URL((next ?? tenant).apiUrl).port));
      stage.defer(relay.close);
      address = `https://localhost:${relay.port}`;
      tenant.faults.add({ door: 'api', holdMs: 60_000 });
      void until(() => tenant.recording.at('api').length === 1, 'no call came').then(() => {
        next = started;
        return tenant.stop();
      });
    },
    options,
    check: () => {
      const statuses = next?.recording.requests.map(({ kind, status }) => `${kind} ${status ?? 0}`);
      assert.deepEqual(statuses, ['link 401', 'link 200', 'download 200']);
    },
    after: (stage) => options(stage),
  };
}

/** Sends all connections of this process through a proxy that only tunnels, as VS Code's would. */
function throughProxy(): Pick<Fault, 'arrange' | 'check'> {
  let proxy: TunnelProxy | undefined;
  return {
    arrange: async (stage) => {
      proxy = await openTunnelProxy();
      stage.defer(proxy.close);
      const before = https.globalAgent;
      const agent = new TunnelAgent(proxy.port, { ca: stage.tenant.ca });
      https.globalAgent = agent;
      stage.defer(() => {
        https.globalAgent = before;
        agent.destroy();
      });
    },
    check: ({ tenant }) => {
      assert.deepEqual(proxy?.asked, [`CONNECT ${new URL(tenant.apiUrl).host}`, `CONNECT ${tenant.blobHost}`]);
      assert.ok(!proxy.headers.has('authorization'), 'the proxy saw the token');
    },
  };
}

/** Faults on the way to the host: names, ports, certificates, lines, clocks. */
export const WAYS = faults([
  {
    id: 'api-dns',
    happens: 'the name of the API cannot be resolved',
    where: 'network',
    client: NOT_AGAIN,
    ...apiAt('defender.invalid'),
    ends: failure('unknownHost', { host: API_HOST, systemCode: 'ENOTFOUND' }),
    apiCalls: 0,
    downloads: 0,
  },
  {
    id: 'blob-dns',
    happens: 'the name of the blob host cannot be resolved',
    where: 'network',
    client: NOT_AGAIN,
    arrange: (stage) => {
      stage.hostNames.set('storage.invalid', BLOB_HOST);
      answerLink('https://storage.invalid/container/blob?sig=secret')(stage);
    },
    options: () => ({ downloadHosts: () => ['storage.invalid'] }),
    ends: failure('unknownHost', { host: BLOB_HOST, systemCode: 'ENOTFOUND' }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: 'api-refused',
    happens: 'nobody listens at the API’s port',
    where: 'network',
    client: NOT_AGAIN,
    arrange: async (stage) => {
      stage.elsewhere = `localhost:${await closedPort()}`;
      stage.hostNames.set(stage.elsewhere, API_HOST);
    },
    options: ({ elsewhere = '' }) => ({ apiUrl: `https://${elsewhere}` }),
    ends: failure('offline', { host: API_HOST, systemCode: 'ECONNREFUSED' }),
    apiCalls: 0,
    downloads: 0,
  },
  {
    id: 'blob-refused',
    happens: 'the API answers, but a firewall refuses the blob host',
    where: 'network',
    client: NOT_AGAIN,
    arrange: async (stage) => {
      stage.elsewhere = `localhost:${await closedPort()}`;
      stage.hostNames.set(stage.elsewhere, OTHER_HOST);
      answerLink(`https://${stage.elsewhere}/container/blob?sig=secret`)(stage);
    },
    options: ({ elsewhere = '' }) => ({ downloadHosts: () => [elsewhere] }),
    ends: failure('offline', { host: OTHER_HOST, systemCode: 'ECONNREFUSED' }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: 'api-tls',
    happens: 'the certificate is not trusted',
    where: 'network',
    client: 'sends nothing, the token least of all',
    trusted: false,
    arrange: () => undefined,
    ends: failure('tls', { host: API_HOST, systemCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    apiCalls: 0,
    downloads: 0,
    after: 'gone',
  },
  {
    id: 'line-60-kb',
    happens: 'a line of 60 kB/s for 14 MB: four minutes (4 s in this test: line and clock sixty times as fast)',
    where: 'network',
    client: 'waits: there is no deadline while bytes flow',
    speed: 60,
    arrange: async (stage) => {
      const relay = await openRelay(() => Number(stage.tenant.blobHost.split(':')[1]), 60 * 60_000);
      stage.defer(relay.close);
      stage.elsewhere = `localhost:${relay.port}`;
    },
    options: ({ tenant, elsewhere = '' }) => {
      const { api, download } = createHttpTransport();
      return {
        transport: {
          api,
          download: (request) => download({ ...request, url: request.url.replace(tenant.blobHost, elsewhere) }),
        },
      };
    },
    ask: askLarge,
    ends: OK,
    apiCalls: 1,
    downloads: 1,
    check: ({ records }) => {
      assert.deepEqual(
        records.map(({ outcome }) => outcome),
        [200, 200],
      );
    },
  },
  {
    id: 'proxy-connect',
    happens: 'there is no way but a proxy that only tunnels (CONNECT)',
    where: 'network',
    client: 'goes through it; the proxy reads nothing',
    ...throughProxy(),
    ends: OK,
    apiCalls: 1,
    downloads: 1,
  },
  {
    id: 'tenant-restarted',
    happens: 'the service is restarted with a call in hand, and has forgotten the token’s key',
    where: 'api',
    client: 'asks again, takes one new token, goes on',
    tenant: { startedAt: STARTED_AT },
    ...restart(),
    ends: OK,
    apiCalls: 1,
    downloads: 0,
  },
  ...[HOUR, -HOUR].map((skew): Fault => ({
    id: `clock-${skew > 0 ? 'ahead' : 'behind'}`,
    happens: `this machine’s clock is an hour ${skew > 0 ? 'ahead' : 'behind'}`,
    where: 'this machine',
    client: 'notices nothing: whether a link is valid is the blob host’s word',
    skew,
    arrange: () => undefined,
    ends: OK,
    apiCalls: 1,
    downloads: 1,
  })),
]);

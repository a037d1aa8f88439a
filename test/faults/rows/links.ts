import assert from 'node:assert/strict';
import { askFor, walkPages } from '../../../src/defender/list/paging.ts';
import { API_HOST, BLOB_HOST, failure, faults, OK, OTHER_HOST } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { answerLink, atApi, atBlob, AZURE_HEADERS, tamperingTransport } from '../produce.ts';
import { openDecoy, PAGE } from '../stage.ts';
import type { Stage } from '../stage.ts';

const HOUR = 3_600_000;
const TWICE = 'takes one new link; a second refusal is somebody’s rule and no expiry';

/** Opens a host that must not be visited, and plans the answer that leads there. */
function decoy(lead: (stage: Stage, host: string) => void): Pick<Fault, 'arrange' | 'check'> {
  let visits = (): number => Number.NaN;
  return {
    arrange: async (stage) => {
      const opened = await openDecoy();
      stage.defer(opened.close);
      ({ visits } = opened);
      const host = `localhost:${opened.port}`;
      stage.hostNames.set(host, OTHER_HOST);
      lead(stage, host);
    },
    check: () => {
      assert.equal(visits(), 0, 'the other host was visited');
    },
  };
}

/** Asserts that the second download used another link. */
function newLink({ tenant }: Stage): void {
  const [first, second] = tenant.recording.at('blob');
  assert.notEqual(first?.query, second?.query);
}

/** Faults where the link is old, damaged, or leads elsewhere. */
export const LINKS = faults([
  {
    id: 'link-expired',
    happens: 'the link has expired (30 minutes; 2 s in this test)',
    where: 'blob',
    client: 'takes one new link',
    tenant: { linkLifetimeSeconds: 2 },
    arrange: ({ tenant }) => {
      tenant.faults.add({ door: 'blob', delayMs: 2200 });
    },
    ends: OK,
    apiCalls: 2,
    downloads: 2,
    check: newLink,
  },
  {
    id: 'link-expired-twice',
    happens: 'the new link is refused as expired as well',
    where: 'blob',
    client: TWICE,
    tenant: { linkLifetimeSeconds: 2 },
    arrange: ({ tenant }) => {
      tenant.faults.add({ door: 'blob', delayMs: 2200, times: 2 });
    },
    ends: failure('linkRefused', { host: BLOB_HOST, status: 403, serverCode: 'AuthenticationFailed' }),
    apiCalls: 2,
    downloads: 2,
    check: newLink,
  },
  ...[0, -HOUR, HOUR].map((skew): Fault => ({
    id: `link-came-expired${skew === 0 ? '' : skew > 0 ? '-clock-ahead' : '-clock-behind'}`,
    happens: `the link has expired by the time that it comes, by the \`Date\` of the answer that brings it${
      skew === 0 ? '' : `; this machine’s clock is an hour ${skew > 0 ? 'ahead' : 'behind'}`
    }`,
    where: 'api',
    client: 'takes one new link, without trying the old one',
    skew,
    arrange: (stage) => {
      const se = encodeURIComponent(new Date(Date.now() - 1000).toISOString());
      answerLink(`https://${stage.tenant.blobHost}/container/blob?se=${se}&sig=secret`)(stage);
    },
    ends: OK,
    apiCalls: 2,
    downloads: 1,
  })),
  {
    id: 'link-came-expired-twice',
    happens: 'every link has expired by the time that it comes',
    where: 'api',
    client: 'takes one new link, and tries that one: the word is the blob host’s',
    tenant: { linkLifetimeSeconds: -60 },
    arrange: () => undefined,
    ends: failure('linkRefused', { host: BLOB_HOST, status: 403, serverCode: 'AuthenticationFailed' }),
    apiCalls: 2,
    downloads: 1,
    after: 'gone',
  },
  {
    id: 'link-tampered',
    happens: 'something on the way changes every link: the signature does not fit',
    where: 'network',
    client: TWICE,
    arrange: () => undefined,
    options: () => ({ transport: tamperingTransport() }),
    ends: failure('linkRefused', { host: BLOB_HOST, status: 403, serverCode: 'AuthenticationFailed' }),
    apiCalls: 2,
    downloads: 2,
  },
  {
    id: 'link-network-rule',
    happens: '403 AuthorizationFailure: a network rule of the storage',
    where: 'blob',
    client: TWICE,
    arrange: atBlob(
      { kind: 'answer', status: 403, headers: { ...AZURE_HEADERS, 'x-ms-error-code': 'AuthorizationFailure' } },
      Infinity,
    ),
    ends: failure('linkRefused', { host: BLOB_HOST, status: 403, serverCode: 'AuthorizationFailure' }),
    apiCalls: 2,
    downloads: 2,
  },
  {
    id: 'blob-400',
    happens: '400 of the blob host',
    where: 'blob',
    client: 'takes no new link: it would meet the same',
    arrange: atBlob({
      kind: 'answer',
      status: 400,
      headers: { ...AZURE_HEADERS, 'x-ms-error-code': 'InvalidQueryParameterValue' },
    }),
    ends: failure('unexpectedAnswer', {
      host: BLOB_HOST,
      status: 400,
      serverCode: 'InvalidQueryParameterValue',
      path: 'InvalidQueryParameterValue',
    }),
    apiCalls: 1,
    downloads: 1,
  },
  {
    id: 'link-foreign',
    happens: 'the link leads to another host',
    where: 'api',
    client: 'asks before anything is sent there',
    ...decoy((stage, host) => {
      answerLink(`https://${host}/container/blob?sig=secret`)(stage);
    }),
    ends: failure('foreignDownloadHost', { host: OTHER_HOST }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: 'link-look-alike',
    happens: 'the link leads to a host whose name only looks like the storage’s',
    where: 'api',
    client: 'asks before anything is sent there',
    arrange: answerLink('https://automatedir.blob.core.windows.net.results.example/container/blob?sig=secret'),
    ends: failure('foreignDownloadHost', { host: `automatedir.blob.core.windows.net.${OTHER_HOST}` }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: 'link-credentials',
    happens: 'the link holds a user name and a password',
    where: 'api',
    client: 'sends nothing: no link of Defender does',
    arrange: (stage) => {
      answerLink(`https://user:secret@${stage.tenant.blobHost}/container/blob?sig=secret`)(stage);
    },
    ends: failure('unexpectedAnswer', { path: 'value', host: BLOB_HOST, reason: 'credentials' }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: 'link-http',
    happens: 'the link is `http:` and not `https:`',
    where: 'api',
    client: 'sends nothing without TLS',
    arrange: answerLink(`http://${BLOB_HOST}/container/blob?sig=secret`),
    ends: failure('linkNotHttps', { host: BLOB_HOST }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: 'blob-gone',
    happens: '404: the result is not there, or no longer',
    where: 'blob',
    client: 'takes no new link: it would lead to the same place',
    arrange: atBlob({ kind: 'answer', status: 404, headers: AZURE_HEADERS }),
    ends: failure('noResult', { host: BLOB_HOST, status: 404, reason: 'notStored' }),
    apiCalls: 1,
    downloads: 1,
  },
  {
    id: 'api-redirect',
    happens: 'a redirect to another host',
    where: 'api',
    client: 'does not follow: the token stays here',
    ...decoy((stage, host) => {
      atApi({ kind: 'redirect', location: `https://${host}/` })(stage);
    }),
    ends: failure('redirected', { host: API_HOST, status: 302 }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: 'api-next-link',
    happens: 'the list’s next page is said to be on another host',
    where: 'api',
    client: 'asks its own host for the page',
    ...decoy((stage, host) => {
      stage.nextLink = `https://${host}/api/machineactions?$skip=5`;
    }),
    ask: (stage, signal) =>
      stage.client().listMachineActions({ liveResponseOnly: true, top: 5, skip: 5 }, signal, stage.nextLink),
    ends: OK,
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: 'api-next-link-for-ever',
    happens: 'every page of the list is the first one, and names the same next page',
    where: 'api',
    client: 'follows it once, asks once by number, and ends',
    arrange: (stage) => {
      const body = JSON.stringify({
        value: [{ id: 'a', type: 'LiveResponse', creationDateTimeUtc: '2026-11-23T21:02:00Z' }],
        '@odata.nextLink': `${stage.tenant.apiUrl}/api/machineactions?$skip=1`,
      });
      atApi({ kind: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body }, Infinity)(stage);
    },
    ask: async (stage, signal) => {
      const ids: string[] = [];
      for await (const page of walkPages(askFor(stage.client(), PAGE, signal), PAGE.top)) {
        ids.push(...page.map(({ id }) => id));
      }
      return ids;
    },
    ends: OK,
    apiCalls: 3,
    downloads: 0,
  },
  {
    id: 'blob-redirect',
    happens: 'a redirect to another host',
    where: 'blob',
    client: 'does not follow',
    ...decoy((stage, host) => {
      atBlob({ kind: 'redirect', location: `https://${host}/`, status: 307 })(stage);
    }),
    ends: failure('redirected', { host: BLOB_HOST, status: 307 }),
    apiCalls: 1,
    downloads: 1,
  },
]);

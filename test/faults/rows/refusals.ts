import { scenarioRef } from '../../../src/sample/data/catalogue.ts';
import { API_HOST, CORRELATION_ID, failure, faults, OK } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { atApi, gapAfter, refusal } from '../produce.ts';
import { PAGE, SMALL } from '../stage.ts';
import type { Stage } from '../stage.ts';
import assert from 'node:assert/strict';

/** A command that never ran, of a session that has ended. */
const NEVER_RAN = scenarioRef('timedOut');
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const NO_RETRY = 'says so; it is not asked again';
const facts = { host: API_HOST, correlationId: CORRELATION_ID };

/** Makes the first `count` tokens real but expired ones. */
function expiredTokens(count: number): Pick<Fault, 'arrange' | 'options'> {
  const minted: string[] = [];
  return {
    arrange: async (stage: Stage) => {
      minted.length = 0;
      for (let made = 0; made < count; made++)
        minted.push(await stage.tenant.mintAccessToken({ expiresInSeconds: -60 }));
      stage.secrets.push(...minted);
    },
    options: (stage) => ({ getAccessToken: () => Promise.resolve(minted.shift() ?? stage.token) }),
  };
}

/** Faults where the API answers with a refusal of its own. */
export const REFUSALS = faults([
  {
    id: '400-bad-request',
    happens: '400 BadRequest',
    where: 'api',
    client: NO_RETRY,
    arrange: atApi(refusal(400, 'BadRequest', 'The request is not valid.')),
    ask: (stage, signal) => stage.client().getMachineAction(SMALL.actionId, signal),
    ends: failure('badRequest', {
      ...facts,
      status: 400,
      serverCode: 'BadRequest',
      serverMessage: 'The request is not valid.',
    }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: '400-not-yet',
    happens: '400 of the link call, as long as the command has not ended',
    where: 'api',
    client: 'takes it for “no result (yet)”, as a 404; the action is old, so it is not asked again',
    arrange: atApi(refusal(400, 'BadRequest', 'The machine action is in progress.')),
    ends: failure('noResult', {
      ...facts,
      status: 400,
      serverCode: 'BadRequest',
      serverMessage: 'The machine action is in progress.',
    }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: '400-odata',
    happens: '400 ODataError: a property that cannot be filtered',
    where: 'api',
    client: NO_RETRY,
    arrange: () => undefined,
    ask: (stage, signal) =>
      stage
        .client()
        .listMachineActions(
          PAGE,
          signal,
          `${stage.tenant.apiUrl}/api/machineactions?$filter=computerDnsName%20eq%20'x'`,
        ),
    ends: failure('badRequest', {
      ...facts,
      status: 400,
      serverCode: 'ODataError',
      serverMessage: "The property 'computerDnsName' cannot be used in the $filter query option.",
    }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: '400-invalid-input',
    happens: '400 InvalidInput: no such command index',
    where: 'api',
    client: NO_RETRY,
    arrange: () => undefined,
    ask: (stage, signal) => stage.client().getResultLink(SMALL.actionId, -1, signal),
    ends: failure('badRequest', {
      ...facts,
      status: 400,
      serverCode: 'InvalidInput',
      serverMessage: "The value '-1' is not a valid command index",
    }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: '401-once',
    happens: 'the token has expired: 401 once',
    where: 'login',
    client: 'takes one new token and asks once more',
    ...expiredTokens(1),
    ends: OK,
    apiCalls: 2,
    downloads: 1,
  },
  {
    id: '401-twice',
    happens: 'the new token is refused as well: 401 twice',
    where: 'login',
    client: 'stops after the second token',
    ...expiredTokens(2),
    ends: failure('notSignedIn', {
      ...facts,
      status: 401,
      serverCode: 'Unauthorized',
      serverMessage: 'The token is expired.',
    }),
    apiCalls: 2,
    downloads: 0,
  },
  ...['Account mode is inactive', 'No Tvm license'].map((reason): Fault => {
    const serverMessage = `Unauthorized request - reason of failure: ${reason}`;
    return {
      id: `401-${reason.replaceAll(' ', '-').toLowerCase()}`,
      happens: `401, a licence matter: “${reason}”`,
      where: 'api',
      client: 'takes no new token: it would be refused as well',
      arrange: atApi(refusal(401, 'Unauthorized', serverMessage)),
      ends: failure('licence', { ...facts, status: 401, serverCode: 'Unauthorized', serverMessage }),
      apiCalls: 1,
      downloads: 0,
    };
  }),
  {
    id: '403-role',
    happens: '403: the token lacks the role',
    where: 'api',
    client: 'shows Defender’s words, which name the role',
    arrange: () => undefined,
    options: ({ tenant, secrets }) => ({
      getAccessToken: async () => {
        const token = await tenant.mintAccessToken({ roles: ['Machine.LiveResponse'] });
        secrets.push(token);
        return token;
      },
    }),
    ends: failure('missingPermission', {
      ...facts,
      status: 403,
      serverCode: 'Forbidden',
      serverMessage:
        'Missing application roles. API required roles: Machine.Read.All,Machine.ReadWrite.All, application roles: Machine.LiveResponse.',
    }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: '403-disabled',
    happens: '403 DisabledFeature',
    where: 'api',
    client: NO_RETRY,
    arrange: atApi(refusal(403, 'DisabledFeature', 'The feature is disabled in this tenant.')),
    ends: failure('featureDisabled', {
      ...facts,
      status: 403,
      serverCode: 'DisabledFeature',
      serverMessage: 'The feature is disabled in this tenant.',
    }),
    apiCalls: 1,
    downloads: 0,
  },
  ...[401, 403, 407].map((status): Fault => ({
    id: `${status.toString()}-proxy`,
    happens: `${status.toString()} with a page of HTML: a proxy or a firewall answers in Defender’s place`,
    where: 'network',
    client: 'says that something in between has answered; asks for no other token, and not again',
    arrange: atApi({ kind: 'answer', status, headers: { 'content-type': 'text/html' }, body: '<html>No</html>' }),
    ends: failure('notFromDefender', { host: API_HOST, status }),
    apiCalls: 1,
    downloads: 0,
  })),
  {
    id: '401-bare',
    happens: '401 without a body, which asks for a bearer token',
    where: 'api',
    client: 'takes it for Defender’s: one new token, and asks once more',
    arrange: atApi({ kind: 'answer', status: 401, headers: { 'www-authenticate': 'Bearer realm=""' }, body: '' }),
    ends: OK,
    apiCalls: 2,
    downloads: 1,
  },
  {
    id: 'order-refused',
    happens: '400 to a list with an order, and none to the same list without',
    where: 'api',
    client: 'asks once without the part, and leaves it out from then on',
    arrange: atApi(refusal(400, 'ODataError', 'The query option is not supported.')),
    ask: (stage, signal) => stage.client().listMachineActions(PAGE, signal),
    ends: OK,
    apiCalls: 2,
    downloads: 0,
  },
  {
    id: '404-action',
    happens: '404 ResourceNotFound: no such machine action, or none that this account may see',
    where: 'api',
    client: NO_RETRY,
    arrange: () => undefined,
    ask: (stage, signal) => stage.client().getMachineAction(UNKNOWN, signal),
    ends: failure('notFound', {
      ...facts,
      status: 404,
      serverCode: 'ResourceNotFound',
      serverMessage: `Machine action ${UNKNOWN} was not found`,
    }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: '404-result',
    happens: '404 of the link call: the command has no result (yet)',
    where: 'api',
    client: 'says so; the action is old, so it is not asked again',
    arrange: () => undefined,
    ask: (stage, signal) => stage.fetch(NEVER_RAN, signal),
    ends: failure('noResult', {
      ...facts,
      status: 404,
      serverCode: 'ResourceNotFound',
      serverMessage: `Result of command ${NEVER_RAN.commandIndex.toString()} of machine action ${NEVER_RAN.actionId} was not found`,
    }),
    apiCalls: 1,
    downloads: 0,
  },
  {
    id: '404-young',
    happens: '404 of an action that is seconds old, then the result is there',
    where: 'api',
    client: 'waits 5 s and asks again',
    arrange: atApi(refusal(404, 'ResourceNotFound', 'not there yet')),
    ask: (stage, signal) => stage.fetch(SMALL, signal, { actionCreatedAt: stage.clock.now() - 10_000 }),
    ends: OK,
    apiCalls: 2,
    downloads: 1,
    check: (stage) => {
      assert.ok(gapAfter(stage, 0) * 20 >= 4500);
    },
  },
  {
    id: '404-young-clock-behind',
    happens: '404 of an action of half an hour ago, and this machine’s clock is an hour behind: it looks young',
    where: 'this machine',
    client: 'asks every 5 s for two minutes at most, whatever the clock says',
    speed: 60,
    skew: -3_600_000,
    arrange: atApi(refusal(404, 'ResourceNotFound', 'not there yet'), Infinity),
    ask: (stage, signal) => stage.fetch(SMALL, signal, { actionCreatedAt: Date.now() - 1_800_000 }),
    ends: failure('noResult', {
      ...facts,
      status: 404,
      serverCode: 'ResourceNotFound',
      serverMessage: 'not there yet',
    }),
    apiCalls: [2, 25],
    downloads: 0,
  },
  {
    id: '404-young-for-ever',
    happens: '404 of an action that is seconds old, and it stays so',
    where: 'api',
    client: 'asks every 5 s until the action is two minutes old',
    speed: 60,
    arrange: atApi(refusal(404, 'ResourceNotFound', 'not there yet'), Infinity),
    ask: (stage, signal) => stage.fetch(SMALL, signal, { actionCreatedAt: stage.clock.now() - 60_000 }),
    ends: failure('noResult', {
      ...facts,
      status: 404,
      serverCode: 'ResourceNotFound',
      serverMessage: 'not there yet',
    }),
    apiCalls: [2, 13],
    downloads: 0,
  },
]);

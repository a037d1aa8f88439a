import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { globalAgent } from 'node:https';
import { inspect } from 'node:util';
import type { Connection } from '../../src/connections/connection.ts';
import { isLiveResponseError } from '../../src/base/errors.ts';
import type { FailureValues } from '../../src/base/errors.ts';
import type { FailureCode } from '../../src/base/failures.ts';
import { createSignInSender } from '../../src/defender/http.ts';
import type { SendSignIn } from '../../src/defender/transport.ts';
import { SIGN_IN_LIMITS } from '../../src/identity/msal/application.ts';
import type { SignInLimits } from '../../src/identity/msal/application.ts';
import type { SignInPrompts } from '../../src/identity/tokenSource.ts';
import type { NextStep } from '../../src/messages/failureMessage.ts';
import { describeFailure } from '../faults/words.ts';
import type { LocalTenant } from '../tenant/localTenant.ts';
import { clientOf, connectionTo, openMachine, openWindow, person } from './productWindow.ts';
import type { Machine, ProductWindow } from './productWindow.ts';

export const PAGE = { liveResponseOnly: true, top: 1, skip: 0 } as const;

/** Changes to a plain scene. */
export interface SceneOptions {
  readonly connection?: Partial<Connection>;
  readonly limits?: Partial<SignInLimits>;
  /** Wraps the sender in front of the network. */
  readonly wrap?: (send: SendSignIn) => SendSignIn;
}

/** The message that a user receives about a failure, and its details. */
export interface Told {
  readonly code: FailureCode;
  readonly reason: string | undefined;
  readonly values: FailureValues;
  readonly sentence: string;
  readonly steps: readonly NextStep[];
}

/** A window of the product before the local tenant, with everything that it shows. */
export interface Scene {
  readonly tenant: LocalTenant;
  readonly machine: Machine;
  readonly window: ProductWindow;
  readonly connection: Connection;
  /** Opens another window of the same machine. The scene closes it at its end. */
  readonly openAnother: () => ProductWindow;
  readonly signIn: (prompts?: SignInPrompts, signal?: AbortSignal) => Promise<string>;
  /** Returns a token, through the same calls as the client. */
  readonly token: (window?: ProductWindow) => Promise<string>;
  /** Makes one API call: a list of one action. */
  readonly list: (window?: ProductWindow) => Promise<unknown>;
  /** Returns the failure of work that must fail, after a check for secrets. */
  readonly failure: (work: Promise<unknown>) => Promise<Told>;
  /** Asserts failure, reason, the first step, and a matching sentence. */
  readonly fails: (
    work: Promise<unknown>,
    code: FailureCode,
    reason: string | undefined,
    step: NextStep | undefined,
    sentence: RegExp,
  ) => Promise<Told>;
}

/** Plays a scene. At its end no new timer, socket or port is left, and nothing secret was logged. */
export async function inScene(
  tenant: LocalTenant,
  way: Connection['signIn'],
  play: (scene: Scene) => Promise<void>,
  options: SceneOptions = {},
): Promise<void> {
  const before = await quiet();
  const secrets = new Set([tenant.clientSecret, tenant.identity.expiredClientSecret]);
  const send = watch((options.wrap ?? ((plain) => plain))(createSignInSender()), secrets);
  const machine = openMachine();
  const windows: ProductWindow[] = [];
  const openAnother = (): ProductWindow => {
    const window = openWindow(machine, send, { ...SIGN_IN_LIMITS, minPollMs: 10, ...options.limits });
    windows.push(window);
    return window;
  };
  const window = openAnother();
  const connection = connectionTo(tenant, way, options.connection);
  const personalWay = way === 'deviceCode' ? 'deviceCode' : 'interactive';
  const { signal: never } = new AbortController();
  const failure = async (work: Promise<unknown>): Promise<Told> => {
    const told = await toldBy(work);
    const all = told.inspected;
    for (const secret of secrets) assert.ok(!all.includes(secret), 'a secret is in the error');
    assert.doesNotMatch(all, PERSONAL);
    return told;
  };
  const scene: Scene = {
    tenant,
    machine,
    window,
    connection,
    openAnother,
    signIn: (prompts = person(tenant), signal = never) =>
      window.signIns.signIn(connection, personalWay, prompts, signal),
    token: ({ signIns } = window) => signIns.getAccessToken(connection, never),
    list: (from = window) => clientOf(from, connection).listMachineActions(PAGE, never),
    failure,
    fails: async (work, code, reason, step, sentence) => {
      const told = await failure(work);
      assert.deepEqual([told.code, told.reason, told.steps[0]], [code, reason, step]);
      assert.match(told.sentence, sentence);
      const offered = told.steps.includes('copyCorrelationId');
      assert.equal(offered, told.values.correlationId !== undefined);
      return told;
    },
  };
  try {
    await play(scene);
  } finally {
    for (const open of windows) open.close();
  }
  const log = windows.flatMap((open) => open.log).join('\n');
  for (const secret of secrets) assert.ok(!log.includes(secret), 'a secret is in the log');
  assert.doesNotMatch(log, PERSONAL);
  await backTo(before);
}

/** Texts that no error and no log may contain: names of the tenant's users, and anything that looks like a token. */
const PERSONAL = /contoso\.example|Alex|Robin|eyJ[\w-]{10,}\.[\w-]{10,}/u;

const FORM = ['code', 'code_verifier', 'refresh_token', 'device_code', 'client_assertion', 'client_secret'] as const;
const ANSWER = ['access_token', 'refresh_token', 'id_token', 'device_code'] as const;

/** Notes every secret in requests to the sign-in service and in its answers. */
function watch(send: SendSignIn, secrets: Set<string>): SendSignIn {
  return async (request) => {
    const form = new URLSearchParams(request.body ?? '');
    for (const name of FORM) note(secrets, form.get(name));
    const answer = await send(request);
    for (const name of ANSWER) note(secrets, new RegExp(`"${name}":"([^"]+)"`, 'u').exec(answer.text)?.[1]);
    return answer;
  };
}

function note(secrets: Set<string>, value: string | null | undefined): void {
  // Shorter values are words.
  if (value !== null && value !== undefined && value.length > 8) secrets.add(value);
}

async function toldBy(work: Promise<unknown>): Promise<Told & { readonly inspected: string }> {
  try {
    await work;
  } catch (error) {
    assert.ok(isLiveResponseError(error), inspect(error));
    const { sentence, steps } = describeFailure(error);
    const { code, values } = error;
    const inspected = inspect(error, { depth: 10, showHidden: true }) + sentence;
    return { code, reason: values.reason, values, sentence, steps, inspected };
  }
  return assert.fail('it did not fail');
}

/** Returns the form in which the recording holds a token. */
export function fingerprint(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Waits for something that is sure to happen, 10 s at most. */
export async function until(what: string, happened: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!happened()) {
    assert.ok(Date.now() < end, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const KINDS = ['Timeout', 'TCPServerWrap', 'TCPSocketWrap', 'TCPConnectWrap', 'GetAddrInfoReqWrap'];
type Resources = ReadonlyMap<string, number>;

function resources(): Resources {
  // Idle connections that wait for the next request are not a leak. A server in this process would count its half of
  // them.
  for (const sockets of Object.values(globalAgent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  const all = process.getActiveResourcesInfo();
  return new Map(KINDS.map((kind) => [kind, all.filter((one) => one === kind).length]));
}

/** Returns the resources when nothing is under way any more: earlier work may still be closing its connections. */
async function quiet(): Promise<Resources> {
  for (let last = resources(), same = 0; ;) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = resources();
    same = KINDS.every((kind) => now.get(kind) === last.get(kind)) ? same + 1 : 0;
    if (same > 20) return now;
    last = now;
  }
}

async function backTo(before: Resources): Promise<void> {
  const end = Date.now() + 5_000;
  for (;;) {
    const now = resources();
    const more = KINDS.filter((kind) => (now.get(kind) ?? 0) > (before.get(kind) ?? 0));
    if (more.length === 0) return;
    assert.ok(Date.now() < end, `left behind: ${more.join(', ')}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

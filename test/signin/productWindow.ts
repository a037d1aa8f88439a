import { SignIns } from '../../src/connections/signIns.ts';
import type { Connection } from '../../src/connections/connection.ts';
import { createDefenderClient } from '../../src/defender/client.ts';
import type { DefenderClient } from '../../src/defender/client.ts';
import { systemClock } from '../../src/defender/clock.ts';
import { createSignInSender } from '../../src/defender/http.ts';
import type { SendSignIn } from '../../src/defender/transport.ts';
import { msalTokens } from '../../src/identity/msal/createMsalTokens.ts';
import type { DeviceCode, SignInPrompts } from '../../src/identity/tokenSource.ts';
import type { ResultStore } from '../../src/results/resultStore.ts';
import { createHandlers } from '../../src/results/worker/handlers.ts';
import type { SignInChoices } from '../tenant/identity/browser.ts';
import type { LocalTenant } from '../tenant/localTenant.ts';
import { memorySecrets } from '../unit/identity/memorySecrets.ts';
import type { MemorySecrets } from '../unit/identity/memorySecrets.ts';

/** What several windows of one machine share: secret storage and the database. */
export interface Machine {
  readonly secrets: MemorySecrets;
  readonly store: Pick<ResultStore, 'call'>;
}

/** A machine whose database is in memory. */
export function openMachine(): Machine {
  const handlers = createHandlers();
  const call: ResultStore['call'] = (method, ...args) => Promise.resolve(handlers[method](...args));
  return { secrets: memorySecrets(), store: { call } };
}

/** One window of the product, as far as signing in goes: nothing in it is another than in production. */
export interface ProductWindow {
  readonly signIns: SignIns;
  /** What was logged for whoever looks into the log. */
  readonly log: string[];
  readonly close: () => void;
}

export function openWindow({ secrets, store }: Machine, send: SendSignIn = createSignInSender()): ProductWindow {
  const log: string[] = [];
  const signIns = new SignIns({
    secrets,
    store,
    clock: systemClock,
    loadMsal: () => Promise.resolve(msalTokens),
    loadSend: () => Promise.resolve(send),
    log: (level, text) => log.push(`${level} ${text}`),
    environment: {},
    platform: process.platform,
  });
  return {
    signIns,
    log,
    close: () => {
      signIns.dispose();
    },
  };
}

/** A connection to the local tenant. */
export function connectionTo(
  tenant: LocalTenant,
  signIn: Connection['signIn'],
  change: Partial<Connection> = {},
): Connection {
  return {
    name: 'Contoso',
    cloud: 'custom',
    apiUrl: tenant.apiUrl,
    authority: tenant.loginUrl,
    scope: tenant.scope,
    tenantId: tenant.tenantId,
    clientId: tenant.clientId,
    signIn,
    ...change,
  };
}

/** A person at a browser, who does as told. */
export function person(
  tenant: LocalTenant,
  choices: SignInChoices = {},
): SignInPrompts & { readonly codes: DeviceCode[] } {
  const codes: DeviceCode[] = [];
  return {
    codes,
    donePage: '<p>done</p>',
    failedPage: '<p>failed</p>',
    openBrowser: async (url) => {
      await tenant.identity.signInAsBrowser(url, choices);
    },
    showCode: (code) => {
      codes.push(code);
      void tenant.identity.approveDeviceCode(code.userCode);
    },
  };
}

/** The API's client on a connection of a window. */
export function clientOf({ signIns }: ProductWindow, connection: Connection): DefenderClient {
  return createDefenderClient({
    apiUrl: connection.apiUrl ?? '',
    getAccessToken: (signal, refusal) => signIns.getAccessToken(connection, signal, refusal),
  });
}

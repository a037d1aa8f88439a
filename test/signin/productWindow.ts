import { SignIns } from '../../src/connections/signIns.ts';
import type { SignInsParts } from '../../src/connections/signIns.ts';
import { apiUrlOf } from '../../src/connections/connection.ts';
import type { Connection } from '../../src/connections/connection.ts';
import { createDefenderClient } from '../../src/defender/client.ts';
import type { DefenderClient, DefenderClientOptions } from '../../src/defender/client.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createSignInSender } from '../../src/defender/http.ts';
import type { SendSignIn } from '../../src/defender/transport.ts';
import type { SignInLimits } from '../../src/identity/msal/application.ts';
import { msalTokens } from '../../src/identity/msal/createMsalTokens.ts';
import type { DeviceCode, SignInPrompts } from '../../src/identity/tokenSource.ts';
import type { TestStore } from '../unit/results/testStore.ts';
import { createHandlers } from '../../src/worker/handlers/handlers.ts';
import type { SignInChoices } from '../tenant/identity/browser.ts';
import type { LocalTenant } from '../tenant/localTenant.ts';
import { memorySecrets } from '../unit/identity/memorySecrets.ts';
import type { MemorySecrets } from '../unit/identity/memorySecrets.ts';
import { keepText } from '../secrets/runFolder.ts';

/** Parts that several windows of one machine share: secret storage and the database. */
export interface Machine {
  readonly secrets: MemorySecrets;
  readonly worker: Pick<TestStore, 'call'>;
}

/** Opens a machine whose database is in memory, or in a folder. */
export function openMachine(folder?: string): Machine {
  return { secrets: memorySecrets(), worker: openWorker(folder) };
}

/** Opens a database that several processes share when they name the same folder. */
export function openWorker(folder?: string): Machine['worker'] {
  const handlers = createHandlers();
  handlers.open(folder);
  const call: TestStore['call'] = (method, ...args) => Promise.resolve(handlers[method](...args));
  return { call };
}

/** One window of the product, for signing in only. Everything in it is the same as in production. */
export interface ProductWindow {
  readonly signIns: SignIns;
  /** The lines of the log. */
  readonly log: string[];
  readonly close: () => void;
}

/** Opens a window of the product with these secrets and this database. Its log is kept when it closes. */
export function openWindow(
  { secrets, worker }: Pick<SignInsParts, 'secrets' | 'worker'>,
  send: SendSignIn = createSignInSender(),
  limits?: SignInLimits,
): ProductWindow {
  const log: string[] = [];
  const signIns = new SignIns({
    secrets,
    worker,
    clock: systemClock,
    loadMsal: () => Promise.resolve(msalTokens),
    loadSend: () => Promise.resolve(send),
    log: (level, text) => log.push(`${level} ${text}`),
    environment: {},
    platform: process.platform,
    ...(limits === undefined ? {} : { limits }),
  });
  return {
    signIns,
    log,
    close: () => {
      keepText('sign-in.log', log.join('\n'));
      signIns.dispose();
    },
  };
}

/** Returns a connection to the local tenant. */
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

/** Returns prompts of a user at a browser who follows the instructions. */
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

/** Returns the API's client on a connection of a window. */
export function clientOf(
  { signIns }: ProductWindow,
  connection: Connection,
  change: Partial<DefenderClientOptions> = {},
): DefenderClient {
  return createDefenderClient({
    apiUrl: apiUrlOf(connection),
    getAccessToken: (signal, refusal) => signIns.getAccessToken(connection, signal, refusal),
    ...change,
  });
}

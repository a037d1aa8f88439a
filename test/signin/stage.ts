import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ConfidentialClientApplication, PublicClientApplication } from '@azure/msal-node';
import type {
  AccountInfo,
  AuthenticationResult,
  Configuration,
  DeviceCodeRequest,
  INetworkModule,
} from '@azure/msal-node';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { SignInChoices } from '../tenant/identity/browser.ts';
import { startLocalTenant } from '../tenant/localTenant.ts';
import type { LocalTenant, LocalTenantOptions } from '../tenant/localTenant.ts';

/** A lifetime in seconds at which MSAL treats a token as expired: it does so within five minutes of a token's end. */
export const AT_ONCE_EXPIRED = 60;

type Credentials = Pick<NonNullable<Configuration['auth']>, 'clientSecret' | 'clientCertificate' | 'clientAssertion'>;

/** The configuration of an application besides the tenant. */
export interface ClientOptions {
  readonly authority?: string;
  readonly knownAuthorities?: string[];
  readonly clientId?: string;
  readonly network?: INetworkModule;
}

/** A tenant, and MSAL's applications connected to it. They are as in production, except for the authority. */
export interface SignInStage {
  readonly tenant: LocalTenant;
  readonly scopes: string[];
  readonly publicClient: (options?: ClientOptions) => PublicClientApplication;
  readonly confidentialClient: (credentials: Credentials, options?: ClientOptions) => ConfidentialClientApplication;
  /** Signs in with the system's browser. The tenant's browser plays its part. */
  readonly interactive: (
    app: PublicClientApplication,
    choices?: SignInChoices & { readonly claims?: string; readonly scopes?: string[] },
  ) => Promise<AuthenticationResult>;
  /** Signs in with a device code; `act` does the user's part. */
  readonly deviceCode: (
    app: PublicClientApplication,
    act: (userCode: string) => Promise<unknown>,
    request?: Partial<DeviceCodeRequest>,
  ) => Promise<AuthenticationResult | null>;
}

/** Starts a tenant before a file's tests and stops it after them. */
export function signInStage(options?: LocalTenantOptions): () => SignInStage {
  let stage: SignInStage | undefined;
  before(async () => {
    const tenant = await startLocalTenant(options);
    // Does what NODE_EXTRA_CA_CERTS does at the start of a process. MSAL's own client is the global fetch.
    setDefaultCACertificates([...getCACertificates('default'), tenant.ca]);
    stage = openStage(tenant);
  });
  beforeEach(() => {
    stage?.tenant.identity.reset();
    stage?.tenant.faults.clear();
    stage?.tenant.recording.clear();
  });
  after(() => stage?.tenant.stop());
  return () => {
    assert.ok(stage !== undefined);
    return stage;
  };
}

function openStage(tenant: LocalTenant): SignInStage {
  const scopes = [tenant.scope];
  const configuration = (credentials: Credentials, options: ClientOptions): Configuration => ({
    auth: {
      clientId: options.clientId ?? tenant.clientId,
      authority: options.authority ?? `${tenant.loginUrl}/${tenant.tenantId}`,
      knownAuthorities: options.knownAuthorities ?? [new URL(tenant.loginUrl).host],
      ...credentials,
    },
    ...(options.network === undefined ? {} : { system: { networkClient: options.network } }),
  });
  return {
    tenant,
    scopes,
    publicClient: (options = {}) => new PublicClientApplication(configuration({}, options)),
    confidentialClient: (credentials, options = {}) =>
      new ConfidentialClientApplication(configuration(credentials, options)),
    interactive: async (app, { claims, scopes: asked, ...choices } = {}) =>
      await app.acquireTokenInteractive({
        scopes: asked ?? scopes,
        ...(claims === undefined ? {} : { claims }),
        openBrowser: async (url) => {
          await tenant.identity.signInAsBrowser(url, choices);
        },
      }),
    deviceCode: async (app, act, request = {}) =>
      await app.acquireTokenByDeviceCode({
        scopes,
        deviceCodeCallback: ({ userCode }) => {
          void act(userCode);
        },
        ...request,
      }),
  };
}

/** A refusal in MSAL's form: class, `errorCode`, `subError`, and Entra's number. */
export interface Thrown {
  readonly name: string;
  readonly code: string;
  readonly subError: string;
  readonly aadsts: number | undefined;
  readonly claims: string;
  readonly message: string;
}

/** Returns the failure of work that must fail. */
export async function thrownBy(work: Promise<unknown>): Promise<Thrown> {
  let thrown: unknown;
  try {
    await work;
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof Error, 'it did not fail');
  const fields = new Map<string, unknown>(Object.entries(thrown));
  const field = (name: string): string => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : '';
  };
  const number = /AADSTS(\d+)/.exec(thrown.message)?.[1];
  return {
    name: thrown.name,
    code: field('errorCode'),
    subError: field('subError'),
    aadsts: number === undefined ? undefined : Number(number),
    claims: field('claims'),
    message: thrown.message,
  };
}

/** Returns the account of a result; a user's result has one. */
export function accountOf(result: AuthenticationResult | null): AccountInfo {
  assert.ok(result?.account);
  return result.account;
}

/** Makes one API call. */
export async function callApi(
  { ca, apiUrl }: LocalTenant,
  path: string,
  token: string,
): Promise<{ readonly status: number; readonly challenge: string; readonly body: string }> {
  return await new Promise((resolve, reject) => {
    const call = request(`${apiUrl}/api/${path}`, { ca, agent: false, headers: { authorization: `Bearer ${token}` } });
    call.once('error', reject);
    call.once('response', (answer) => {
      const challenge = answer.headers['www-authenticate'] ?? '';
      text(answer).then((body) => {
        resolve({ status: answer.statusCode ?? 0, challenge, body });
      }, reject);
    });
    call.end();
  });
}

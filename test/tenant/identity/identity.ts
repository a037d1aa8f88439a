import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JSONWebKeySet } from 'jose';
import type { Provider } from 'oidc-provider';
import { noteSecret } from '../../secrets/runFolder.ts';
import type { Certificate } from '../certificate.ts';
import { openDoor } from '../door.ts';
import type { Faults } from '../faults.ts';
import type { RecordedRequest, Recording } from '../recording.ts';
import type { DoorAnswer } from '../sendAnswer.ts';
import { DEFENDER_AUDIENCE, createSigningKey, entraClaims, signToken } from '../tokens.ts';
import type { MintOptions } from '../tokens.ts';
import { createTestBrowser } from './browser.ts';
import type { LastPage, SignInChoices } from './browser.ts';
import { ENTRA_ROUTES, toProvider } from './dialect.ts';
import { createDirectory } from './directory.ts';
import type { Directory, DirectoryOptions, Lifetimes, Person, PlannedRefusal, Policies } from './directory.ts';
import { instanceDiscovery, unknownTenant } from './discovery.ts';
import { describeRefusal, refusalAnswer } from './entraErrors.ts';
import { signInPage } from './interactions.ts';
import { capture, readLoginRequest } from './loginRequest.ts';
import type { LoginRequest } from './loginRequest.ts';
import { policyRefusal } from './policyDecision.ts';
import { LOGIN_PATH, createProvider } from './provider.ts';
import { createRegistration } from './registration.ts';
import type { AppCertificate, Registration } from './registration.ts';
import { createIdentityStore } from './store.ts';
import type { IdentityStore } from './store.ts';

/** The tenant's sign-in service, and the actions of its administrator and its users. */
export interface Identity {
  /** `https://localhost:PORT`; the authority is this and `/<tenant>`. */
  readonly loginUrl: string;
  /** The value of `iss`: `https://localhost:PORT/<tenant>/v2.0`. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** An expired secret of the same application. */
  readonly expiredClientSecret: string;
  /** Returns the application's certificate. Creates it at the first call. */
  readonly certificate: () => Promise<AppCertificate>;
  /** Returns a certificate that is not the application's. Creates it at the first call. */
  readonly otherCertificate: () => Promise<AppCertificate>;
  /** Users who can sign in. The first one signs in unless a test names another. */
  readonly people: readonly Person[];
  readonly policies: Policies;
  readonly lifetimes: Lifetimes;
  /** The public keys that the service publishes. */
  readonly jwks: JSONWebKeySet;
  readonly mintAccessToken: (options?: MintOptions) => Promise<string>;
  /** Refuses the next token or device code request that matches. */
  readonly refuseNext: (refusal: PlannedRefusal) => void;
  /** Refuses every session without a second factor from now on, with 50076. A new sign-in has one. */
  readonly requireMultiFactor: () => void;
  /** Revokes the refresh tokens of one user, or of all, and returns their number. Using one is refused with 50173. */
  readonly revokeRefreshTokens: (upn?: string) => number;
  /** Expires the refresh tokens of one user, or of all. Using one is refused with 700082. */
  readonly expireRefreshTokens: (upn?: string) => void;
  /** Opens an authorization request as a browser does, and ends at the application's own address. */
  readonly signInAsBrowser: (url: string, choices?: SignInChoices) => Promise<Response>;
  /** Does the part of a user with a device code. Returns the text of the last page. */
  readonly approveDeviceCode: (userCode: string, choices?: SignInChoices) => Promise<string>;
  readonly denyDeviceCode: (userCode: string) => Promise<string>;
  /** Resets policies, lifetimes and planned refusals. Users who are signed in stay signed in. */
  readonly reset: () => void;
  readonly stop: () => Promise<void>;
}

/** The parts that the sign-in service needs. */
export interface IdentityOptions extends DirectoryOptions {
  readonly certificate: Certificate;
  readonly recording: Recording;
  readonly faults: Faults;
  /** Folder for the files of the application's certificates. */
  readonly directory: string;
}

const ONE_HOUR = 3600;

/** Starts a real OpenID provider that behaves like Entra. */
export async function startIdentity(options: IdentityOptions): Promise<Identity> {
  const key = await createSigningKey();
  const directory = createDirectory(options);
  const registration = createRegistration(directory.clientId, options.directory);
  const store = createIdentityStore();
  const { tenantId, clientId, people, policies, lifetimes } = directory;

  // The issuer contains the port, so the endpoint opens first. No client knows its address before this function
  // returns.
  const late: { service?: Service } = {};
  const door = await openDoor({
    name: 'login',
    certificate: options.certificate,
    recording: options.recording,
    faults: options.faults,
    handle: async (incoming, response, recorded) => {
      const request = await readLoginRequest(incoming);
      note(recorded, request);
      return late.service === undefined ? notFound() : await answer(late.service, request, response);
    },
  });
  const issuer = `${door.url}/${tenantId}/v2.0`;
  const provider = createProvider({ issuer, key, directory, registration, store });
  late.service = { provider, directory, registration, store, callback: provider.callback() };

  const browse = (): ReturnType<typeof createTestBrowser> =>
    createTestBrowser(options.certificate.cert, people[0]?.upn ?? '');
  const devicePage = `${door.url}/${tenantId}${ENTRA_ROUTES.code_verification}`;
  const oidOf = (upn: string | undefined): string | undefined => {
    const person = people.find((one) => one.upn === upn);
    if (upn !== undefined && person === undefined) throw new Error(`nobody is called ${upn}`);
    return person?.oid;
  };
  const text = async ({ response }: LastPage): Promise<string> => await response.text();
  return {
    loginUrl: door.url,
    issuer,
    clientId,
    clientSecret: registration.clientSecret,
    expiredClientSecret: registration.expiredClientSecret,
    certificate: registration.certificate,
    otherCertificate: registration.otherCertificate,
    people,
    policies,
    lifetimes,
    jwks: { keys: [key.publicJwk] },
    mintAccessToken: async (mint = {}) => {
      const { scp, upn } = mint;
      const roles = mint.roles ?? (scp === undefined ? directory.applicationRoles : undefined);
      const claims = entraClaims({
        tenantId: mint.tenantId ?? tenantId,
        appId: mint.appId ?? clientId,
        oid: directory.applicationOid,
        ...(roles === undefined ? {} : { roles }),
        ...(scp === undefined ? {} : { scp, upn: upn ?? 'analyst@contoso.example' }),
      });
      return await signToken(
        key,
        mint.issuer ?? issuer,
        mint.audience ?? DEFENDER_AUDIENCE,
        mint.expiresInSeconds ?? ONE_HOUR,
        claims,
      );
    },
    refuseNext: directory.plan,
    requireMultiFactor: () => {
      directory.multiFactorSince = performance.now();
    },
    revokeRefreshTokens: (upn) => store.revoke(oidOf(upn)),
    expireRefreshTokens: (upn) => {
      store.expire(oidOf(upn));
    },
    signInAsBrowser: async (url, choices) => (await browse().signIn(url, choices)).response,
    approveDeviceCode: async (userCode, choices) => await text(await browse().enterCode(devicePage, userCode, choices)),
    denyDeviceCode: async (userCode) => await text(await browse().enterCode(devicePage, userCode, { cancel: true })),
    reset: directory.reset,
    stop: door.close,
  };
}

interface Service {
  readonly provider: Provider;
  readonly callback: ReturnType<Provider['callback']>;
  readonly directory: Directory;
  readonly registration: Registration;
  readonly store: IdentityStore;
}

async function answer(service: Service, request: LoginRequest, response: ServerResponse): Promise<DoorAnswer> {
  const { provider, callback, directory, registration, store } = service;
  const { pathname, origin, searchParams } = request.url;
  if (/^\/[^/]+\/discovery\/instance$/.test(pathname)) {
    return instanceDiscovery(request);
  }
  const base = `/${directory.tenantId}`;
  if (!pathname.startsWith(`${base}/`)) {
    return unknownTenant(request) ?? notFound();
  }
  const incoming: IncomingMessage = toProvider(request, directory);
  if (pathname.startsWith(base + LOGIN_PATH)) {
    return await signInPage({ provider, directory, request, incoming, response });
  }
  if (pathname === base + ENTRA_ROUTES.token || pathname === base + ENTRA_ROUTES.device_authorization) {
    const refusal = policyRefusal(request, directory, store);
    if (refusal !== undefined) {
      const asked = searchParams.get('client-request-id') ?? request.form.get('client-request-id') ?? undefined;
      return refusalAnswer(describeRefusal(refusal.aadsts, refusal.values, asked), origin, refusal.details);
    }
  }
  return await registration.using(
    request.credential,
    request.form.get('client_secret'),
    async () =>
      await capture(response, async () => {
        await callback(incoming, response);
      }),
  );
}

const TOLD = ['grant_type', 'scope', 'client_id', 'claims'] as const;

/** Adds the fields that tests check to the recording. Only named fields are added, so that nothing secret gets in. */
function note(recorded: RecordedRequest, { form, credential, method }: LoginRequest): void {
  if (method === 'POST' && form.has('client_id')) {
    const verifier = form.get('code_verifier');
    if (verifier !== null) noteSecret(verifier);
    const told = TOLD.flatMap((name) => (form.has(name) ? [[name, form.get(name) ?? ''] as const] : []));
    recorded.form = { ...Object.fromEntries(told), credential };
  }
}

function notFound(): DoorAnswer {
  return { status: 404, headers: { 'content-type': 'text/plain' }, body: Buffer.from('not found') };
}

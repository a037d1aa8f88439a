import { ConfidentialClientApplication, LogLevel, PublicClientApplication } from '@azure/msal-node';
import type { AuthenticationResult, Configuration, NodeAuthOptions } from '@azure/msal-node';
import type { Clock } from '../../base/clock.ts';
import { LiveResponseError } from '../../base/errors.ts';
import type { SendSignIn } from '../../defender/transport.ts';
import type { Leases } from '../../base/leases.ts';
import type { SecretDrawer } from '../secrets.ts';
import type { HeldToken } from '../sharedRenewal.ts';
import type { Registration } from '../tokenSource.ts';
import { SignInNetwork } from './network.ts';
import type { TokenVault } from './tokenVault.ts';

/** What every way of signing in through msal needs. */
export interface MsalParts {
  readonly registration: Registration;
  readonly drawer: SecretDrawer;
  readonly leases: Leases;
  /** Who signed in last, for all windows: tells a lost secret storage from a first start. */
  readonly accounts: AccountMemory;
  /** Another person is signed in now, or nobody any more: by another window. */
  readonly onOtherPerson: () => void;
  readonly clock: Clock;
  readonly log: (level: 'warn' | 'info' | 'debug' | 'trace', text: string) => void;
  readonly send: SendSignIn;
  readonly limits?: SignInLimits;
}

/** How long is waited, ms. */
export interface SignInLimits {
  /** For a single answer of the sign-in service. */
  readonly answerMs: number;
  /** For a person to sign in. */
  readonly personMs: number;
  /** Between two polls for a device code, at least. */
  readonly minPollMs?: number;
}

export const SIGN_IN_LIMITS: SignInLimits = { answerMs: 30_000, personMs: 15 * 60_000 };

export interface AccountMemory {
  readonly get: () => Promise<string | undefined>;
  readonly set: (account: string | undefined) => Promise<unknown>;
}

/**
 * Conditional access may then refuse a token before its end, with a claims challenge that we answer; tokens live longer
 * in exchange.
 */
const CLIENT_CAPABILITIES = ['cp1'];

/** One level lower than msal thinks; "error" is ours to say, after the person was told. */
const LEVELS: Readonly<Partial<Record<LogLevel, 'warn' | 'info' | 'debug' | 'trace'>>> = {
  [LogLevel.Error]: 'warn',
  [LogLevel.Warning]: 'info',
  [LogLevel.Info]: 'debug',
  [LogLevel.Verbose]: 'trace',
};

/** The application on its own, with nothing in memory: what it knows is in the vault. */
export function publicApplication(
  parts: MsalParts,
  vault: TokenVault,
  network: SignInNetwork,
): PublicClientApplication {
  return new PublicClientApplication(configure(parts, vault, network, {}));
}

/** The same with a secret or a certificate of its own. */
export function confidentialApplication(
  parts: MsalParts,
  vault: TokenVault,
  network: SignInNetwork,
  credential: Pick<NodeAuthOptions, 'clientSecret' | 'clientCertificate'>,
): ConfidentialClientApplication {
  return new ConfidentialClientApplication(configure(parts, vault, network, credential));
}

export function openNetwork(
  { send, clock, registration: { authority }, limits = SIGN_IN_LIMITS }: MsalParts,
  signal: AbortSignal,
): SignInNetwork {
  const { answerMs, minPollMs } = limits;
  return new SignInNetwork({
    send,
    clock,
    authority,
    signal,
    answerMs,
    ...(minPollMs === undefined ? {} : { minPollMs }),
  });
}

/** @throws LiveResponseError `signInFailed` with reason `emptyToken`: msal hands an empty answer on */
export function tokenOf(result: AuthenticationResult | null, { registration, clock }: MsalParts): HeldToken {
  if (result === null || result.accessToken === '') {
    throw new LiveResponseError('signInFailed', { connection: registration.connection, reason: 'emptyToken' });
  }
  return { token: result.accessToken, expiresAt: result.expiresOn?.getTime() ?? clock.now() };
}

function configure(
  { registration, log }: MsalParts,
  vault: TokenVault,
  network: SignInNetwork,
  credential: Pick<NodeAuthOptions, 'clientSecret' | 'clientCertificate'>,
): Configuration {
  return {
    auth: {
      clientId: registration.clientId,
      authority: registration.authority,
      // Named by the connection: nobody else is asked whether it is one.
      knownAuthorities: [new URL(registration.authority).host],
      clientCapabilities: CLIENT_CAPABILITIES,
      ...credential,
    },
    cache: { cachePlugin: vault },
    system: {
      networkClient: network,
      loggerOptions: {
        logLevel: LogLevel.Verbose,
        piiLoggingEnabled: false,
        loggerCallback: (level, message, containsPii) => {
          const ours = LEVELS[level];
          if (ours !== undefined && !containsPii) log(ours, message);
        },
      },
    },
  };
}

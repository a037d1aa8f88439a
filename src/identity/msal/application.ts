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

/** Parts that every way of signing in through msal needs. */
export interface MsalParts {
  readonly registration: Registration;
  readonly drawer: SecretDrawer;
  readonly leases: Leases;
  /** The last account that signed in, shared by all windows. Distinguishes a lost secret storage from a first start. */
  readonly accounts: AccountMemory;
  /** Called when another window has signed in another user, or has signed the user out. */
  readonly onOtherPerson: () => void;
  readonly clock: Clock;
  readonly log: (level: 'warn' | 'info' | 'debug' | 'trace', text: string) => void;
  readonly send: SendSignIn;
  readonly limits?: SignInLimits;
}

/** Time limits, ms. */
export interface SignInLimits {
  /** For a single answer of the sign-in service. */
  readonly answerMs: number;
  /** For the user to sign in. */
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
 * With this capability, conditional access may refuse a token before its end, with a claims challenge that we answer.
 * In exchange, tokens live longer.
 */
const CLIENT_CAPABILITIES = ['cp1'];

/** Maps msal's levels to one level lower. Only our own code logs an error, after the user was notified. */
const LEVELS: Readonly<Partial<Record<LogLevel, 'warn' | 'info' | 'debug' | 'trace'>>> = {
  [LogLevel.Error]: 'warn',
  [LogLevel.Warning]: 'info',
  [LogLevel.Info]: 'debug',
  [LogLevel.Verbose]: 'trace',
};

/** Creates the application without a credential. It has nothing in memory: its tokens are in the vault. */
export function publicApplication(
  parts: MsalParts,
  vault: TokenVault,
  network: SignInNetwork,
): PublicClientApplication {
  return new PublicClientApplication(configure(parts, vault, network, {}));
}

/** Creates the application with a secret or a certificate of its own. */
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

/**
 * Returns the token of msal's result.
 * @throws LiveResponseError `signInFailed` with reason `emptyToken`: msal passes an empty answer on
 */
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
      // The connection names the authority, so msal asks no other host whether it is one.
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

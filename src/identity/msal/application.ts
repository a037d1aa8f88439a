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
  /**
   * The last account that signed in, shared by all windows. If it is known and secret storage is empty, the storage has
   * lost the tokens. If it is unknown, no one has signed in.
   */
  readonly accounts: AccountMemory;
  /** Called when another window has signed in another user, or has signed the user out. */
  readonly onOtherPerson: () => void;
  readonly clock: Clock;
  readonly log: (level: 'warn' | 'info' | 'debug' | 'trace', text: string) => void;
  readonly send: SendSignIn;
  readonly limits?: SignInLimits;
}

/** Time limits of a sign-in, ms. */
export interface SignInLimits {
  /** Longest time for a single answer of the sign-in service. */
  readonly answerMs: number;
  /** Longest time for the user to sign in. */
  readonly personMs: number;
  /** Minimum time between two polls for a device code. */
  readonly minPollMs?: number;
}

export const SIGN_IN_LIMITS: SignInLimits = { answerMs: 30_000, personMs: 15 * 60_000 };

export interface AccountMemory {
  readonly get: () => Promise<string | undefined>;
  readonly set: (account: string | undefined) => Promise<unknown>;
}

/**
 * Capability to answer a claims challenge. With it, conditional access may refuse a token before the token expires. In
 * exchange, tokens are valid for longer.
 */
const CLIENT_CAPABILITIES = ['cp1'];

/**
 * Maps each log level of msal to the next lower level. Only our own code logs an error, after the user was notified.
 */
const LEVELS: Readonly<Partial<Record<LogLevel, 'warn' | 'info' | 'debug' | 'trace'>>> = {
  [LogLevel.Error]: 'warn',
  [LogLevel.Warning]: 'info',
  [LogLevel.Info]: 'debug',
  [LogLevel.Verbose]: 'trace',
};

/** Creates the application without a credential. The application's tokens are in the vault, not in memory. */
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
 * @throws LiveResponseError `signInFailed` with reason `emptyToken`, because msal does not reject an empty answer
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
      // The connection names the authority, so msal need not ask another host whether the authority is valid.
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

import type { Refusal } from '../defender/client.ts';

/** Where a connection's access tokens come from. Nothing here ever asks a person. */
export interface TokenSource {
  /**
   * A token for the API, from memory where it is good for some minutes more.
   *
   * @param refusal - the answer must be another token than the refused one
   * @throws LiveResponseError `notSignedIn` when a person has to do something, `signInFailed` and the codes of a lost
   *   way when the sign-in service did not give one, `cancelled`
   */
  readonly getAccessToken: (signal: AbortSignal, refusal?: Refusal) => Promise<string>;
  /** Who the tokens speak for; undefined when nobody is signed in, or the token does not say. Asks no service. */
  readonly account: () => Promise<string | undefined>;
  /** Forgets every token, here and in secret storage. */
  readonly signOut: () => Promise<void>;
  readonly dispose: () => void;
}

/** How a person signs in: the browser of this machine answers us, or a code is typed in any browser. */
export type PersonalWay = 'interactive' | 'deviceCode';

/** A code to be typed at the sign-in service. */
export interface DeviceCode {
  readonly userCode: string;
  readonly verificationUrl: string;
  /** ms since 1970. */
  readonly expiresAt: number;
}

/** What signing in shows to the person. */
export interface SignInPrompts {
  /** Opens the sign-in service's page in the system's browser. */
  readonly openBrowser: (url: string) => Promise<void>;
  readonly showCode: (code: DeviceCode) => void;
  /** What the browser shows at the end: whole HTML pages. */
  readonly donePage: string;
  readonly failedPage: string;
}

/** A source that a person signs in to. */
export interface PersonalTokenSource extends TokenSource {
  /**
   * Asks the person. What was signed in before stays until the new sign-in is complete.
   *
   * @returns who signed in
   * @throws LiveResponseError `signInFailed`, `cancelled`, and the codes of a lost way; nothing of it is left behind
   */
  readonly signIn: (way: PersonalWay, prompts: SignInPrompts, signal: AbortSignal) => Promise<string>;
}

/** Good for less than this, a token is renewed before it is used, ms: as msal counts. */
export const RENEW_BEFORE_MS = 5 * 60_000;

/** An application in a tenant, as the sign-in service knows it. */
export interface Registration {
  /** Name of the connection, for errors. */
  readonly connection: string;
  /** With the tenant, e.g. `https://login.microsoftonline.com/<guid>`. */
  readonly authority: string;
  readonly scope: string;
  readonly tenantId: string;
  readonly clientId: string;
}

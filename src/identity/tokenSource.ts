import type { Refusal } from '../defender/client.ts';

/** The source of a connection's access tokens. Nothing here ever prompts the user. */
export interface TokenSource {
  /**
   * Returns a token for the API, from memory if it is valid for some minutes more.
   *
   * @param refusal - the returned token must differ from the refused one
   * @throws LiveResponseError `notSignedIn` when the user has to act; `signInFailed`, or the code of a network failure,
   *   when the sign-in service gave no token; `cancelled`
   */
  readonly getAccessToken: (signal: AbortSignal, refusal?: Refusal) => Promise<string>;
  /**
   * Returns the account of the tokens; undefined when no one is signed in, or the token does not name it. Calls no
   * service.
   */
  readonly account: () => Promise<string | undefined>;
  /** Deletes every token, here and in secret storage. */
  readonly signOut: () => Promise<void>;
  readonly dispose: () => void;
}

/** The way a user signs in: with the browser of this machine, which answers us, or by a code typed in any browser. */
export type PersonalWay = 'interactive' | 'deviceCode';

/** A code to be typed at the sign-in service. */
export interface DeviceCode {
  readonly userCode: string;
  readonly verificationUrl: string;
  /** ms since 1970. */
  readonly expiresAt: number;
}

/** Texts and actions that a sign-in shows to the user. */
export interface SignInPrompts {
  /** Opens the sign-in service's page in the system's browser. */
  readonly openBrowser: (url: string) => Promise<void>;
  readonly showCode: (code: DeviceCode) => void;
  /** Pages that the browser shows at the end: complete HTML. */
  readonly donePage: string;
  readonly failedPage: string;
}

/** A token source that a user signs in to. */
export interface PersonalTokenSource extends TokenSource {
  /**
   * Prompts the user to sign in. The earlier sign-in stays until the new one is complete.
   *
   * @returns the account that signed in
   * @throws LiveResponseError `signInFailed`, `cancelled`, and the codes of a network failure; a failed sign-in leaves
   *   nothing behind
   */
  readonly signIn: (way: PersonalWay, prompts: SignInPrompts, signal: AbortSignal) => Promise<string>;
}

/** A token with less remaining validity than this is renewed before use, ms. msal has the same limit. */
export const RENEW_BEFORE_MS = 5 * 60_000;

/** An application in a tenant, as registered with the sign-in service. */
export interface Registration {
  /** Name of the connection, for errors. */
  readonly connection: string;
  /** Address of the sign-in service with the tenant, e.g. `https://login.microsoftonline.com/<guid>`. */
  readonly authority: string;
  readonly scope: string;
  readonly tenantId: string;
  readonly clientId: string;
}

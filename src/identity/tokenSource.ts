import type { Refusal } from '../defender/client.ts';

/** The source of a connection's access tokens. The methods of this interface never prompt the user. */
export interface TokenSource {
  /**
   * Returns a token for the API. Takes the token from memory if it is valid for some more minutes.
   *
   * @param refusal - refusal of an earlier token; the returned token differs from that token
   * @throws LiveResponseError `notSignedIn` if the user has to act; `signInFailed`, or the code of a network failure,
   *   if the sign-in service gave no token; `cancelled`
   */
  readonly getAccessToken: (signal: AbortSignal, refusal?: Refusal) => Promise<string>;
  /**
   * Returns the account of the tokens; undefined if no one is signed in, or if the token does not name the account.
   * Calls no service.
   */
  readonly account: () => Promise<string | undefined>;
  /** Deletes every token, in memory and in secret storage. */
  readonly signOut: () => Promise<void>;
  readonly dispose: () => void;
}

/**
 * Way in which a user signs in. `interactive`: in a browser on this machine, which sends us the answer. `deviceCode`:
 * with a code that the user types in any browser.
 */
export type PersonalWay = 'interactive' | 'deviceCode';

/** A code that the user types on a page of the sign-in service. */
export interface DeviceCode {
  readonly userCode: string;
  readonly verificationUrl: string;
  /** ms since 1970. */
  readonly expiresAt: number;
}

/** Pages and prompts that a sign-in shows to the user. */
export interface SignInPrompts {
  /** Opens the sign-in service's page in the system's browser. */
  readonly openBrowser: (url: string) => Promise<void>;
  readonly showCode: (code: DeviceCode) => void;
  /** Complete HTML of the page that the browser shows after a sign-in. `failedPage` is for a failed sign-in. */
  readonly donePage: string;
  readonly failedPage: string;
}

/** A token source to which a user signs in. */
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

/** Minimum remaining validity of a token, ms. A token with less is renewed before use. msal has the same limit. */
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
  /**
   * Whether the scope is of a further resource, beside the one that the connection is for. Both share a session, so a
   * refusal for the further resource must not end the session, and the same person signs in to both.
   */
  readonly isFurther?: true;
}

import type { AuthenticationResult, InteractiveRequest, PublicClientApplication } from '@azure/msal-node';
import { request } from 'node:http';
import { LiveResponseError } from '../../base/errors.ts';
import { isSignInAddress } from '../signInHosts.ts';
import type { SignInPrompts } from '../tokenSource.ts';

/** Inputs of a sign-in with the browser. */
export interface BrowserSignIn {
  readonly prompts: SignInPrompts;
  /** Address of the sign-in service that the connection names. The page must be accepted by {@link isSignInAddress}. */
  readonly authority: string;
  readonly signal: AbortSignal;
}

/**
 * Signs in with the system's browser: authorization code, PKCE, an answer to a port of this machine.
 *
 * msal waits for that answer without a time limit. To cancel, this function itself sends an error to msal's port. The
 * error has the address and the state that msal put into the browser's page. msal then closes its port as after any
 * other answer.
 */
export async function signInWithBrowser(
  application: PublicClientApplication,
  wanted: Pick<InteractiveRequest, 'scopes' | 'claims' | 'prompt' | 'loginHint'>,
  { prompts, authority, signal }: BrowserSignIn,
): Promise<AuthenticationResult> {
  let end: (() => void) | undefined;
  const { promise: aborted, resolve: onAbort } = Promise.withResolvers<undefined>();
  const abort = (): void => {
    end?.();
    onAbort(undefined);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await application.acquireTokenInteractive({
      ...wanted,
      successTemplate: prompts.donePage,
      errorTemplate: prompts.failedPage,
      openBrowser: async (url) => {
        if (!isSignInAddress(url, authority)) {
          throw new LiveResponseError('signInFailed', { host: hostOf(url), reason: 'foreignEndpoint' });
        }
        end = () => {
          answerForBrowser(url);
        };
        if (signal.aborted) end();
        // VS Code may ask the user whether to open the page. After a cancellation, msal must not wait for the user's
        // reply.
        else await Promise.race([prompts.openBrowser(url), aborted]);
      },
    });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}

function answerForBrowser(pageUrl: string): void {
  const { searchParams } = new URL(pageUrl);
  const redirectUri = new URL(searchParams.get('redirect_uri') ?? '');
  const body = new URLSearchParams({ error: 'access_denied', state: searchParams.get('state') ?? '' }).toString();
  // msal names its port "localhost", but listens only on the IPv4 address.
  const answer = request({
    host: '127.0.0.1',
    port: redirectUri.port,
    path: '/',
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) },
  });
  // msal closes the port as soon as it has read the answer, so an error is expected.
  answer.on('error', () => undefined);
  answer.end(body);
}

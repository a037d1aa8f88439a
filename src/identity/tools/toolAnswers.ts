import type { Ended } from './childProcess.ts';
import { NO_CONTEXT, NO_MODULE } from './commandLineTools.ts';
import type { TokenRequest, ToolKind } from './commandLineTools.ts';

/**
 * The answer of a tool. Only the token and Entra's error code are read from its output, because the rest may contain
 * anything.
 */
export type ToolAnswer =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'notInstalled' }
  /** `serverCode`: e.g. `AADSTS50076`. */
  | { readonly kind: 'signedOut' | 'failed'; readonly serverCode: string | undefined };

/**
 * Entra's refusals that a new sign-in of the same account does not solve, although both tools then propose a sign-in.
 * Consent or approval is missing. Or the resource or the account is not in this tenant. Or the account is disabled or
 * not assigned.
 */
const NOT_BY_SIGN_IN = /^AADSTS(?:65001|65002|500011|650052|650057|700016|90002|50020|90072|50105|50057)$/u;

/** Reads the output of a tool that has ended. */
export function readToolAnswer(kind: ToolKind, end: Ended): ToolAnswer {
  if (end.exitCode === 0) {
    const token = tokenIn(end.output);
    return token === undefined ? { kind: 'failed', serverCode: undefined } : { kind: 'token', token };
  }
  if (kind === 'azPowerShell' && end.exitCode === NO_MODULE) return { kind: 'notInstalled' };
  const words = `${end.errors}\n${end.output}`;
  const serverCode = /\bAADSTS\d{4,8}\b/u.exec(words)?.[0];
  // Sentences of the tools: `Please run 'az login' to setup account.`, `…is needed. Please run:\naz login`, `Run
  // Connect-AzAccount to login.`
  const proposesSignIn = kind === 'azureCli' ? /\baz login\b/u.test(words) : /\bConnect-AzAccount\b/u.test(words);
  const signedOut =
    (kind === 'azPowerShell' && end.exitCode === NO_CONTEXT) ||
    (proposesSignIn && !NOT_BY_SIGN_IN.test(serverCode ?? ''));
  return { kind: signedOut ? 'signedOut' : 'failed', serverCode };
}

function tokenIn(output: string): string | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch {
    return undefined;
  }
  if (typeof answer !== 'object' || answer === null || !('accessToken' in answer)) return undefined;
  return typeof answer.accessToken === 'string' && answer.accessToken !== '' ? answer.accessToken : undefined;
}

/**
 * Returns the command that signs the user in from a terminal. The command for Azure CLI names the resource, so that the
 * sign-in also meets the resource's conditional access. It allows a tenant without subscriptions, because tenants of
 * security teams often have none.
 *
 * @param claims - a claims challenge as JSON; needs Azure CLI 2.76 or Az.Accounts 5.2
 */
export function signInCommand(kind: ToolKind, { resource, tenantId }: TokenRequest, claims?: string): string {
  const challenge = claims === undefined ? undefined : Buffer.from(claims).toString('base64');
  if (kind === 'azPowerShell') {
    return `Connect-AzAccount -TenantId ${tenantId}${challenge === undefined ? '' : ` -ClaimsChallenge "${challenge}"`}`;
  }
  const login = `az login --tenant ${tenantId} --scope ${resource}/.default --allow-no-subscriptions`;
  return challenge === undefined ? login : `${login} --claims-challenge "${challenge}"`;
}

import {
  isAbsolutePath,
  isAllowedUrl,
  isAuthority,
  isPlainName,
  isScope,
  MAX_CONNECTION_NAME,
} from '../../../connections/connection.ts';
import type { Connection } from '../../../connections/connection.ts';
import { cloudAddresses } from '../../../defender/clouds.ts';
import { isGuid } from '../../../base/resultUri.ts';
import type { CertificateProblem } from '../../../identity/certificateFile.ts';
import { isFor, isForResource, readClaims } from '../../../identity/claims.ts';
import { hostsIn, idIn, isHost, mayKeepSecret } from './draft.ts';
import type { Draft, TextStep } from './draft.ts';

/** Problems with a typed text. */
export type Problem =
  | 'missing'
  | 'noApiUrl'
  | 'noAuthority'
  | 'noScope'
  | 'noHost'
  | 'tenantName'
  | 'noTenantId'
  | 'noClientId'
  | 'tenantAsClient'
  | 'secretId'
  | 'noAbsolutePath'
  | 'networkShare'
  | 'noFile'
  | CertificateProblem
  | 'noToken'
  | 'tokenExpired'
  | 'foreignToken'
  | 'otherAudience'
  | 'nameTooLong'
  | 'oddName'
  | 'nameTaken';

/** Problems that are probably mistakes but can be correct. The step shows them, and Enter accepts the text. */
export const WARNINGS: ReadonlySet<Problem> = new Set<Problem>(['secretId', 'tenantAsClient', 'otherAudience']);

/** Facts that the check of a step's text needs. */
export interface CheckContext {
  readonly existing: Connection | undefined;
  /** Names of the existing connections. */
  readonly names: readonly string[];
  /** Present time, in ms since 1970. */
  readonly now: number;
}

/** Checks a step's text while the user types; undefined when it has no problem. */
export function check(step: TextStep, text: string, draft: Draft, context: CheckContext): Problem | undefined {
  // A passphrase may consist of blanks.
  const typed = step === 'passphrase' ? text : text.trim();
  if (typed === '') return mayBeEmpty(step, draft, context) ? undefined : 'missing';
  return CHECKS[step](typed, draft, context);
}

/** Checks a pasted token. If a connection is given, the token must belong to that connection. */
export function checkToken(
  token: string,
  now: number,
  cloud: Connection['cloud'] | undefined,
  connection?: Connection,
): Problem | undefined {
  const claims = readClaims(token);
  if (!isGuid(claims?.tenantId) || !isGuid(claims.clientId)) return 'noToken';
  if (claims.expiresAt !== undefined && claims.expiresAt <= now) return 'tokenExpired';
  if (connection !== undefined && !isFor(claims, connection)) return 'foreignToken';
  // A custom cloud may expect any audience, so its tokens cannot be checked for it.
  if (cloud === undefined || cloud === 'custom' || cloud === 'pack') return undefined;
  const resource = cloudAddresses(cloud).scope.replace(/\/\.default$/u, '');
  if (!isForResource(claims, resource)) return 'otherAudience';
  return undefined;
}

function mayBeEmpty(step: TextStep, draft: Draft, { existing }: CheckContext): boolean {
  if (step === 'authority' || step === 'scope' || step === 'graphUrl' || step === 'downloadHosts') return true;
  const secret = step === 'clientSecret' || step === 'passphrase' || step === 'accessToken';
  return secret && mayKeepSecret(draft, existing);
}

/** Whether a text is a name with a dot in the middle, not an address or a path. */
function isName(text: string): boolean {
  return /^[^\s:/]+$/u.test(text) && text.slice(1, -1).includes('.');
}

type Check = (text: string, draft: Draft, context: CheckContext) => Problem | undefined;
const unless = (right: boolean, problem: Problem): Problem | undefined => (right ? undefined : problem);

const CHECKS: Readonly<Record<TextStep, Check>> = {
  apiUrl: (text) => unless(isAllowedUrl(text), 'noApiUrl'),
  authority: (text) => unless(isAuthority(text), 'noAuthority'),
  scope: (text) => unless(isScope(text), 'noScope'),
  graphUrl: (text) => unless(isAuthority(text), 'noAuthority'),
  downloadHosts: (text) => unless(hostsIn(text).every(isHost), 'noHost'),
  tenantId: (text) => (isGuid(idIn(text)) ? undefined : isName(text) ? 'tenantName' : 'noTenantId'),
  clientId: (text, { texts }) => {
    if (!isGuid(idIn(text))) return 'noClientId';
    return unless(idIn(text) !== idIn(texts.tenantId ?? ''), 'tenantAsClient');
  },
  clientSecret: (text) => unless(!isGuid(idIn(text)), 'secretId'),
  certificate: (text) => {
    if (/^[\\/]{2}/u.test(text)) return 'networkShare';
    return unless(isAbsolutePath(text), 'noAbsolutePath');
  },
  passphrase: () => undefined,
  accessToken: (text, { place }, { now }) => checkToken(text, now, place?.cloud),
  name: (text, _draft, { existing, names }) => {
    if (text.length > MAX_CONNECTION_NAME) return 'nameTooLong';
    // An existing connection can keep its name, even if the name would be refused for a new connection.
    if (text !== existing?.name && !isPlainName(text)) return 'oddName';
    return unless(text === existing?.name || !names.includes(text), 'nameTaken');
  },
};

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
import type { Cloud } from '../../../base/resultUri.ts';
import type { CertificateProblem } from '../../../identity/certificateFile.ts';
import { isFor, isForResource, readClaims } from '../../../identity/claims.ts';
import { hostsIn, idIn, isHost, mayKeepSecret } from './draft.ts';
import type { Draft, TextStep } from './draft.ts';

/** What is wrong with what was typed. */
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

/** Likely mistakes that may be right after all: they are told, and Enter is taken. */
export const WARNINGS: ReadonlySet<Problem> = new Set<Problem>(['secretId', 'tenantAsClient', 'otherAudience']);

/** What a step's text is held against. */
export interface CheckContext {
  readonly existing: Connection | undefined;
  /** Names of the connections there are. */
  readonly names: readonly string[];
  /** ms since 1970. */
  readonly now: number;
}

/** Checks a step's text as it is typed; undefined when nothing is wrong with it. */
export function check(step: TextStep, text: string, draft: Draft, context: CheckContext): Problem | undefined {
  // A passphrase may be of blanks.
  const typed = step === 'passphrase' ? text : text.trim();
  if (typed === '') return mayBeEmpty(step, draft, context) ? undefined : 'missing';
  return CHECKS[step](typed, draft, context);
}

/** Checks a pasted token, for a connection where it is to serve that one. */
export function checkToken(
  token: string,
  now: number,
  cloud: Cloud | undefined,
  connection?: Connection,
): Problem | undefined {
  const claims = readClaims(token);
  if (!isGuid(claims?.tenantId) || !isGuid(claims.clientId)) return 'noToken';
  if (claims.expiresAt !== undefined && claims.expiresAt <= now) return 'tokenExpired';
  if (connection !== undefined && !isFor(claims, connection)) return 'foreignToken';
  // What a custom address wants to see, only it knows.
  if (cloud === undefined || cloud === 'custom') return undefined;
  const resource = cloudAddresses(cloud).scope.replace(/\/\.default$/u, '');
  if (!isForResource(claims, resource)) return 'otherAudience';
  return undefined;
}

function mayBeEmpty(step: TextStep, draft: Draft, { existing }: CheckContext): boolean {
  if (step === 'authority' || step === 'scope' || step === 'downloadHosts') return true;
  const secret = step === 'clientSecret' || step === 'passphrase' || step === 'accessToken';
  return secret && mayKeepSecret(draft, existing);
}

/** A name with a point in the middle: no address, and no path. */
function isName(text: string): boolean {
  return /^[^\s:/]+$/u.test(text) && text.slice(1, -1).includes('.');
}

type Check = (text: string, draft: Draft, context: CheckContext) => Problem | undefined;
const unless = (right: boolean, problem: Problem): Problem | undefined => (right ? undefined : problem);

const CHECKS: Readonly<Record<TextStep, Check>> = {
  apiUrl: (text) => unless(isAllowedUrl(text), 'noApiUrl'),
  authority: (text) => unless(isAuthority(text), 'noAuthority'),
  scope: (text) => unless(isScope(text), 'noScope'),
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
    // An existing connection keeps its name while its other fields are edited.
    if (text !== existing?.name && !isPlainName(text)) return 'oddName';
    return unless(text === existing?.name || !names.includes(text), 'nameTaken');
  },
};

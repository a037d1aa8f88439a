import { isLiveResponseError, LiveResponseError } from '../../base/errors.ts';
import { readAadsts } from './network.ts';
import type { ServiceRefusal, SignInNetwork } from './network.ts';

/** Reasons why the sign-in service gave no token. `messages/signInWords.ts` has a sentence and a next step for each. */
export type SignInReason =
  // Reasons that concern the registration.
  | 'unknownTenant'
  | 'unknownApplication'
  | 'publicClientOff'
  | 'noDefenderHere'
  | 'wrongSecret'
  | 'secretExpired'
  | 'wrongCertificate'
  // Reasons that concern the user.
  | 'declined'
  | 'codeExpired'
  | 'otherTenant'
  | 'consentMissing'
  | 'notAssigned'
  | 'blockedByPolicy'
  | 'deviceCodeBlocked'
  | 'securityDefaults'
  // Reasons that concern the service, or the network between us and the service.
  | 'clockSkew'
  | 'notSignInService'
  | 'foreignEndpoint'
  | 'busy'
  | 'emptyToken'
  | 'refused';

/** Reasons by Entra's error number. The numbers are from Entra's public list of sign-in errors. */
const BY_NUMBER: ReadonlyMap<number, SignInReason> = new Map<number, SignInReason>([
  [90002, 'unknownTenant'],
  [900021, 'unknownTenant'],
  [900023, 'unknownTenant'],
  [700016, 'unknownApplication'],
  [7000112, 'unknownApplication'],
  [7000218, 'publicClientOff'],
  [500011, 'noDefenderHere'],
  [650052, 'noDefenderHere'],
  [7000215, 'wrongSecret'],
  [7000216, 'wrongSecret'],
  [7000222, 'secretExpired'],
  [700027, 'wrongCertificate'],
  [700024, 'clockSkew'],
  [65001, 'consentMissing'],
  [65004, 'declined'],
  [90094, 'consentMissing'],
  [50020, 'otherTenant'],
  [50105, 'notAssigned'],
  [53000, 'blockedByPolicy'],
  [53001, 'blockedByPolicy'],
  [53002, 'blockedByPolicy'],
  [53003, 'blockedByPolicy'],
  [530032, 'blockedByPolicy'],
  [530035, 'securityDefaults'],
  // Entra refuses to renew a session that began with a device code.
  [530036, 'deviceCodeBlocked'],
]);

const BY_WORD: ReadonlyMap<string, SignInReason> = new Map<string, SignInReason>([
  ['access_denied', 'declined'],
  ['authorization_declined', 'declined'],
  ['expired_token', 'codeExpired'],
  ['bad_verification_code', 'codeExpired'],
  ['consent_required', 'consentMissing'],
  ['invalid_tenant', 'unknownTenant'],
]);

/** OAuth's error codes after which the user must sign in: the stored session is no longer valid, or not sufficient. */
const ASK_PERSON: ReadonlySet<string> = new Set(['invalid_grant', 'interaction_required', 'login_required']);

/**
 * Converts the error that ended a token request. Keeps only the codes of msal's error, because msal's sentences contain
 * account names and addresses.
 *
 * @param way - the way of a sign-in; undefined for a renewal. A blocked device code gets another reason than a blocked
 *   sign-in in the browser
 */
export function toSignInFailure(
  error: unknown,
  network: SignInNetwork,
  connection: string,
  way?: 'interactive' | 'deviceCode',
): LiveResponseError {
  if (isLiveResponseError(error)) return error;
  if (network.failure !== undefined) return named(network.failure, connection);
  const refusal = network.refusal ?? readError(error);
  if (refusal === undefined) return new LiveResponseError('signInFailed', { connection, reason: 'refused' });
  const { aadsts, correlationId } = refusal;
  const values = {
    connection,
    serverCode: aadsts === undefined ? refusal.error : `AADSTS${aadsts.toString()}`,
    ...(correlationId === undefined ? {} : { correlationId }),
  };
  const reason = reasonOf(refusal, way);
  if (reason !== undefined) return new LiveResponseError('signInFailed', { ...values, reason });
  if (!ASK_PERSON.has(refusal.error)) return new LiveResponseError('signInFailed', { ...values, reason: 'refused' });
  const asks = refusal.claims !== undefined || refusal.error !== 'invalid_grant';
  // A user who is signing in now has no earlier session that could have ended.
  if (way !== undefined && !asks) return new LiveResponseError('signInFailed', { ...values, reason: 'refused' });
  return new LiveResponseError('notSignedIn', { ...values, reason: asks ? 'moreWanted' : 'sessionEnded' });
}

function reasonOf(refusal: ServiceRefusal, way: 'interactive' | 'deviceCode' | undefined): SignInReason | undefined {
  const reason =
    BY_NUMBER.get(refusal.aadsts ?? 0) ?? BY_WORD.get(refusal.suberror ?? '') ?? BY_WORD.get(refusal.error);
  return reason === 'blockedByPolicy' && way === 'deviceCode' ? 'deviceCodeBlocked' : reason;
}

/**
 * Reads a refusal from msal's error. An answer through the browser does not reach our network module, so only msal's
 * error shows the refusal.
 */
function readError(error: unknown): ServiceRefusal | undefined {
  if (!(error instanceof Error) || !('errorCode' in error) || typeof error.errorCode !== 'string') return undefined;
  const message = 'errorMessage' in error && typeof error.errorMessage === 'string' ? error.errorMessage : '';
  return {
    error: error.errorCode,
    suberror: undefined,
    aadsts: readAadsts(message),
    correlationId: /Correlation ID: ([\da-f-]{36})/iu.exec(message)?.[1],
    claims: undefined,
  };
}

function named(failure: LiveResponseError, connection: string): LiveResponseError {
  return new LiveResponseError(failure.code, { ...failure.values, connection });
}

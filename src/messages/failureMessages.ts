import { env, l10n } from 'vscode';
import { isLiveResponseError } from '../base/errors.ts';
import type { FailureValues, LiveResponseError } from '../base/errors.ts';
import type { FailureCode } from '../base/failures.ts';
import { huntingLimit, notHuntingResults, refusedHunt } from './auditWords.ts';
import { deviceWords } from './deviceWords.ts';
import { formatBytes, formatTime } from './format.ts';
import { notInPack, packRefused } from './pack/packWords.ts';
import { forbidden } from './policy/policyWords.ts';
import { describeSignIn, hasSignInWords } from './signInWords.ts';
import {
  analysisStopped,
  FILE_REASONS,
  databaseFailure,
  damagedResult,
  incompleteDownload,
  largeNotKept,
  linkTooLarge,
  notStoredFile,
  textTooLarge,
  tooLarge,
  missingPackage,
  packageLimit,
  refusedDownload,
  REJECTIONS,
} from './storageWords.ts';
import type { FailureMessage, NextStep } from './failureMessage.ts';

/** Half of the calls that the API allows in a minute. If this machine made fewer calls, others used up the limit. */
const FEW_CALLS = 50;

/** Whether the server refused a call although this machine had made few calls in the last minute. */
export function isSpentByOthers(ownCalls: number | undefined): boolean {
  return ownCalls !== undefined && ownCalls < FEW_CALLS;
}

/** Returns the text of the button for a next step. */
export function stepLabel(step: NextStep): string {
  const labels: Record<NextStep, string> = {
    tryAgain: l10n.t('Try Again'),
    allowHost: l10n.t('Allow This Host…'),
    openRaw: l10n.t('Open Raw'),
    addConnection: l10n.t('Add Connection…'),
    signIn: l10n.t('Sign In…'),
    editConnection: l10n.t('Edit Connection…'),
    copyRegistrationCommands: l10n.t('Copy App Registration Commands'),
    selectConnection: l10n.t('Other Connection…'),
    replaceToken: l10n.t('Replace Access Token…'),
    refresh: l10n.t('Refresh'),
    exportRaw: l10n.t('Export Raw Result…'),
    openInParts: l10n.t('Open in Parts'),
    saveToFile: l10n.t('Save to File…'),
    copyCorrelationId: l10n.t('Copy Correlation ID'),
    copyCommand: l10n.t('Copy Command'),
    openSettings: l10n.t('Open Settings'),
    openSaved: l10n.t('Open Saved Result…'),
    showManagedSettings: l10n.t('Show Managed Settings'),
    showLog: l10n.t('Show Log'),
  };
  return labels[step];
}

/** Describes any failure in words. */
export function describeFailure(error: unknown): FailureMessage {
  if (!isLiveResponseError(error)) {
    return { sentence: l10n.t('Something went wrong that we did not foresee. The log says more.'), steps: ['showLog'] };
  }
  const { values } = error;
  const { sentence, steps } = inWords(error);
  return {
    sentence,
    steps: values.correlationId === undefined ? steps : [...steps, 'copyCorrelationId'],
  };
}

function inWords({ code, values }: LiveResponseError): FailureMessage {
  if (code === 'huntingRefused') return refusedHunt(values);
  if (code === 'signInFailed' || (code === 'notSignedIn' && hasSignInWords(values))) return describeSignIn(values);
  if (code === 'notSignedIn' && values.reason !== undefined && values.reason !== 'rejected')
    return describeSignIn(values);
  const steps = STEPS[code].filter((step) => {
    if (step === 'openRaw') return !NO_TEXT.has(values.reason ?? '');
    return step !== 'tryAgain' || values.reason !== 'tooLargeThere';
  });
  return { sentence: SENTENCES[code](values), steps };
}

/** Reasons of a rejection after which the file has no text to show. */
const NO_TEXT: ReadonlySet<string> = new Set(['binary', 'empty', 'tooLarge']);

/** Codes whose words and next steps depend on the reason. */
type ByReason = 'signInFailed' | 'huntingRefused';

const STEPS: Readonly<Record<Exclude<FailureCode, ByReason>, readonly NextStep[]>> = {
  noConnection: ['addConnection'],
  notSignedIn: ['signIn', 'showLog'],
  licence: ['showLog'],
  missingPermission: ['signIn', 'showLog'],
  featureDisabled: ['showLog'],
  notFromDefender: ['tryAgain', 'showLog'],
  badRequest: ['showLog'],
  notFound: ['showLog'],
  noResult: ['tryAgain', 'showLog'],
  noPackage: ['tryAgain', 'refresh'],
  noResultByDesign: [],
  resultIsFile: ['saveToFile'],
  commandNotFinished: ['refresh'],
  commandNeverRan: [],
  rateLimited: ['tryAgain', 'selectConnection', 'showLog'],
  offline: ['tryAgain', 'showLog'],
  unknownHost: ['tryAgain', 'showLog'],
  tls: ['showLog'],
  timeout: ['tryAgain', 'showLog'],
  connectionLost: ['tryAgain', 'showLog'],
  serverError: ['tryAgain', 'showLog'],
  redirected: ['showLog'],
  unexpectedAnswer: ['showLog'],
  incompleteAnswer: ['tryAgain', 'showLog'],
  linkRefused: ['tryAgain', 'showLog'],
  foreignDownloadHost: ['allowHost', 'showLog'],
  linkNotHttps: ['showLog'],
  notFromStorage: ['tryAgain', 'showLog'],
  incompleteDownload: ['tryAgain', 'showLog'],
  tooLarge: ['openInParts', 'saveToFile', 'openSettings'],
  linkTooLarge: ['openSaved'],
  fileFailed: ['tryAgain', 'saveToFile', 'showLog'],
  notAResult: ['openRaw', 'exportRaw'],
  tooLargeToShow: ['exportRaw'],
  textTooLarge: ['exportRaw'],
  largeNotKept: ['saveToFile', 'showLog'],
  analysisStopped: ['saveToFile', 'tryAgain', 'showLog'],
  managed: ['showManagedSettings'],
  badArgument: [],
  noPortal: [],
  databaseFailed: ['tryAgain', 'showLog'],
  resultDamaged: ['tryAgain', 'showLog'],
  notStoredFile: ['openSaved'],
  notHuntingResults: [],
  packRefused: ['openSaved'],
  notInPack: ['openSaved', 'selectConnection'],
  cancelled: [],
};

const SENTENCES: Readonly<Record<Exclude<FailureCode, ByReason>, (values: FailureValues) => string>> = {
  noConnection: () => l10n.t('No connection leads to this tenant. Add one to fetch the result.'),
  notSignedIn: (values) =>
    l10n.t('Defender refused the access token of "{0}".', values.connection ?? values.host ?? '') + serverWords(values),
  licence: (values) =>
    l10n.t('This tenant lacks the license or the service for this call; signing in again will not help.') +
    serverWords(values),
  missingPermission: (values) => l10n.t('A permission is missing.') + serverWords(values),
  featureDisabled: (values) =>
    l10n.t(
      'A feature is turned off in this tenant; live response is turned on under "Advanced features" in Defender’s settings.',
    ) + serverWords(values),
  notFromDefender: (values) =>
    l10n.t(
      'What answered for {0} (HTTP {1}) is not Defender: a proxy, a firewall or a sign-in page is in between. Check the network, then try again.',
      values.host ?? '–',
      values.status ?? '–',
    ),
  badRequest: (values) => l10n.t('Defender did not accept the request.') + serverWords(values),
  notFound: (values) =>
    values.connection === undefined
      ? l10n.t('Defender knows no such machine action or command.')
      : l10n.t(
          'Not in this tenant, or outside your device groups: "{0}" as {1} does not see this machine action.',
          values.connection,
          values.account ?? l10n.t('an unknown account'),
        ),
  noResult: (values) =>
    [
      ...deviceWords(values.deviceErrors ?? []),
      values.reason === 'notStored'
        ? l10n.t(
            'Defender gave a link, but {0} has no such file: the result is gone, or never arrived there.',
            values.host ?? '–',
          )
        : missingResult(values) + (values.status === 400 ? serverWords(values) : ''),
    ].join(' '),
  noPackage: (values) => missingPackage(values) + (values.status === 400 ? serverWords(values) : ''),
  noResultByDesign: () => l10n.t('PutFile has no result, by design: it only uploads a file to the device.'),
  resultIsFile: () =>
    l10n.t('The result of GetFile is a file, and may be malware. It is never opened here, but can be saved.'),
  commandNotFinished: (values) =>
    values.state === 'Created'
      ? l10n.t('Not started yet: the device may be offline, or busy with an earlier command.')
      : l10n.t('Not finished yet ({0}), so there is nothing to fetch.', values.state ?? '–'),
  commandNeverRan,
  rateLimited: (values) => {
    const until =
      values.retryAt === undefined ? '' : ` ${l10n.t('It takes calls again at {0}.', formatTime(values.retryAt))}`;
    if (values.reason === 'package') return packageLimit() + until;
    if (values.reason === 'hunting') return huntingLimit() + until;
    return isSpentByOthers(values.ownCalls)
      ? l10n.t(
          'Others use this app registration: Defender’s limit is reached, and we made {0} of its calls.',
          values.ownCalls ?? 0,
        ) + until
      : l10n.t('Defender’s limit of calls is reached.') + until;
  },
  offline: (values) =>
    l10n.t('{0} cannot be reached. Is this machine online?', values.host ?? '–') + systemCode(values),
  unknownHost: (values) =>
    l10n.t('The name {0} cannot be resolved. Is this machine online?', values.host ?? '–') + systemCode(values),
  tls: (values) =>
    l10n.t('No trusted connection to {0}: its certificate is not accepted.', values.host ?? '–') + systemCode(values),
  timeout: (values) => l10n.t('{0} did not answer in time.', values.host ?? '–'),
  connectionLost: (values) => l10n.t('The connection to {0} broke off.', values.host ?? '–') + systemCode(values),
  serverError: (values) =>
    l10n.t('{0} has a problem of its own (HTTP {1}).', values.host ?? '–', values.status ?? '–') + serverWords(values),
  redirected: (values) =>
    l10n.t(
      '{0} sent us elsewhere (HTTP {1}), which neither Defender nor its storage does.',
      values.host ?? '–',
      values.status ?? '–',
    ),
  unexpectedAnswer: (values) =>
    values.reason === 'credentials'
      ? l10n.t(
          'The link to {0} holds a user name or a password, which no link of Defender does. Nothing was sent there.',
          values.host ?? '–',
        )
      : l10n.t('The answer is not what the Defender API promises (at {0}).', values.path ?? '–'),
  incompleteAnswer: (values) => l10n.t('The answer of {0} was cut off.', values.host ?? '–'),
  linkRefused: refusedDownload,
  foreignDownloadHost: (values) =>
    l10n.t(
      'The link leads to {0}, which is not a host that stores results. Nothing was sent there.',
      values.host ?? '–',
    ),
  linkNotHttps: (values) =>
    l10n.t(
      'The link to {0} is not https, so anyone on the way could read along. Nothing was sent.',
      values.host ?? '–',
    ),
  notFromStorage: (values) =>
    l10n.t('What answered for {0} is not Azure storage: a proxy or a sign-in page is in between.', values.host ?? '–'),
  incompleteDownload,
  tooLarge,
  linkTooLarge,
  fileFailed: (values) =>
    (FILE_FAILURES[values.reason ?? values.systemCode ?? '']?.(values) ?? l10n.t('The file could not be written.')) +
    systemCode(values),
  notAResult: (values) => REJECTIONS[values.reason ?? '']?.() ?? l10n.t('What came is no result of a script.'),
  tooLargeToShow: (values) =>
    l10n.t(
      'The text has {0} and {1} lines: too much for the editor to show whole. It can be read in parts, and exported.',
      formatBytes(values.size ?? 0),
      (values.lines ?? 0).toLocaleString(env.language),
    ),
  textTooLarge,
  largeNotKept,
  analysisStopped,
  managed: ({ reason, connection }) => forbidden(reason, connection),
  badArgument: (values) =>
    l10n.t('The command was called with an argument that it does not take ({0}).', values.path ?? '–'),
  noPortal: () => l10n.t('This tenant is not one that the Defender portal shows, or the action names no device.'),
  databaseFailed: databaseFailure,
  resultDamaged: damagedResult,
  notHuntingResults,
  packRefused,
  notInPack,
  notStoredFile,
  cancelled: () => l10n.t('Canceled.'),
};

const noRoom = (): string => l10n.t('There is no room for the file. Make some and try again, or save it elsewhere.');
const noAccess = (): string => l10n.t('You may not write there. Save it to another folder.');

/** A device's own error comes before the sentence: then there is no reason to wait. */
function missingResult({ deviceErrors = [] }: FailureValues): string {
  return deviceErrors.length > 0
    ? l10n.t('Defender has no result for this command.')
    : l10n.t('Defender has no result for this command. Just after a command has ended, it can take some minutes.');
}

function commandNeverRan({ state, reason }: FailureValues): string {
  if (reason === 'begun') return l10n.t('Did not finish: the session ended first ({0}).', state ?? '–');
  switch (state) {
    case 'TimeOut':
      return l10n.t('Never ran: the session timed out first.');
    case 'Cancelled':
      return l10n.t('Never ran: the session was canceled first.');
    default:
      return l10n.t('Never ran: the session ended first ({0}).', state ?? '–');
  }
}

/** Sentences by the extension's own reason. Without such a reason, the system's error code is used. */
const FILE_FAILURES: Readonly<Record<string, (values: FailureValues) => string>> = {
  tooLargeThere: (values) =>
    l10n.t(
      'More than {0} can only be saved to a folder of the machine that this extension runs on. Choose a local folder.',
      formatBytes(values.limit ?? 0),
    ),
  facts: () => l10n.t('The result is saved, but what is known of it could not be written beside it (.facts.json).'),
  ...FILE_REASONS,
  ENOSPC: noRoom,
  EDQUOT: noRoom,
  EFBIG: noRoom,
  EACCES: noAccess,
  EPERM: noAccess,
  EROFS: noAccess,
  NoPermissions: noAccess,
  EEXIST: () =>
    l10n.t(
      'There is a file of this name with ".part" behind it: another download, or what is left of one. Delete it if it is not needed, or save to another name.',
    ),
  ENOENT: () =>
    l10n.t('The file was taken away before it was complete, as virus scanners do, or its folder is not there.'),
};

/** Returns Defender's own message. If a permission is missing, that message names the needed role. */
function serverWords(values: FailureValues): string {
  return values.serverMessage === undefined || values.serverMessage === '' ? '' : ` ${values.serverMessage}`;
}

function systemCode(values: FailureValues): string {
  return values.systemCode === undefined ? '' : ` (${values.systemCode})`;
}

import { l10n } from 'vscode';
import { LiveResponseError } from '../base/errors.ts';
import type { NoResultCode, NoResultFailure, NoResultReason } from '../model/noResultReasons.ts';
import { oneLine } from '../platform/remoteText.ts';
import { deviceWords } from './deviceWords.ts';
import { describeFailure } from './failureMessages.ts';
import { formatUtc } from './format.ts';

type Values = Readonly<Record<string, string | number>>;

/**
 * Says in one to three sentences why there is no result: the device's own words, the reason, then what the device's
 * record adds. A row, a page, an overview, an export and a message use the same sentences. Remote text is put on one
 * line.
 */
export function noResultSentence(
  reasons: readonly NoResultReason[],
  failure: NoResultFailure | undefined,
  deviceErrors: readonly string[],
): string {
  const errors = failure?.values.deviceErrors ?? deviceErrors;
  const [first] = reasons;
  const isSilent = first === undefined || SILENT.has(first.code);
  const heard = isSilent ? [] : deviceWords(errors.slice(0, MOST_ERRORS).map(remote));
  const sentences = reasons.map(({ code, values = {} }) => SENTENCES[code](values, failure));
  // Tables, copies and exports show the sentence as it is, so that it must be one short line here.
  const whole = oneLine([...heard, ...sentences].join(' '));
  return whole.length > LONGEST_SENTENCE ? `${whole.slice(0, LONGEST_SENTENCE)}…` : whole;
}

/** Largest number of a device's errors that are said. */
const MOST_ERRORS = 5;
/** Longest explanation, in UTF-16 units. */
const LONGEST_SENTENCE = 3000;

/** Reasons that the device's errors do not explain. */
const SILENT: ReadonlySet<NoResultCode> = new Set(['notFetched', 'byDesign', 'file', 'packSaid']);

const SENTENCES: Readonly<Record<NoResultCode, (values: Values, failure: NoResultFailure | undefined) => string>> = {
  notFetched: () => l10n.t('Not fetched yet.'),
  byDesign: () => describeFailure(new LiveResponseError('noResultByDesign')).sentence,
  file: () => describeFailure(new LiveResponseError('resultIsFile')).sentence,
  notStarted: () => describeFailure(new LiveResponseError('commandNotFinished', { state: 'Created' })).sentence,
  queueIsOver: () =>
    l10n.t(
      'Not started within two hours, after which Defender gives up on a device that is offline. Refresh: the session should have ended.',
    ),
  notStartedYet: () => l10n.t('Not started yet.'),
  earlierCommand: ({ index }) => l10n.t('Not started yet: command #{0} of the session has not ended.', word(index)),
  willNotRun: ({ index }) => l10n.t('Will probably not run: command #{0} of the session failed.', word(index)),
  otherSession: ({ requestor = '' }) =>
    requestor === ''
      ? l10n.t(
          'Not started yet: another session was running on this device when the list was read, and a device runs one at a time.',
        )
      : l10n.t(
          'Not started yet: a session of {0} was running on this device when the list was read, and a device runs one at a time.',
          word(requestor),
        ),
  deviceSilent: (values) =>
    l10n.t('Not started yet: {0} The session waits for the device for two hours.', lastReport(values)),
  lastReport,
  deviceActive: ({ at }) =>
    at === undefined
      ? l10n.t('Not started yet, although the device is active. It may be busy, or too many sessions may be running.')
      : l10n.t(
          'Not started yet, although the device is active (last full report: {0}). It may be busy, or too many sessions may be running.',
          time(at),
        ),
  running: ({ at }) => l10n.t('Running since {0}, so there is nothing to fetch yet.', time(at)),
  runningLong: ({ at }) =>
    l10n.t(
      'Running since {0}, longer than the ten minutes that a script may run. The device may have gone offline.',
      time(at),
    ),
  notFinished: ({ state }) =>
    describeFailure(new LiveResponseError('commandNotFinished', { state: word(state) })).sentence,
  timedOut: ({ error }) => withError(neverRan('TimeOut'), error),
  cancelled: (values) => withError(withCancellation(neverRan('Cancelled'), values), values['error']),
  afterFailure: ({ index }) =>
    l10n.t('Never ran, probably because command #{0} of the session failed first.', word(index)),
  sessionFailed: ({ state, error }) => withError(neverRan(word(state)), error),
  neverRan: ({ state, error }) =>
    withError(l10n.t('Never ran: Defender calls the session {0}, but did not start this command.', word(state)), error),
  timedOutRunning: ({ state, error }) => withError(didNotFinish(word(state)), error),
  cancelledRunning: (values) =>
    withError(
      withCancellation(
        l10n.t(
          'No result: the session was canceled while the command ran. Whether it finished, or still runs, on the device is not known.',
        ),
        values,
      ),
      values['error'],
    ),
  endedRunning: ({ state, error }) => withError(didNotFinish(word(state)), error),
  deviceSaid: () => l10n.t('Defender has no result for this command.'),
  none: () => l10n.t('Defender has no result for this command.'),
  serverSaid: (_values, failure) =>
    [l10n.t('Defender has no result for this command.'), remote(failure?.values.serverMessage ?? '')].join(' '),
  maybeSoon: () =>
    l10n.t('Defender has no result for this command. Just after a command has ended, it can take some minutes.'),
  neverUploaded: ({ at }) =>
    l10n.t(
      'Defender has no result for this command, which ended on {0}. It was probably never uploaded: run the command again.',
      time(at),
    ),
  gone: ({ host = '' }) =>
    describeFailure(new LiveResponseError('noResult', { reason: 'notStored', host: word(host), deviceErrors: [] }))
      .sentence,
  pastRetention: () =>
    l10n.t('Defender has no result for this command. Defender keeps its data for 180 days, and this action is older.'),
  restricted: () =>
    l10n.t(
      'The device is restricted ("Restricted security operations"): it refuses live response scripts by design, and nobody can change that remotely.',
    ),
  notListed: ({ system }) =>
    l10n.t(
      '{0} is not on Microsoft’s list of systems with live response, so it will probably never run.',
      word(system),
    ),
  needsUpdate: ({ system, update }) =>
    l10n.t(
      '{0} has live response only with the update {1}. Defender does not tell whether it is installed.',
      word(system),
      word(update),
    ),
  needsAgent: ({ system }) =>
    l10n.t(
      '{0} has live response only with the unified agent. Defender does not tell whether it is installed.',
      word(system),
    ),
  deviceGone: () => l10n.t('Defender does not know this device any more, or it is outside your device groups.'),
  notAllowed: (_values, failure) =>
    [
      l10n.t('Defender does not allow this on the device: its device group probably has no remediation level.'),
      ...(failure?.values.serverMessage === undefined ? [] : [remote(failure.values.serverMessage)]),
    ].join(' '),
  notVisible: (_values, failure) =>
    [
      ...said(failure),
      l10n.t(
        'To see it, the account needs the role "View Data" ("Security data basics (read)") and access to the group of the device.',
      ),
    ].join(' '),
  noPermission: (_values, failure) =>
    [
      ...said(failure),
      l10n.t(
        'A person needs the role for live response ("Basic live response (manage)") and Machine.LiveResponse; an application Machine.ReadWrite.All.',
      ),
    ].join(' '),
  failed: (_values, failure) => said(failure).join(' '),
  packSaid: ({ why }) => l10n.t('Not in the pack. It says: {0}', word(why)),
};

function said(failure: NoResultFailure | undefined): string[] {
  return failure === undefined ? [] : [describeFailure(new LiveResponseError(failure.code, failure.values)).sentence];
}

function neverRan(state: string): string {
  return describeFailure(new LiveResponseError('commandNeverRan', { state })).sentence;
}

function didNotFinish(state: string): string {
  return l10n.t(
    'No result: the session ended ({0}) while the command ran. Whether it finished, or still runs, on the device is not known.',
    state,
  );
}

function lastReport({ at, health = '' }: Values): string {
  const state = health === '' ? '–' : word(health);
  return at === undefined
    ? l10n.t('Defender calls the device {0}.', state)
    : l10n.t('Defender calls the device {0}; its last full report is of {1}.', state, time(at));
}

function withCancellation(sentence: string, { by = '', comment = '' }: Values): string {
  if (by === '' && comment === '') return sentence;
  const who = by === '' ? '–' : word(by);
  const whole =
    comment === '' ? l10n.t('Canceled by {0}.', who) : l10n.t('Canceled by {0}: "{1}".', who, word(comment));
  return `${sentence} ${whole}`;
}

/** Adds what an HRESULT means. Only two of them were ever seen; any other is shown as a number. */
function withError(sentence: string, error: string | number | undefined): string {
  const code = Number(error ?? 0);
  if (code === 0) return sentence;
  const hex = `0x${(code >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
  const known: Readonly<Record<string, string>> = {
    '0x80190198': l10n.t('no answer in time'),
    '0x80004004': l10n.t('aborted'),
  };
  const meaning = Object.hasOwn(known, hex) ? known[hex] : undefined;
  return `${sentence} ${meaning === undefined ? l10n.t('Error {0}.', hex) : l10n.t('Error {0}: {1}.', hex, meaning)}`;
}

function time(at: string | number | undefined): string {
  return formatUtc(Number(at));
}

function word(value: string | number | undefined): string {
  return remote((value ?? '–').toString());
}

/** Longest text of a person, a device or the service within a sentence, in UTF-16 units. */
const LONGEST = 300;

function remote(text: string): string {
  return oneLine(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}

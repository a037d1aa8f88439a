import { l10n } from 'vscode';
import type { FailureValues } from '../base/errors.ts';
import { formatBytes } from './format.ts';

/** Problem with a database file, as the store reports it. */
export interface StorageTrouble {
  /** The file: the stored results by default, or what windows share. */
  readonly of?: 'shared';
  readonly kind: 'corrupt' | 'locked' | 'full' | 'noAccess' | 'vanished' | 'other';
  /** New name that the store gave to a damaged file. */
  readonly setAside?: string;
  readonly reason: string;
}

/** Describes a failure of the database. If another program has locked the database, the sentence says so. */
export function databaseFailure({ reason }: FailureValues): string {
  return /database is locked|database table is locked/u.test(reason ?? '')
    ? l10n.t('The store on this machine is in use by another program. What is open stays open; try again in a moment.')
    : l10n.t('The store on this machine failed. What is open stays open.');
}

/** Describes a stored result whose SHA-256 has changed. */
export function damagedResult(): string {
  return l10n.t(
    'The stored copy of this result is not what was stored: its SHA-256 differs. It was set aside and is not shown. Try again to fetch the result anew.',
  );
}

/** Describes a download that did not give the complete file. */
export function incompleteDownload({ host = '–', reason }: FailureValues): string {
  switch (reason) {
    case 'contradiction':
      return l10n.t(
        '{0} contradicts itself about the length or the version of the file. Nothing of it was kept.',
        host,
      );
    case 'lengthUnknown':
      return l10n.t('{0} does not state the length of the file, and no two downloads were alike.', host);
    default:
      return l10n.t('The download from {0} was cut off.', host);
  }
}

/** Describes a result that is larger than the limit for downloads. */
export function tooLarge({ size, limit = 0, reason }: FailureValues): string {
  const is =
    size === undefined
      ? l10n.t('The result is larger than the limit of {0}.', formatBytes(limit))
      : l10n.t('The result has {0}, and the limit is {1}.', formatBytes(size), formatBytes(limit));
  const can =
    reason === 'file'
      ? l10n.t('It can be opened in parts. The setting "Max Download Size" changes the limit.')
      : l10n.t('It can be opened in parts, or saved to a file. The setting "Max Download Size" changes the limit.');
  return `${is} ${can}`;
}

/** Describes a pasted download link whose file is larger than the limit. */
export function linkTooLarge({ limit = 0 }: FailureValues): string {
  return l10n.t(
    'What is behind the link is larger than {0}. Fetch the result by its action, or save it with a browser and open the file.',
    formatBytes(limit),
  );
}

/** Describes a text that is too large to be read in one piece or to be shown as a view. */
export function textTooLarge(): string {
  return l10n.t(
    'This text is too large to be taken at once, or to be shown in another way. Select some lines of it; "Save Output…" writes all of it to a file as it came.',
  );
}

/** Describes an analysis that ended early because of its time limit, its memory limit or a failure. */
export function analysisStopped({ reason, limit = 0 }: FailureValues): string {
  if (reason === 'time')
    return l10n.t(
      'Reading this text took more than {0} seconds and was stopped: output can be written to cause that. Select fewer lines, or save it to a file.',
      limit / 1000,
    );
  return reason === 'memory'
    ? l10n.t(
        'Reading this text needed too much memory and was stopped: output can be written to cause that. Select fewer lines, or save it to a file.',
      )
    : l10n.t('Reading this text failed. It is stored as it came; the log says more.');
}

/** Describes a large result that cannot be opened because it is not stored. */
export function largeNotKept({ reason }: FailureValues): string {
  return reason === 'notAllowed'
    ? l10n.t(
        'A result of this size can be opened only where it may be kept on this machine, and the setting "Keep Results" is off.',
      )
    : l10n.t('A result of this size is read from the store on this machine, and it could not be written there.');
}

/** Describes a result that was opened from a file and is no longer stored, or that names no machine action. */
export function notStoredFile({ reason }: FailureValues): string {
  return reason === 'noAction'
    ? l10n.t('This result was opened from a file that names no machine action.')
    : l10n.t('This result was opened from a file, and is not stored on this machine. Open the file again.');
}

/** Describes a pasted download link that its host refused. */
export function refusedPastedLink(values: FailureValues): string {
  return l10n.t(
    '{0} refused the link ({1}). A link lives for 30 minutes: ask for a new one, or fetch the result by its action.',
    values.host ?? '–',
    values.serverCode ?? `HTTP ${values.status?.toString() ?? '–'}`,
  );
}

/** Describes what happened to the stored results, and what the user can do about it. */
export function describeStorageTrouble({ of, kind, setAside }: StorageTrouble): string {
  if (of === 'shared' && kind === 'vanished')
    return l10n.t('The file of connections was taken away. Another one is used now; look whether yours are in it.');
  if (of === 'shared')
    return l10n.t(
      'The file of connections is damaged. It was renamed to {0} and a new one begun; add your connections again.',
      setAside ?? '–',
    );
  switch (kind) {
    case 'corrupt':
      return l10n.t(
        'The file of stored results is damaged. It was renamed to {0} and a new one begun; fetch again what you need.',
        setAside ?? '–',
      );
    case 'vanished':
      return l10n.t(
        'The file of stored results was taken away, as virus scanners do. A new one was begun: ask for an exception for our folder, and fetch again what you need.',
      );
    case 'full':
      return l10n.t(
        'There is no room to store results. What you fetch is kept until this window closes: make room, or use "Clear Stored Results…".',
      );
    case 'locked':
      return l10n.t(
        'The file of stored results is in use by another program. What you fetch meanwhile is kept until this window closes.',
      );
    case 'noAccess':
      return l10n.t(
        'The file of stored results cannot be written. What you fetch is kept until this window closes: check who may write in our folder.',
      );
    case 'other':
      return l10n.t('Stored results cannot be read. What you fetch is kept until this window closes.');
  }
}

/** Returns why an action has no investigation package. `reason` says whether the action is still open, or ended. */
export function missingPackage({ state, reason, host }: FailureValues): string {
  if (reason === 'gone') return l10n.t('Defender gave a link, but {0} has no such package: it is gone.', host ?? '–');
  if (state === undefined) {
    return l10n.t(
      'Defender has no investigation package for this action. Just after the action has ended, it can take some minutes; later it is deleted.',
    );
  }
  return reason === 'open'
    ? l10n.t('The investigation package is not complete yet ({0}). Try again when the action has ended.', state)
    : l10n.t('There is no investigation package: the action ended without one ({0}).', state);
}

/** Returns the limit that a refused call for a link has met. */
export function packageLimit(): string {
  return l10n.t('Defender gives links to two packages a minute, and to 120 an hour.');
}

/** Returns which host refused a download, and what to do. It is unknown whether the hosts of packages want a token. */
export function refusedDownload(values: FailureValues): string {
  if (values.reason === 'pasted') return refusedPastedLink(values);
  const host = values.host ?? '–';
  const code = values.serverCode ?? `HTTP ${values.status?.toString() ?? '–'}`;
  return values.reason === 'package'
    ? l10n.t(
        '{0} refused the package ({1}). No token is sent there. Save it from the action center of the Defender portal instead.',
        host,
        code,
      )
    : l10n.t(
        '{0} refused the download twice, each time with a fresh link ({1}). A network rule or a proxy may be in the way.',
        host,
        code,
      );
}

/** Sentences about a file that is no result of a script, by the reason of the rejection. */
export const REJECTIONS: Readonly<Record<string, () => string>> = {
  empty: () => l10n.t('The result file is empty. It is stored as it came.'),
  binary: () => l10n.t('What came is no text. It is stored as it came and can be exported.'),
  notJson: () => l10n.t('The result file is not valid JSON, so it is not shown as output. It is stored as it came.'),
  truncated: () => l10n.t('The result file is incomplete, so it is not shown as output. It is stored as it came.'),
  notATranscript: () => l10n.t('The file is JSON, but no result of a script. It is stored as it came.'),
  tooLarge: () => l10n.t('The result file is too large to be read. It is stored as it came.'),
  tooNested: () =>
    l10n.t('The result file has more parts than any result of a script, so it was not read. It is stored as it came.'),
};

/** Sentences about files by the extension's own reasons: the folder of a case, its anchors, and lists. */
export const FILE_REASONS: Readonly<Record<string, (values: FailureValues) => string>> = {
  listUnread: () => l10n.t('The list could not be read. Is the file still there?'),
  listNotText: () => l10n.t('The list is not text in UTF-8 or UTF-16. Save it as UTF-8, and choose it again.'),
  listTooLong: (values) =>
    l10n.t('The list is longer than {0}. Choose a shorter list for this output.', formatBytes(values.limit ?? 0)),
  listEmpty: () => l10n.t('The list has no line with a value, so no row would be hidden.'),
  strangeCase: () =>
    l10n.t('The folder holds no case, another one, or a link or a size that no case has. Choose another folder.'),
  nothingRecorded: () => l10n.t('Nothing is recorded in this case yet, so there is no head.'),
  noSshKeygen: () =>
    l10n.t('OpenSSH’s ssh-keygen is not installed on this machine. Install it, or write down the head.'),
  keyRefused: () =>
    l10n.t(
      'ssh-keygen did not sign. Choose a private key without a passphrase, or the public key of one that the agent holds.',
    ),
  stampRefused: ({ host, serverMessage }) =>
    l10n.t(
      '{0} refused to stamp ({1}). Try again later, or name another authority.',
      host ?? '–',
      serverMessage ?? '–',
    ),
  stampOther: ({ host }) => l10n.t('{0} stamped something else. Try again, or name another authority.', host ?? '–'),
  noStamp: ({ host, status }) =>
    l10n.t(
      '{0} gave no time stamp (HTTP {1}). Check the address; redirects are not followed.',
      host ?? '–',
      status ?? '–',
    ),
  keyTimeout: () => l10n.t('ssh-keygen did not end in time. If the key has to be touched, try again and touch it.'),
};

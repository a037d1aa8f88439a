import { l10n } from 'vscode';
import type { Policy } from '../../policy/policy.ts';
import type { PolicyProblem } from '../../policy/readPolicy.ts';
import { oneLine } from '../../platform/remoteText.ts';

/**
 * Says that the administrator forbids something.
 *
 * @param key - key of the managed settings that forbids it
 */
export function forbidden(key = '–', connection?: string): string {
  return connection === undefined
    ? l10n.t('Your administrator does not allow this on this machine (managed setting "{0}").', key)
    : l10n.t(
        'Your administrator does not allow the connection "{0}" on this machine (managed setting "{1}").',
        connection,
        key,
      );
}

/** Says that a setting is managed. */
export function decidedByAdministrator(): string {
  return l10n.t('This setting is managed: your administrator decides it.');
}

/** Returns the word for what an administrator decides. */
export function managedWord(): string {
  return l10n.t('managed');
}

/** Says aloud that the file is not taken as it is; undefined if there is nothing to say. */
export function refusedPolicy({ source }: Policy): string | undefined {
  if (source.state !== 'refused') return undefined;
  return l10n.t(
    'The managed settings in {0} are refused: {1} Until your administrator corrects the file, whatever is stricter holds.',
    source.path,
    source.problems[0] === undefined ? '' : problemWords(source.problems[0]),
  );
}

/** Says why a file is not taken as it is. */
export function problemWords({ kind, name }: PolicyProblem): string {
  const shown = oneLine(name);
  const words: Readonly<Record<PolicyProblem['kind'], () => string>> = {
    link: () => l10n.t('{0} is a symbolic link.', shown),
    owner: () => l10n.t('{0} does not belong to the administrator.', shown),
    writable: () => l10n.t('Others than the administrator can write to {0}.', shown),
    unreadable: () => l10n.t('It cannot be read ({0}).', shown),
    tooLarge: () => l10n.t('The file is larger than {0} KiB.', 64),
    notText: () => l10n.t('The file is not text in UTF-8.'),
    notJson: () => l10n.t('The file is not a JSON object.'),
    unknownKey: () => l10n.t('There is no key "{0}".', shown),
    duplicateKey: () => l10n.t('"{0}" stands twice, or holds a key that does.', shown),
    wrongValue: () => l10n.t('"{0}" does not take this value.', shown),
    ownAddresses: () => l10n.t('"{0}" holds addresses of their own, which a file on Windows cannot give.', shown),
  };
  return words[kind]();
}

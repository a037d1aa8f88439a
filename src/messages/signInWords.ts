import { l10n } from 'vscode';
import type { FailureValues } from '../base/errors.ts';
import { formatTime } from './format.ts';
import type { NextStep } from './failureMessage.ts';

interface Words {
  readonly sentence: string;
  readonly steps: readonly NextStep[];
}

/** Whether the extension itself knows why it has no token. Otherwise Defender refused the token. */
export function hasSignInWords({ reason = '', command }: FailureValues): boolean {
  return reason in WORDS || command !== undefined;
}

/**
 * Describes why the extension has no token. For a command-line tool, the sentence names the command to run in a
 * terminal.
 */
export function describeSignIn(values: FailureValues): Words {
  const { reason = '', connection, host, command } = values;
  const name = connection ?? host ?? '';
  const codes = [values.serverCode, values.systemCode].flatMap((code) => (code === undefined ? [] : ` (${code})`));
  const terminal = command === undefined ? undefined : TERMINAL[reason]?.(name);
  if (command !== undefined && terminal !== undefined) {
    return {
      sentence: `${terminal}${codes.join('')} ${l10n.t('Run in a terminal: {0}', command)}`,
      steps: ['copyCommand', 'tryAgain', 'showLog'],
    };
  }
  const words = WORDS[reason]?.(name, values) ?? {
    sentence: l10n.t('The sign-in service gave no token for "{0}".', name),
    steps: ['signIn', 'showLog'],
  };
  return { ...words, sentence: words.sentence + codes.join('') };
}

const WORDS: Readonly<Record<string, (name: string, values: FailureValues) => Words>> = {
  // Reasons for a pasted token.
  noToken: (name) => ({
    sentence: l10n.t('There is no access token for "{0}" in this window.', name),
    steps: ['replaceToken', 'showLog'],
  }),
  expired: (name) => ({
    sentence: l10n.t('The access token of "{0}" has expired.', name),
    steps: ['replaceToken', 'showLog'],
  }),
  // Reason for which an order stops.
  orderOfOther: () => ({
    sentence: l10n.t(
      'Another account is signed in than the one that ordered these results, so nothing more was fetched. Try again to go on with this account, or sign in with the other one.',
    ),
    steps: ['tryAgain', 'signIn'],
  }),
  // Reasons for the sign-in of a user or an application.
  noAccount: (name) => ({ sentence: l10n.t('You are not signed in to "{0}".', name), steps: ['signIn'] }),
  secretsLost: (name) => ({
    sentence: l10n.t(
      'You were signed in to "{0}", but VS Code’s secret storage holds nothing of it any more: its key ring was lost or is locked.',
      name,
    ),
    steps: ['signIn', 'showLog'],
  }),
  sessionEnded: (name) => ({
    sentence: l10n.t('Your sign-in to "{0}" has ended: it expired or was revoked.', name),
    steps: ['signIn', 'showLog'],
  }),
  moreWanted: (name) => ({
    sentence: l10n.t('Conditional access wants you to sign in to "{0}" again.', name),
    steps: ['signIn', 'showLog'],
  }),
  noSecret: (name) => ({
    sentence: l10n.t('There is no client secret for "{0}" in VS Code’s secret storage.', name),
    steps: ['signIn', 'showLog'],
  }),
  elsewhere: () => ({
    sentence: l10n.t(
      'Another window is just asking you to sign in. Finish or cancel it there; one that was closed is over in 15 seconds.',
    ),
    steps: ['signIn'],
  }),
  tooSlow: () => ({
    sentence: l10n.t('Nobody signed in for 15 minutes, so the attempt was ended.'),
    steps: ['signIn'],
  }),
  declined: (name) => ({ sentence: l10n.t('Signing in to "{0}" was declined.', name), steps: ['signIn', 'showLog'] }),
  codeExpired: () => ({ sentence: l10n.t('The code has expired.'), steps: ['signIn'] }),
  otherTenant: (name) => ({
    sentence: l10n.t('This account does not belong to the tenant of "{0}", and is no guest there.', name),
    steps: ['signIn', 'editConnection'],
  }),
  otherAccount: (name) => ({
    sentence: l10n.t(
      'That was another account than the one that is signed in to "{0}". Nothing was changed. Take the same account, or sign in to the connection anew.',
      name,
    ),
    steps: ['signIn', 'showLog'],
  }),
  consentMissing: (name) => ({
    sentence: l10n.t(
      'Nobody has consented yet to what the app registration of "{0}" asks for. An administrator of the tenant can.',
      name,
    ),
    steps: ['signIn', 'copyRegistrationCommands', 'showLog'],
  }),
  notAssigned: (name) => ({
    sentence: l10n.t(
      'Your account is not assigned to the app registration of "{0}". An administrator can do that.',
      name,
    ),
    steps: ['signIn', 'showLog'],
  }),
  blockedByPolicy: (name) => ({
    sentence: l10n.t('A conditional access policy of the tenant blocks signing in to "{0}" from here.', name),
    steps: ['signIn', 'editConnection', 'showLog'],
  }),
  deviceCodeBlocked: (name) => ({
    sentence: l10n.t(
      'A conditional access policy of the tenant (authentication flows: device code) blocks signing in with a code. Let "{0}" sign in with the browser in a desktop window, or through Azure CLI.',
      name,
    ),
    steps: ['editConnection', 'showLog'],
  }),
  securityDefaults: (name) => ({
    sentence: l10n.t(
      'The security defaults of the tenant block signing in to "{0}" in this way. Let it sign in with the browser in a desktop window, or through Azure CLI.',
      name,
    ),
    steps: ['editConnection', 'showLog'],
  }),
  // Reasons about the app registration.
  unknownTenant: (name) => ({
    sentence: l10n.t('The sign-in service knows no such tenant. Check the tenant ID and the cloud of "{0}".', name),
    steps: ['editConnection', 'showLog'],
  }),
  unknownApplication: (name) => ({
    sentence: l10n.t('There is no such app registration in the tenant. Check the client ID of "{0}".', name),
    steps: ['editConnection', 'copyRegistrationCommands', 'showLog'],
  }),
  publicClientOff: (name) => ({
    sentence: l10n.t(
      'The app registration of "{0}" does not let people sign in from a program: turn on "Allow public client flows" under Authentication.',
      name,
    ),
    steps: ['copyRegistrationCommands', 'showLog'],
  }),
  noDefenderHere: (name) => ({
    sentence: l10n.t('The tenant of "{0}" has no Microsoft Defender for Endpoint.', name),
    steps: ['editConnection', 'showLog'],
  }),
  wrongSecret: (name) => ({
    sentence: l10n.t('The client secret of "{0}" is wrong. Enter its value, not its ID.', name),
    steps: ['signIn', 'showLog'],
  }),
  secretExpired: (name) => ({
    sentence: l10n.t('The client secret of "{0}" has expired. A new one is made in the app registration.', name),
    steps: ['signIn', 'showLog'],
  }),
  wrongCertificate: (name) => ({
    sentence: l10n.t('The certificate of "{0}" is not one of the app registration’s.', name),
    steps: ['editConnection', 'showLog'],
  }),
  certificateMissing: (name) => ({
    sentence: l10n.t('The certificate file of "{0}" cannot be read.', name),
    steps: ['editConnection', 'tryAgain'],
  }),
  certificateUnreadable: (name) => ({
    sentence: l10n.t(
      'The certificate file of "{0}" is not a PEM file that holds a certificate and its private key.',
      name,
    ),
    steps: ['editConnection', 'tryAgain'],
  }),
  passphraseWrong: (name) => ({
    sentence: l10n.t('The private key of "{0}" needs a passphrase, and the one that is stored does not open it.', name),
    steps: ['signIn'],
  }),
  secretStorage: () => ({
    sentence: l10n.t(
      'VS Code’s secret storage did not forget what it was to forget. Unlock its key ring and try again.',
    ),
    steps: ['showLog'],
  }),
  // Reasons about the sign-in service.
  clockSkew: () => ({
    sentence: l10n.t('The sign-in service says that this machine’s clock is wrong. Set it right and try again.'),
    steps: ['tryAgain', 'showLog'],
  }),
  notSignInService: (_name, values) => ({
    sentence: l10n.t(
      'What answered for {0} is no sign-in service: the address is wrong, or a proxy is in between.',
      values.host ?? '–',
    ),
    steps: ['editConnection', 'tryAgain', 'showLog'],
  }),
  foreignEndpoint: (name, values) => ({
    sentence: l10n.t(
      'The sign-in service of "{0}" names the address {1}, which is not its own. Nothing was sent there.',
      name,
      values.host ?? '–',
    ),
    steps: ['editConnection', 'showLog'],
  }),
  busy: (_name, { host, retryAt }) => ({
    sentence:
      l10n.t('{0} takes no more sign-ins for now.', host ?? '–') +
      (retryAt === undefined ? '' : ` ${l10n.t('Try again at {0}.', formatTime(retryAt))}`),
    steps: ['tryAgain', 'showLog'],
  }),
  emptyToken: (name) => ({
    sentence: l10n.t('The sign-in service answered for "{0}", but without a token.', name),
    steps: ['tryAgain', 'showLog'],
  }),
  // Reasons about Azure CLI and Az PowerShell.
  cliFailed: (name) => ({
    sentence: l10n.t('The command-line tool that signs in to "{0}" gave no access token.', name),
    steps: ['tryAgain', 'showLog'],
  }),
  cliTimeout: (name) => ({
    sentence: l10n.t('The command-line tool that signs in to "{0}" did not answer in time.', name),
    steps: ['tryAgain', 'showLog'],
  }),
};

/**
 * Sentences by the reason why Azure CLI or Az PowerShell gives no token. For these reasons, a command in a terminal
 * helps.
 */
const TERMINAL: Readonly<Record<string, (name: string) => string>> = {
  cliMissing: (name) =>
    l10n.t('Signing in to "{0}" needs Azure CLI or Az PowerShell: neither was found on this machine.', name),
  cliSignedOut: (name) => l10n.t('Nobody is signed in to "{0}" by command line.', name),
  cliClaims: (name) => l10n.t('A policy asks you to sign in to "{0}" again.', name),
  rejected: (name) =>
    l10n.t('Defender refused the access token of "{0}", and the command-line tool has no other.', name),
  otherTenant: (name) =>
    l10n.t('The command-line tool gave a token of another tenant than that of "{0}". It was not used.', name),
  otherAudience: (name) =>
    l10n.t('The command-line tool gave a token that is not for the Defender API of "{0}". It was not used.', name),
};

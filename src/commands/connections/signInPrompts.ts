import { env, l10n } from 'vscode';
import type { Connection } from '../../connections/connection.ts';
import { signInAddressesOf } from '../../connections/connection.ts';
import { LiveResponseError } from '../../base/errors.ts';
import type { DeviceCode, SignInPrompts } from '../../identity/tokenSource.ts';
import { isCodePage } from '../../identity/signInHosts.ts';
import { formatTime } from '../../messages/format.ts';
import { donePage, failedPage } from '../../messages/signInPages.ts';
import { ask } from '../../platform/show/notifications.ts';
import { openPage } from '../../platform/show/webPages.ts';

/**
 * Returns the prompts that a user sees while signing in.
 *
 * @param report - shows the progress
 * @param cancel - ends the attempt
 */
export function signInPrompts(
  connection: Connection,
  report: (message: string) => void,
  cancel: () => void,
): SignInPrompts {
  return {
    donePage: donePage(),
    failedPage: failedPage(),
    openBrowser: async (url) => {
      report(l10n.t('Waiting for your browser'));
      if (!(await openPage(url))) throw new LiveResponseError('cancelled');
    },
    showCode: (code) => {
      showCode(connection, code, report, cancel).catch(cancel);
    },
  };
}

async function showCode(
  connection: Connection,
  { userCode, verificationUrl, expiresAt }: DeviceCode,
  report: (message: string) => void,
  cancel: () => void,
): Promise<void> {
  report(l10n.t('Enter the code {0} at {1}', userCode, verificationUrl));
  const open = l10n.t('Copy Code and Open Page');
  const other = l10n.t('Use Another Device');
  // The sign-in service sends the address of this page. If the address belongs to another host, it is shown as text and
  // cannot be opened.
  const { authority } = signInAddressesOf(connection);
  const choices = isCodePage(verificationUrl, authority) ? [open, other] : [other];
  const answer = await ask(
    {
      severity: 'information',
      question: l10n.t('Sign in to "{0}" with the code {1}', connection.name, userCode),
      details: [
        l10n.t(
          'Enter it at {0}, in the browser of any device. It is valid until {1}. Enter only a code that you asked for yourself.',
          verificationUrl,
          formatTime(expiresAt),
        ),
      ],
    },
    ...choices,
  );
  if (answer === undefined) cancel();
  if (answer !== open) return;
  await env.clipboard.writeText(userCode);
  await openPage(verificationUrl);
}

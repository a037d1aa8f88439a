import { env, l10n, Uri, window } from 'vscode';
import type { Connection } from '../connections/connection.ts';
import { LiveResponseError } from '../defender/errors.ts';
import { adviseOn } from '../identity/permissions.ts';
import type { DeviceCode, SignInPrompts } from '../identity/tokenSource.ts';
import { formatTime } from '../platform/format.ts';
import { furtherPermissionWords, missingPermissionWords } from '../platform/permissionWords.ts';
import { donePage, failedPage } from '../platform/signInPages.ts';
import type { Services } from '../services.ts';
import type { CommandRunner } from './commandRunner.ts';
import { pickConnection, replaceAccessToken } from './connectionCommands.ts';

/** `liveResponse.signIn`: whatever the active connection needs to be used. */
export async function signIn(services: Services, runner: CommandRunner): Promise<void> {
  const { active, all } = services.connections;
  const connection = active ?? (await pickConnection(services, l10n.t('Sign In'), all));
  if (connection !== undefined) await signInTo(services, runner, connection);
}

/** `liveResponse.signOut`: forgets what signing in brought, here and in every other window. */
export async function signOut(services: Services): Promise<void> {
  const { active } = services.connections;
  if (active === undefined || active.signIn === 'sample') return;
  await services.signIns.signOut(active);
  window.setStatusBarMessage(l10n.t('Signed out of "{0}"', active.name), 4000);
}

async function signInTo(services: Services, runner: CommandRunner, connection: Connection): Promise<void> {
  switch (connection.signIn) {
    case 'sample':
      return;
    case 'accessToken':
      await replaceAccessToken(services);
      return;
    case 'clientSecret':
    case 'clientCertificate':
      if (await askForSecret(services, connection)) await tryOut(services, runner, connection, connection.signIn);
      return;
    case 'azureCli':
      await tryOut(services, runner, connection, connection.signIn);
      return;
    case 'interactive':
    case 'deviceCode':
      await signInPerson(services, runner, connection);
  }
}

/** A connection that was just added: signs in where that is left to do, and says what can be done with it. */
export async function useFirst(services: Services, runner: CommandRunner, connection: Connection): Promise<void> {
  switch (connection.signIn) {
    case 'sample':
      return;
    case 'accessToken':
      await tellSignedIn(services, connection);
      return;
    case 'clientSecret':
    case 'clientCertificate':
    case 'azureCli':
      await tryOut(services, runner, connection, connection.signIn);
      return;
    case 'interactive':
    case 'deviceCode':
      await signInPerson(services, runner, connection);
  }
}

async function signInPerson(services: Services, runner: CommandRunner, connection: Connection): Promise<void> {
  const { signIns, canLoopback } = services;
  if ((await signIns.wasRefused()) && !(await confirmedAgain(connection))) return;
  const way = connection.signIn === 'interactive' && canLoopback ? 'interactive' : 'deviceCode';
  const account = await runner.run(l10n.t('Signing in to {0}', connection.name), ({ signal, report }) => {
    const dismissed = new AbortController();
    const prompts = createPrompts(connection, report, () => {
      dismissed.abort();
    });
    return signIns.signIn(connection, way, prompts, AbortSignal.any([signal, dismissed.signal]));
  });
  services.telemetry.send({ name: 'signIn', way, outcome: runner.outcome });
  if (account !== undefined) await tellSignedIn(services, connection);
}

/** A program could start this command again and again; a person who said no is not asked again for a minute. */
async function confirmedAgain(connection: Connection): Promise<boolean> {
  const again = l10n.t('Sign In');
  const question = l10n.t('Signing in was cancelled a moment ago. Sign in to "{0}" now?', connection.name);
  return (await window.showInformationMessage(question, { modal: true }, again)) === again;
}

function createPrompts(connection: Connection, report: (message: string) => void, cancel: () => void): SignInPrompts {
  return {
    donePage: donePage(),
    failedPage: failedPage(),
    openBrowser: async (url) => {
      report(l10n.t('Waiting for your browser'));
      if (!(await env.openExternal(Uri.parse(url, true)))) throw new LiveResponseError('cancelled');
    },
    showCode: (code) => {
      void showCode(connection, code, report, cancel);
    },
  };
}

async function showCode(
  connection: Connection,
  { userCode, verificationUrl, expiresAt }: DeviceCode,
  report: (message: string) => void,
  cancel: () => void,
): Promise<void> {
  const open = l10n.t('Copy Code and Open Page');
  const answer = await window.showInformationMessage(
    l10n.t('Sign in to "{0}" with the code {1}', connection.name, userCode),
    {
      modal: true,
      detail: l10n.t(
        'Enter it at {0}, in the browser of any device. It is valid until {1}. Enter only a code that you asked for yourself.',
        verificationUrl,
        formatTime(expiresAt),
      ),
    },
    open,
  );
  if (answer !== open) {
    cancel();
    return;
  }
  await env.clipboard.writeText(userCode);
  report(l10n.t('Enter the code {0} at {1}', userCode, verificationUrl));
  await env.openExternal(Uri.parse(verificationUrl, true));
}

/** @returns whether there is something to try out now */
async function askForSecret(services: Services, connection: Connection): Promise<boolean> {
  const isSecret = connection.signIn === 'clientSecret';
  const value = await window.showInputBox({
    title: isSecret
      ? l10n.t('Client Secret of {0}', connection.name)
      : l10n.t('Passphrase of the Certificate’s Key of {0}', connection.name),
    prompt: isSecret
      ? l10n.t('The secret’s value, not its ID. It is kept in VS Code’s secret storage only.')
      : l10n.t('It is kept in VS Code’s secret storage only. Leave it empty where the key has none.'),
    password: true,
    ignoreFocusOut: true,
  });
  if (value === undefined || (isSecret && value === '')) return false;
  if (value !== '') await services.signIns.storeSecret(connection, isSecret ? 'clientSecret' : 'passphrase', value);
  return true;
}

/** Gets a token, so that what is wrong with the secret is said now and not at the first result. */
async function tryOut(
  services: Services,
  runner: CommandRunner,
  connection: Connection,
  way: 'clientSecret' | 'clientCertificate' | 'azureCli',
): Promise<void> {
  const title = l10n.t('Signing in to {0}', connection.name);
  const token = await runner.run(title, ({ signal }) => services.signIns.getAccessToken(connection, signal));
  services.telemetry.send({ name: 'signIn', way, outcome: runner.outcome });
  if (token === undefined) return;
  services.signIns.tellChanged(connection);
  await tellSignedIn(services, connection);
}

/** Who is signed in now, and what the token may and may not do: advice, since only the API knows. */
async function tellSignedIn(services: Services, connection: Connection): Promise<void> {
  const { signIns } = services;
  const account = (await signIns.account(connection)) ?? l10n.t('an unknown account');
  const advice = adviseOn(await signIns.getAccessToken(connection, new AbortController().signal));
  const missing = advice === undefined ? undefined : missingPermissionWords(advice);
  const further = advice === undefined ? undefined : furtherPermissionWords(advice);
  const sentences = [l10n.t('Signed in to "{0}" as {1}.', connection.name, account), missing, further];
  const text = sentences.filter((sentence) => sentence !== undefined).join(' ');
  if (missing === undefined) void window.showInformationMessage(text);
  else void window.showWarningMessage(text);
}

import { InputBoxValidationSeverity, l10n } from 'vscode';
import { needsNoSignIn } from '../../connections/connection.ts';
import type { Connection } from '../../connections/connection.ts';
import { isGuid } from '../../base/resultUri.ts';
import type { Resource } from '../../identity/claims.ts';
import { adviseOn } from '../../identity/permissions.ts';
import { furtherPermissionWords, missingPermissionWords } from '../../messages/permissionWords.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner, StepHandlers } from '../common/commandRunner.ts';
import { idIn } from './wizard/draft.ts';
import { problemText, promptFor } from './wizard/texts.ts';
import { signInPrompts } from './signInPrompts.ts';
import { connectionFor, pickConnection, replaceAccessToken } from './connectionCommands.ts';
import { ask, confirmInStatusBar, notify } from '../../platform/show/notifications.ts';
import { askForText } from '../../platform/show/quickInputs.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW, MAY_BE_CONNECTED, all } from '../common/when.ts';

/**
 * `liveResponse.signIn`: does everything that a connection needs before its first call. Uses the connection that is
 * named in the argument, or the active connection.
 */
async function signIn(
  services: Pick<Services, 'canLoopback' | 'connections' | 'signIns' | 'telemetry'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const { all } = services.connections;
  const connection = connectionFor(services, args) ?? (await pickConnection(services, l10n.t('Sign In'), all));
  if (connection !== undefined) await signInTo(services, runner, connection);
}

/** `liveResponse.signOut`: forgets what signing in stored, here and in every other window. */
async function signOut(services: Pick<Services, 'connections' | 'signIns'>): Promise<void> {
  const { active } = services.connections;
  if (active === undefined) return;
  if (needsNoSignIn(active)) {
    tellUnneeded(active);
    return;
  }
  await services.signIns.signOut(active);
  confirmInStatusBar(l10n.t('Signed out of "{0}"', active.name), 4000);
}

function tellUnneeded({ name }: Connection): void {
  void notify('information', l10n.t('"{0}" needs no sign-in: it is in memory.', name));
}

async function signInTo(
  services: Pick<Services, 'canLoopback' | 'connections' | 'signIns' | 'telemetry'>,
  runner: CommandRunner,
  connection: Connection,
): Promise<void> {
  switch (connection.signIn) {
    case 'sample':
    case 'pack':
      tellUnneeded(connection);
      return;
    case 'accessToken':
      await replaceAccessToken(services, [connection.name]);
      return;
    case 'clientSecret':
    case 'clientCertificate':
      if (await askForSecret(services, connection)) await tryOut(services, runner, connection, connection.signIn);
      return;
    case 'azureCli':
      await tryOut(services, runner, connection, connection.signIn);
      // Loads the list again. It may have failed before the user signed in with a command in a terminal.
      services.signIns.tellChanged(connection);
      return;
    case 'interactive':
    case 'deviceCode':
      await signInPerson(services, runner, connection);
  }
}

/** Signs in to a connection that was just added, if a sign-in is needed, and tells the user the next step. */
export async function useFirst(
  services: Pick<Services, 'canLoopback' | 'signIns' | 'telemetry'>,
  runner: CommandRunner,
  connection: Connection,
): Promise<void> {
  switch (connection.signIn) {
    case 'sample':
    case 'pack':
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

async function signInPerson(
  services: Pick<Services, 'canLoopback' | 'signIns' | 'telemetry'>,
  runner: CommandRunner,
  connection: Connection,
): Promise<void> {
  const account = await askPerson(services, runner, connection, 'defender');
  if (account !== undefined) await tellSignedIn(services, connection);
}

/**
 * Lets a person sign in, and consent to a resource.
 *
 * @param steps - handlers of the next steps after a failure
 * @returns the account; undefined if nobody signed in, which the user was told
 */
export async function askPerson(
  services: Pick<Services, 'canLoopback' | 'signIns' | 'telemetry'>,
  runner: CommandRunner,
  connection: Connection,
  resource: Resource,
  steps: StepHandlers = {},
): Promise<string | undefined> {
  const { signIns, canLoopback } = services;
  if ((await signIns.wasRefused()) && !(await confirmedAgain(connection))) return undefined;
  const way = connection.signIn === 'interactive' && canLoopback ? 'interactive' : 'deviceCode';
  const account = await runner.run(
    l10n.t('Signing in to {0}', connection.name),
    ({ signal, report }) => {
      const dismissed = new AbortController();
      const prompts = signInPrompts(connection, report, () => {
        dismissed.abort();
      });
      return signIns.signIn(connection, way, prompts, AbortSignal.any([signal, dismissed.signal]), resource);
    },
    steps,
  );
  services.telemetry.send({ name: 'signIn', way, outcome: runner.outcome });
  return account;
}

/**
 * Asks for confirmation after the user refused to sign in. A program could start this command again and again. For a
 * minute after a refusal, the sign-in opens only after this confirmation.
 */
async function confirmedAgain(connection: Connection): Promise<boolean> {
  const again = l10n.t('Sign In');
  const question = l10n.t('Signing in was canceled a moment ago. Sign in to "{0}" now?', connection.name);
  return (await ask({ severity: 'information', question: question }, again)) === again;
}

/**
 * Asks for the secret or the passphrase.
 *
 * @returns whether the user gave an answer, so that the sign-in can be tried now
 */
async function askForSecret(services: Pick<Services, 'signIns'>, connection: Connection): Promise<boolean> {
  const kind = connection.signIn === 'clientSecret' ? 'clientSecret' : 'passphrase';
  const typed = await askForText({
    title:
      kind === 'clientSecret'
        ? l10n.t('Client Secret of {0}', connection.name)
        : l10n.t('Passphrase of the Certificate’s Key of {0}', connection.name),
    prompt: promptFor(kind, connection.cloud, false),
    password: true,
    ignoreFocusOut: true,
    validate: (text) =>
      kind === 'clientSecret' && isGuid(idIn(text))
        ? { message: problemText('secretId'), severity: InputBoxValidationSeverity.Warning }
        : undefined,
  });
  // Blanks at the beginning and the end of a passphrase may be part of it.
  const value = kind === 'clientSecret' ? typed?.trim() : typed;
  if (value === undefined || (kind === 'clientSecret' && value === '')) return false;
  if (value !== '') await services.signIns.storeSecret(connection, kind, value);
  return true;
}

/** Gets a token, so that a wrong secret is reported now and not when the first result is fetched. */
async function tryOut(
  services: Pick<Services, 'signIns' | 'telemetry'>,
  runner: CommandRunner,
  connection: Connection,
  way: 'clientSecret' | 'clientCertificate' | 'azureCli',
): Promise<void> {
  const title = l10n.t('Signing in to {0}', connection.name);
  const token = await runner.run(title, ({ signal }) => services.signIns.getAccessToken(connection, signal));
  services.telemetry.send({ name: 'signIn', way, outcome: runner.outcome });
  if (token !== undefined) await tellSignedIn(services, connection);
}

/**
 * Shows the account, and the permissions that its token probably has. This is only advice, because only the API can
 * decide.
 */
async function tellSignedIn(services: Pick<Services, 'signIns'>, connection: Connection): Promise<void> {
  const { signIns } = services;
  const account = (await signIns.account(connection)) ?? l10n.t('an unknown account');
  const advice = adviseOn(await signIns.getAccessToken(connection, new AbortController().signal));
  const missing = advice === undefined ? undefined : missingPermissionWords(advice);
  const further = advice === undefined ? undefined : furtherPermissionWords(advice);
  const sentences = [l10n.t('Signed in to "{0}" as {1}.', connection.name, account), missing, further];
  const text = sentences.filter((sentence) => sentence !== undefined).join(' ');
  if (missing === undefined) void notify('information', text);
  else void notify('warning', text);
}

export const signInCommand = defineCommand({
  name: 'signIn',
  needs: 'connection',
  icon: 'sign-in',
  menus: [{ menu: 'view/title', group: '0_account@1', when: all(IN_ACTIONS_VIEW, 'liveResponse.signedIn == no') }],
  run: (services, { args, runner }) => signIn(services, runner, args),
});

export const signOutCommand = defineCommand({
  name: 'signOut',
  needs: 'connection',
  icon: 'sign-out',
  palette: all(MAY_BE_CONNECTED, 'liveResponse.signedIn != no', 'liveResponse.signedIn != unneeded'),
  menus: [{ menu: 'view/title', group: '7_account@1', when: all(IN_ACTIONS_VIEW, 'liveResponse.signedIn == yes') }],
  run: (services) => signOut(services),
});

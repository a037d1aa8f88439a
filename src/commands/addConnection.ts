import { l10n, window } from 'vscode';
import { apiUrlOf, destinationOf, readConnection } from '../connections/connection.ts';
import type { Connection } from '../connections/connection.ts';
import { LiveResponseError } from '../defender/errors.ts';
import { isFor, readClaims } from '../identity/claims.ts';
import type { Services } from '../services.ts';
import type { CommandRunner } from './commandRunner.ts';
import type { ConnectionSecret } from './connectionWizard/draft.ts';
import { runConnectionWizard } from './connectionWizard/runConnectionWizard.ts';
import { wizardOptions } from './connectionWizard/wizardOptions.ts';
import { useFirst } from './signIn.ts';

/**
 * `liveResponse.addConnection`: asks step by step, or takes a connection as its argument. With `signIn: 'accessToken'`
 * the argument may carry `accessToken`, which goes to secret storage and nowhere else.
 */
export async function addConnection(
  services: Services,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const [argument] = args;
  if (typeof argument === 'object' && argument !== null) await addGiven(services, argument);
  else await addAsked(services, runner);
}

async function addGiven(services: Services, argument: object): Promise<void> {
  const read = readConnection(argument);
  if ('problem' in read) throw new LiveResponseError('badArgument', { path: read.problem.field });
  const token = 'accessToken' in argument ? argument.accessToken : undefined;
  if (token !== undefined && (typeof token !== 'string' || !isFor(readClaims(token), read.connection))) {
    throw new LiveResponseError('badArgument', { path: 'accessToken' });
  }
  if (!(await confirmed(services, read.connection))) return;
  await save(services, read.connection, token === undefined ? undefined : { kind: 'accessToken', value: token });
}

/**
 * A program may add connections, but not decide alone where a token goes that we would get for it, nor take away what
 * a person has signed in to.
 */
async function confirmed({ connections }: Services, connection: Connection): Promise<boolean> {
  const { name, cloud, signIn } = connection;
  const getsTokens = cloud === 'custom' && signIn !== 'accessToken' && signIn !== 'sample';
  const known = connections.byName(name);
  const leadsElsewhere = known !== undefined && destinationOf(known) !== destinationOf(connection);
  if (!getsTokens && !leadsElsewhere) return true;
  const add = leadsElsewhere ? l10n.t('Replace') : l10n.t('Add');
  const question = leadsElsewhere
    ? l10n.t('A program wants to replace the connection "{0}" by one that leads to {1}.', name, apiUrlOf(connection))
    : l10n.t('A program wants to add the connection "{0}", which sends tokens to {1}.', name, apiUrlOf(connection));
  const detail = l10n.t('Allow it only if you started this yourself.');
  return (await window.showWarningMessage(question, { modal: true, detail }, add)) === add;
}

/** A secret goes only where it was given for: a connection of the same name that leads elsewhere starts without one. */
async function save(services: Services, connection: Connection, secret: ConnectionSecret | undefined): Promise<void> {
  const known = services.connections.byName(connection.name);
  if (known !== undefined && destinationOf(known) !== destinationOf(connection)) await services.signIns.forget(known);
  if (secret !== undefined) await services.signIns.storeSecret(connection, secret.kind, secret.value);
  await services.connections.add(connection);
}

async function addAsked(services: Services, runner: CommandRunner): Promise<void> {
  const added = await runConnectionWizard(wizardOptions(services));
  if (added === undefined) return;
  const { connection, secret } = added;
  await save(services, connection, secret);
  await useFirst(services, runner, connection);
}

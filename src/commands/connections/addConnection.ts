import { l10n } from 'vscode';
import { destinationOf, isSameConnection, ownAddressesOf, readNewConnection } from '../../connections/connection.ts';
import type { Connection } from '../../connections/connection.ts';
import { LiveResponseError } from '../../base/errors.ts';
import { isFor, readClaims } from '../../identity/claims.ts';
import type { Services } from '../../services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import type { ConnectionSecret } from './wizard/draft.ts';
import { runConnectionWizard } from './wizard/runConnectionWizard.ts';
import { wizardOptions } from './wizard/wizardOptions.ts';
import { useFirst } from './signIn.ts';
import { connectionWords } from './connectionWords.ts';
import { ask } from '../../platform/show/notifications.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW } from '../common/when.ts';

/**
 * `liveResponse.addConnection`: asks step by step, or takes a connection as its argument. With `signIn: 'accessToken'`
 * the argument may contain `accessToken`, which goes to secret storage and nowhere else.
 */
async function addConnection(services: Services, runner: CommandRunner, args: readonly unknown[]): Promise<void> {
  const [argument] = args;
  if (typeof argument === 'object' && argument !== null) await addGiven(services, argument);
  else await addAsked(services, runner);
}

async function addGiven(services: Services, argument: object): Promise<void> {
  const read = readNewConnection(argument);
  if ('problem' in read) throw new LiveResponseError('badArgument', { path: read.problem.field });
  const token = 'accessToken' in argument ? argument.accessToken : undefined;
  if (token !== undefined && (typeof token !== 'string' || !isFor(readClaims(token), read.connection))) {
    throw new LiveResponseError('badArgument', { path: 'accessToken' });
  }
  const decision = await decide(services, read.connection);
  if (decision === undefined) return;
  await save(services, read.connection, token === undefined ? undefined : { kind: 'accessToken', value: token });
  if (decision === 'keep') await services.connections.keep(read.connection);
  else await services.connections.add(read.connection);
}

/** Decision about a connection that a program adds; undefined refuses it. */
type Decision = 'keep' | 'activate' | undefined;

/**
 * Decides whether a program may add a connection. It may add connections to the known addresses of a cloud. The user
 * decides about any other address, about replacing a connection, and about activating the new one: results, devices and
 * tokens would go there or come from there. If the connection is known already, field by field, only its token changes.
 */
async function decide({ connections }: Services, connection: Connection): Promise<Decision> {
  const { name } = connection;
  await connections.renew();
  const known = connections.byName(name);
  if (known !== undefined && isSameConnection(known, connection))
    return connections.active === known ? 'activate' : 'keep';
  if (known === undefined && !needsConsent(connections.all, connection)) return 'activate';
  const add = known === undefined ? l10n.t('Add') : l10n.t('Replace');
  const select = known === undefined ? l10n.t('Add and Select') : l10n.t('Replace and Select');
  const question =
    known === undefined
      ? l10n.t('A program wants to add the connection "{0}". Allow it only if you started this yourself.', name)
      : l10n.t('A program wants to replace the connection "{0}". Allow it only if you started this yourself.', name);
  const answer = await ask({ severity: 'warning', question, details: connectionWords(connection) }, add, select);
  if (answer === select) return 'activate';
  return answer === add ? 'keep' : undefined;
}

/**
 * Whether the user must agree to a new connection: it has its own addresses, uses a key of this machine, or has a name
 * that could pass for another one's.
 */
function needsConsent(known: readonly Connection[], connection: Connection): boolean {
  const folded = connection.name.normalize('NFKC').toLowerCase();
  return (
    ownAddressesOf(connection).length > 0 ||
    connection.certificatePath !== undefined ||
    known.some(({ name }) => name.normalize('NFKC').toLowerCase() === folded)
  );
}

/**
 * Stores a secret only for its own destination: a connection with the same name but another destination starts without
 * one.
 */
async function save(services: Services, connection: Connection, secret: ConnectionSecret | undefined): Promise<void> {
  const known = services.connections.byName(connection.name);
  if (known !== undefined && destinationOf(known) !== destinationOf(connection)) await services.signIns.forget(known);
  if (secret !== undefined) await services.signIns.storeSecret(connection, secret.kind, secret.value);
}

async function addAsked(services: Services, runner: CommandRunner): Promise<void> {
  const added = await runConnectionWizard(wizardOptions(services));
  if (added === undefined) return;
  const { connection, secret } = added;
  await save(services, connection, secret);
  await services.connections.add(connection);
  await useFirst(services, runner, connection);
}

export const addConnectionCommand = defineCommand({
  name: 'addConnection',
  needs: 'nothing',
  icon: 'add',
  menus: [{ menu: 'view/title', group: '1_connection@2', when: IN_ACTIONS_VIEW }],
  run: (services, { args, runner }) => addConnection(services, runner, args),
});

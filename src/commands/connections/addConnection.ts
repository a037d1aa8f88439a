import { l10n } from 'vscode';
import { destinationOf, isSameConnection, ownAddressesOf, readNewConnection } from '../../connections/connection.ts';
import type { Connection } from '../../connections/connection.ts';
import { LiveResponseError } from '../../base/errors.ts';
import { isFor, readClaims } from '../../identity/claims.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import type { ConnectionSecret } from './wizard/draft.ts';
import { runConnectionWizard } from './wizard/runConnectionWizard.ts';
import { wizardOptions } from './wizard/wizardOptions.ts';
import { useFirst } from './signIn.ts';
import { connectionWords } from './connectionWords.ts';
import { ask } from '../../platform/show/notifications.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW } from '../common/when.ts';

type AddServices = Pick<Services, 'canLoopback' | 'connections' | 'policy' | 'signIns' | 'telemetry'>;

/**
 * `liveResponse.addConnection`: asks step by step, or gets the connection as its argument. With `signIn: 'accessToken'`
 * the argument can contain `accessToken`, which is stored only in secret storage.
 */
async function addConnection(services: AddServices, runner: CommandRunner, args: readonly unknown[]): Promise<void> {
  const [argument] = args;
  if (typeof argument === 'object' && argument !== null) await addGiven(services, argument);
  else await addAsked(services, runner);
}

async function addGiven(services: Pick<Services, 'connections' | 'signIns'>, argument: object): Promise<void> {
  const read = readNewConnection(argument);
  if ('problem' in read) throw new LiveResponseError('badArgument', { path: read.problem.field });
  const token = 'accessToken' in argument ? argument.accessToken : undefined;
  if (token !== undefined && (typeof token !== 'string' || !isFor(readClaims(token), read.connection))) {
    throw new LiveResponseError('badArgument', { path: 'accessToken' });
  }
  services.connections.mustAllow(read.connection);
  const decision = await decide(services, read.connection);
  if (decision === undefined) return;
  await save(services, read.connection, token === undefined ? undefined : { kind: 'accessToken', value: token });
  if (decision === 'keep') await services.connections.keep(read.connection);
  else await services.connections.add(read.connection);
}

/** Decision about a connection that a program wants to add; undefined means that it is not added. */
type Decision = 'keep' | 'activate' | undefined;

/**
 * Decides whether a program can add a connection. Without a question, it can add connections to the known addresses of
 * a cloud. The user decides about any other address, about replacing a connection, and about activating the new
 * connection. The reason: results, devices and tokens would be sent to these addresses or come from them. If a
 * connection with the same fields already exists, only its token changes.
 */
async function decide({ connections }: Pick<Services, 'connections'>, connection: Connection): Promise<Decision> {
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
 * Whether the user must agree to a new connection. This is so if it has its own addresses, uses a key of this machine,
 * or has a name that looks like the name of another connection.
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
 * Stores a secret. If a connection with the same name has another destination, its old secret is deleted first. A
 * secret must never be sent to another destination.
 */
async function save(
  services: Pick<Services, 'connections' | 'signIns'>,
  connection: Connection,
  secret: ConnectionSecret | undefined,
): Promise<void> {
  const known = services.connections.byName(connection.name);
  if (known !== undefined && destinationOf(known) !== destinationOf(connection)) await services.signIns.forget(known);
  if (secret !== undefined) await services.signIns.storeSecret(connection, secret.kind, secret.value);
}

async function addAsked(services: AddServices, runner: CommandRunner): Promise<void> {
  // Whatever a person would type here, it would be refused at the end.
  if (services.policy.effective('onlyTheseConnections', false).value)
    throw new LiveResponseError('managed', { reason: 'onlyTheseConnections' });
  const added = await runConnectionWizard(wizardOptions(services));
  if (added === undefined) return;
  const { connection, secret } = added;
  services.connections.mustAllow(connection);
  await save(services, connection, secret);
  await services.connections.add(connection);
  await useFirst(services, runner, connection);
}

export const addConnectionCommand = defineCommand({
  name: 'addConnection',
  needs: 'nothing',
  icon: 'add',
  menus: [{ menu: 'view/title', group: '4_connection@2', when: IN_ACTIONS_VIEW }],
  run: (services, { args, runner }) => addConnection(services, runner, args),
});

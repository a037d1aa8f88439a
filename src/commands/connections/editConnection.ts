import { l10n } from 'vscode';
import { destinationOf, needsNoSignIn } from '../../connections/connection.ts';
import type { Services } from '../../services/services.ts';
import { pickConnection } from './connectionCommands.ts';
import { runConnectionWizard } from './wizard/runConnectionWizard.ts';
import { wizardOptions } from './wizard/wizardOptions.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW, IS_CONNECTED, all } from '../common/when.ts';

/**
 * `liveResponse.editConnection`: asks the steps of the wizard again, with the present values filled in. A secret is
 * kept only if its destination does not change. A failure's next step names the connection.
 */
async function editConnection(
  services: Pick<Services, 'canLoopback' | 'connections' | 'policy' | 'signIns'>,
  args: readonly unknown[],
): Promise<void> {
  // The sample tenant has nothing to edit, and what an administrator gives is not the user's to change.
  const { connections } = services;
  const editable = connections.all.filter((one) => !needsNoSignIn(one) && !connections.isGiven(one));
  const named = editable.find(({ name }) => name === args[0]);
  const before = named ?? (await pickConnection(services, l10n.t('Edit Connection'), editable));
  if (before === undefined) return;
  const edited = await runConnectionWizard({ ...wizardOptions(services), existing: before });
  if (edited === undefined) return;
  const { connection, secret } = edited;
  connections.mustAllow(connection);
  const renamed = connection.name !== before.name;
  if (renamed) await services.signIns.rename(before, connection);
  if (secret !== undefined) await services.signIns.storeSecret(connection, secret.kind, secret.value);
  await services.connections.replace(before, connection);
  if (renamed || destinationOf(before) !== destinationOf(connection)) await services.signIns.forget(before);
}

export const editConnectionCommand = defineCommand({
  name: 'editConnection',
  needs: 'connection',
  menus: [{ menu: 'view/title', group: '4_connection@3', when: all(IN_ACTIONS_VIEW, IS_CONNECTED) }],
  run: (services, { args }) => editConnection(services, args),
});

import { env, l10n } from 'vscode';
import { appRegistrationCommands } from '../../identity/appRegistration.ts';
import type { Services } from '../../services/services.ts';
import { notify } from '../../platform/show/notifications.ts';
import { defineCommand } from '../common/defineCommand.ts';

/**
 * `liveResponse.copyAppRegistrationCommands`: copies the commands that register an application of the user's own in the
 * active tenant.
 */
async function copyAppRegistrationCommands(services: Pick<Services, 'connections'>): Promise<void> {
  const { active } = services.connections;
  const isTenant = active !== undefined && active.signIn !== 'sample' && active.cloud !== 'pack';
  await env.clipboard.writeText(
    appRegistrationCommands(isTenant ? { tenantId: active.tenantId, cloud: active.cloud } : { cloud: 'commercial' }),
  );
  void notify(
    'information',
    l10n.t(
      'Commands copied. Paste them step by step into a terminal with Azure CLI, or into Azure Cloud Shell. The last one prints the client id for Add Connection.',
    ),
  );
}

export const copyAppRegistrationCommandsCommand = defineCommand({
  name: 'copyAppRegistrationCommands',
  needs: 'nothing',
  run: (services) => copyAppRegistrationCommands(services),
});

import { l10n, Uri } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import { parseCitation, parseOutsideAddress } from '../../evidence/blocks/citation.ts';
import type { Citation } from '../../evidence/blocks/citation.ts';
import { refOf } from '../../base/resultUri.ts';
import type { ResultAddress } from '../../base/resultUri.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { openTarget } from './openTarget.ts';
import type { OpenServices } from './openTarget.ts';
import { ask } from '../../platform/show/notifications.ts';
import { defineCommand } from '../common/defineCommand.ts';

/**
 * `liveResponse.openCitation`: opens a link in a note, or an address from outside VS Code. The author of the link must
 * not be able to spend this user's calls. Therefore a result that is not stored is fetched only if the user agrees.
 */
async function openCitation(
  services: OpenServices & Pick<Services, 'packs'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const citation = readCitation(args[0]);
  if (citation === undefined) throw new LiveResponseError('badArgument', { path: 'link' });
  await openCited(services, runner, citation.address, citation.spans[0]?.firstLine);
}

/** Opens a line that somebody else named. */
export async function openCited(
  services: OpenServices & Pick<Services, 'packs'>,
  runner: CommandRunner,
  address: ResultAddress,
  line: number | undefined,
): Promise<void> {
  const { stream, view } = address;
  const ref = await services.packs.resolve(refOf(address), services.store);
  if ((await services.store.facts(ref)) === undefined && !(await mayFetch(services, { ...address, ...ref }))) return;
  await openTarget(services, runner, { ref, stream, view, line }, true);
}

function readCitation(value: unknown): Citation | undefined {
  if (value instanceof Uri) return parseOutsideAddress(value);
  return typeof value === 'string' ? parseCitation(value) : undefined;
}

async function mayFetch(services: Pick<Services, 'connections'>, address: ResultAddress): Promise<boolean> {
  if (address.cloud === 'file') throw new LiveResponseError('notStoredFile');
  if (address.cloud === 'pack') throw new LiveResponseError('notInPack', { reason: 'closed' });
  const connection = services.connections.forTenant(address);
  if (connection === undefined) throw new LiveResponseError('noConnection');
  const fetch = l10n.t('Fetch');
  const answer = await ask(
    {
      severity: 'warning',
      question: l10n.t('The cited result is not stored on this machine. Fetch it through "{0}"?', connection.name),
      details: [
        l10n.t('It takes one call, or two. Machine action {0}, command {1}.', address.actionId, address.commandIndex),
      ],
    },
    fetch,
  );
  return answer === fetch;
}

export const openCitationCommand = defineCommand({
  name: 'openCitation',
  needs: 'nothing',
  palette: 'false',
  run: (services, { args, runner }) => openCitation(services, runner, args),
});

import { env, l10n } from 'vscode';
import type { QuickPickItem } from 'vscode';
import type { Connection } from '../../connections/connection.ts';
import { LiveResponseError } from '../../base/errors.ts';
import { findReferences } from '../../evidence/references/findReferences.ts';
import type { FoundReference } from '../../evidence/references/findReferences.ts';
import { deviceOf, runScripts, subjectOf } from '../../model/machineAction.ts';
import type { Services } from '../../services/services.ts';
import { commandState } from '../../tree/words.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { openTarget } from './openTarget.ts';
import type { OpenServices } from './openTarget.ts';
import { findTargets } from '../common/targets.ts';
import { askForText, pickOne } from '../../platform/show/quickInputs.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { ALWAYS, IN_ACTIONS_VIEW, IS_CONNECTED, all } from '../common/when.ts';

/**
 * `liveResponse.fetchResult`: fetches the result of the machine action that a text names. With an argument, the command
 * asks no question.
 */
export async function fetchResult(
  services: OpenServices & Pick<Services, 'fetchAction' | 'sessions'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  if (args[0] !== undefined) {
    const [target] = findTargets(services, args);
    if (target !== undefined) await openTarget(services, runner, target, true);
    return;
  }
  const reference = await askForReference();
  if (reference !== undefined) await fetchReference(services, runner, reference);
}

/**
 * Opens the result that a reference names. Asks for the command if the reference names none and the action has several.
 *
 * @throws LiveResponseError `noConnection`
 */
export async function fetchReference(
  services: OpenServices & Pick<Services, 'fetchAction' | 'sessions'>,
  runner: CommandRunner,
  reference: FoundReference,
): Promise<void> {
  const connection = services.connections.active;
  if (connection === undefined) throw new LiveResponseError('noConnection');
  const commandIndex = reference.commandIndex ?? (await askForCommand(services, runner, connection, reference));
  if (commandIndex === undefined) return;
  const ref = { cloud: connection.cloud, tenantId: connection.tenantId, actionId: reference.actionId, commandIndex };
  await openTarget(services, runner, { ref, stream: undefined, line: undefined }, true);
}

async function askForReference(): Promise<FoundReference | undefined> {
  const clipboard = await env.clipboard.readText();
  const offered = findReferences(clipboard).length > 0 ? firstLines(clipboard) : '';
  const text = await askForText({
    title: l10n.t('Open Result by ID or Link'),
    prompt: l10n.t('Paste any text that names a machine action: its ID, ID#1, an API address, a file name, a link.'),
    value: offered,
    ignoreFocusOut: true,
    validate: (value) =>
      value.trim() === '' || findReferences(value).length > 0
        ? undefined
        : l10n.t('This text names no machine action: its ID looks like 5382f7ea-7557-4ab7-9782-d50480024a4e.'),
  });
  const found = findReferences(text ?? '');
  if (found.length < 2) return found[0];
  const items = found.map((reference) => ({ label: labelOf(reference), reference }));
  const chosen = await pickOne(items, { title: l10n.t('Which machine action?') });
  return chosen?.reference;
}

/**
 * Returns only the ids in a text, on one line. An input box shows one line, and a pasted link is a secret that need not
 * be shown.
 */
function firstLines(text: string): string {
  return findReferences(text).map(labelOf).join(' ');
}

export function labelOf(reference: FoundReference): string {
  return reference.commandIndex === undefined
    ? reference.actionId
    : `${reference.actionId}#${reference.commandIndex.toString()}`;
}

/**
 * Returns the index of the only script. If the action has several commands, the user chooses and sees the state of
 * each.
 */
async function askForCommand(
  services: Pick<Services, 'fetchAction' | 'sessions'>,
  runner: CommandRunner,
  connection: Connection,
  reference: FoundReference,
): Promise<number | undefined> {
  const session = services.sessions.of(connection);
  const action =
    session.known(reference.actionId) ??
    (await runner.run(l10n.t('Looking up machine action'), ({ signal }) =>
      services.fetchAction(session, reference.actionId, signal),
    ));
  if (action === undefined) return undefined;
  const [script, another] = runScripts(action);
  if (script !== undefined && another === undefined) return script.index;
  const items = action.commands.map((command): QuickPickItem & { index: number } => ({
    label: `#${command.index.toString()} ${subjectOf(command)}`,
    description: `${command.command.type} · ${commandState(action, command, undefined)}`,
    index: command.index,
  }));
  const title = l10n.t('Which command on {0}?', deviceOf(action));
  if (items.length === 0) throw new LiveResponseError('noResult');
  return (await pickOne(items, { title }))?.index;
}

export const fetchResultCommand = defineCommand({
  name: 'fetchResult',
  needs: 'nothing',
  icon: 'link',
  palette: ALWAYS,
  menus: [{ menu: 'view/title', group: '1_find@1', when: all(IN_ACTIONS_VIEW, IS_CONNECTED) }],
  run: (services, { args, runner }) => fetchResult(services, runner, args),
});

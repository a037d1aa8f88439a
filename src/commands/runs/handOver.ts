import { l10n, workspace } from 'vscode';
import { forbidden } from '../../messages/policy/policyWords.ts';
import { handedRun } from '../../runs/pack/handedRun.ts';
import type { Services } from '../../services/services.ts';
import { isTreeNode } from '../../tree/nodes.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { findTargets } from '../common/targets.ts';
import type { TargetServices } from '../common/targets.ts';
import { all, IN_ACTIONS_VIEW, IN_RUN_OVERVIEW, MAY_PACK, ON_RESULT_ROW } from '../common/when.ts';
import { chooseRun } from './chooseRun.ts';
import { agreedContent } from './packQuestion.ts';
import type { Handed } from './packQuestion.ts';
import { savePack } from './writePackFile.ts';
import type { PackServices } from './writePackFile.ts';

type HandOverServices = Pick<Services, 'marks' | 'runOverviews'> & PackServices;

/**
 * `liveResponse.handOver`: writes a run, or the selected results of the tree, as a pack that others can check without
 * this extension. Before it asks for a file, it says what goes in, how large it is, and whose names it holds.
 */
async function handOver(
  services: HandOverServices & TargetServices & Pick<Services, 'runs' | 'sessions'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const handed = selectedResults(services, args) ?? (await wholeRun(services, runner, args));
  if (handed === undefined) return;
  const { runOverviews, marks, store } = services;
  const { record } = handed;
  const found = await runner.run(l10n.t('Handing over'), async () => {
    await store.learn(record.run.tenant);
    const rows = runOverviews.rowsOf(record);
    const refs = marks.isShown(record.run.tenant) ? rows.flatMap(({ facts }) => facts?.ref ?? []) : [];
    return { ...handed, rows, marks: await marks.linesAbout(refs) };
  });
  const content = found === undefined ? undefined : await agreedContent(found);
  if (content === undefined) return;
  await savePack(services, runner, content, workspace.workspaceFolders?.[0]?.uri);
}

async function wholeRun(
  services: Parameters<typeof chooseRun>[0],
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<Handed | undefined> {
  const record = await chooseRun(services, runner, args);
  return record && { record, question: l10n.t('Hand over the run of {0}?', record.run.words.script) };
}

/** Returns the results of the selected rows of the tree; undefined if the command was not started there. */
function selectedResults(
  services: TargetServices & Pick<Services, 'sessions'>,
  args: readonly unknown[],
): Handed | undefined {
  const refs = isTreeNode(args[0]) ? findTargets(services, args).map(({ ref }) => ref) : [];
  const [first] = refs;
  const connection = first === undefined ? undefined : services.connections.forTenant(first);
  if (first === undefined || connection === undefined) return undefined;
  const { cloud, tenantId } = first;
  const session = services.sessions.of(connection);
  const run = handedRun({ cloud, tenantId }, refs, (actionId) => session.known(actionId));
  return { record: { run, state: 'none', failures: {} }, question: l10n.t('Hand over the selected results?') };
}

export const handOverCommand = defineCommand({
  name: 'handOver',
  needs: 'nothing',
  palette: 'false',
  menus: [
    { menu: 'editor/title', group: '1_liveResponse@4', when: all(IN_RUN_OVERVIEW, MAY_PACK) },
    { menu: 'view/item/context', group: '3_export@2', when: all(IN_ACTIONS_VIEW, MAY_PACK, ON_RESULT_ROW) },
  ],
  whyNothingToDo: ({ policy }) => (policy.isAllowed('packs') ? undefined : forbidden('packs')),
  run: (services, { args, runner }) => handOver(services, runner, args),
});

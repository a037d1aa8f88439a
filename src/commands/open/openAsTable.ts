import { commands, l10n } from 'vscode';
import type { TableFilter } from '../../analysis/tables/tableQuery.ts';
import { documentUri } from '../../documents/resultUris.ts';
import { runUri } from '../../documents/runOverview/runOverviews.ts';
import { TABLE_VIEW } from '../../platform/viewIds.ts';
import type { Services } from '../../services/services.ts';
import { isTreeNode } from '../../tree/nodes.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { toProgress } from '../common/downloadProgress.ts';
import { tellNothingChosen } from '../common/preconditions.ts';
import { findTargets } from '../common/targets.ts';
import type { TargetServices } from '../common/targets.ts';
import {
  IN_ACTIONS_VIEW,
  IN_RESULT,
  IN_RUN_OVERVIEW,
  ON_ONE_ROW,
  ON_TRANSCRIPT_ROW,
  all,
  either,
} from '../common/when.ts';
import { chooseRun, completeRun } from '../runs/chooseRun.ts';

/**
 * `liveResponse.openAsTable`: opens a result, or the run of the active overview, as a table. A result that is not stored
 * is fetched.
 */
async function openAsTable(
  services: TargetServices & Pick<Services, 'results' | 'runs' | 'sessions'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  if (isRun(services, args)) {
    const chosen = await chooseRun(services, runner, args);
    if (chosen === undefined) return;
    const { run } = (await completeRun(services, runner, chosen)) ?? chosen;
    const uri = runUri(run);
    const filters = filtersOf(args[0]);
    if (filters.length > 0) services.tableTabs.prepare(uri, { table: 0, filters, sort: [], stack: [] });
    await commands.executeCommand('vscode.openWith', uri, TABLE_VIEW);
    return;
  }
  const [target] = findTargets(services, args);
  if (target === undefined) {
    tellNothingChosen();
    return;
  }
  const facts = await runner.run(l10n.t('Fetching result'), ({ signal, report }) =>
    services.results.open(target.ref, { signal, onProgress: toProgress(report) }),
  );
  if (facts !== undefined) await commands.executeCommand('vscode.openWith', documentUri(facts, 'output'), TABLE_VIEW);
}

function isRun({ runOverviews }: Pick<Services, 'runOverviews'>, [first]: readonly unknown[]): boolean {
  if (isTreeNode(first)) return first.kind === 'group';
  if (typeof first === 'object' && first !== null && 'run' in first) return true;
  return first === undefined && runOverviews.active !== undefined;
}

/** Reads `{hosts, line}` of a link in the overview of a run. Other programs may pass anything. */
function filtersOf(argument: unknown): TableFilter[] {
  if (typeof argument !== 'object' || argument === null) return [];
  const hosts = 'hosts' in argument && Array.isArray(argument.hosts) ? argument.hosts : [];
  const names = hosts.filter((host): host is string => typeof host === 'string');
  const line = 'line' in argument && Number.isSafeInteger(argument.line) ? Number(argument.line) : undefined;
  return [
    ...(names.length === 0 ? [] : [{ column: 'host' as const, operator: 'list' as const, value: names.join('\n') }]),
    ...(line === undefined ? [] : [{ column: 'line' as const, operator: 'equals' as const, value: line.toString() }]),
  ];
}

export const openAsTableCommand = defineCommand({
  name: 'openAsTable',
  needs: 'nothing',
  icon: 'table',
  palette: either(IN_RESULT, IN_RUN_OVERVIEW),
  menus: [
    { menu: 'view/item/context', group: '1_open@4', when: all(IN_ACTIONS_VIEW, ON_TRANSCRIPT_ROW, ON_ONE_ROW) },
    {
      menu: 'view/item/context',
      group: '5_run@3',
      when: all(IN_ACTIONS_VIEW, ON_ONE_ROW, String.raw`viewItem =~ /^group run\b/`),
    },
    { menu: 'editor/title', group: 'navigation@3', when: either(IN_RESULT, IN_RUN_OVERVIEW) },
  ],
  run: (services, { args, runner }) => openAsTable(services, runner, args),
});

import { env, l10n } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import {
  buildHuntingQuery,
  buildIndicatorQuery,
  buildProcessQuery,
  buildSessionsQuery,
} from '../../evidence/blocks/huntingQuery.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { deviceOf, findCommand, subjectOf } from '../../model/machineAction.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { selectedRanges } from '../common/selection.ts';
import { findTargets } from '../common/targets.ts';
import type { Target } from '../common/targets.ts';
import { confirmInStatusBar } from '../../platform/show/notifications.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { ON_ONE_ROW } from '../common/when.ts';

/** Largest number of indicators of a selection that get a query. No one runs more by hand. */
const MOST_QUERIES = 20;

/**
 * `liveResponse.copyKql`: for each result, copies an advanced hunting query around the time of its command. Before it, a
 * query for each indicator in the selection, on all devices. The list
 * already contains that time, so copying from a row of the tree makes no call.
 */
async function copyKql(
  services: Pick<Services, 'actions' | 'connections' | 'results' | 'runOverviews' | 'tableTabs' | 'store' | 'view'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const targets = findTargets(services, args);
  if (targets.length === 0) return;
  await runner.run(l10n.t('Copying a hunting query'), async ({ signal }) => {
    const queries: string[] = [];
    for (const target of targets) {
      queries.push(...(await queriesForSelection(services, target, signal)));
      queries.push(await queryFor(services, target.ref, signal));
    }
    await env.clipboard.writeText(queries.join('\n'));
    const count = queries.length;
    const words =
      count === 1
        ? l10n.t('Copied 1 hunting query')
        : l10n.t('Copied {0} hunting queries', count.toLocaleString(env.language));
    confirmInStatusBar(words, 5000);
  });
}

/** Returns a query for each indicator in the selection; none without a selection. */
async function queriesForSelection(
  services: Pick<Services, 'store'>,
  target: Target,
  signal: AbortSignal,
): Promise<string[]> {
  const stream = target.stream ?? 'output';
  const ranges = selectedRanges(target);
  if (ranges === undefined || ranges.length === 0) return [];
  const all =
    (await services.store.analysis.indicators({ ref: target.ref, stream, view: target.view, ranges }, signal)) ?? [];
  const left = all.length - MOST_QUERIES;
  const queries = all.slice(0, MOST_QUERIES).map(buildIndicatorQuery);
  return left > 0 ? [...queries, `// ${left} more indicators of the selection have no query here.\n`] : queries;
}

async function queryFor(
  services: Pick<Services, 'actions' | 'results' | 'store'>,
  ref: ResultRef,
  signal: AbortSignal,
  build = buildHuntingQuery,
): Promise<string> {
  const listed = services.actions.list?.get(ref.actionId);
  const action =
    listed ?? (await services.store.facts(ref))?.action ?? (await services.results.open(ref, { signal })).action;
  const command = findCommand(action, ref.commandIndex);
  const subject = command === undefined ? '–' : subjectOf(command);
  const query = build({
    title: `${deviceOf(action)} · ${subject} · ${ref.actionId}#${ref.commandIndex}`,
    machineId: action.machineId,
    device: action.computerDnsName,
    starts: [command?.startTime, action.creationDateTimeUtc],
    ends: [command?.endTime, action.lastUpdateDateTimeUtc],
  });
  if (query === undefined) throw new LiveResponseError('unexpectedAnswer', { path: 'machineId' });
  return query;
}

/**
 * `liveResponse.copyKqlSessions`: copies a query for all sessions of live response on a device, those of the portal's
 * console included. `liveResponse.copyKqlProcesses`: copies a query for the processes that a script started.
 */
async function copyOneQuery(
  services: Pick<Services, 'actions' | 'connections' | 'results' | 'runOverviews' | 'tableTabs' | 'store' | 'view'>,
  runner: CommandRunner,
  args: readonly unknown[],
  build: typeof buildHuntingQuery,
): Promise<void> {
  const [target] = findTargets(services, args);
  if (target === undefined) return;
  await runner.run(l10n.t('Copying a hunting query'), async ({ signal }) => {
    await env.clipboard.writeText(await queryFor(services, target.ref, signal, build));
    confirmInStatusBar(l10n.t('Copied 1 hunting query'), 5000);
  });
}

/** Number of days in which the query for a device's sessions looks: all that advanced hunting keeps. */
const SESSION_DAYS = 30;

export const copyKqlSessionsCommand = defineCommand({
  name: 'copyKqlSessions',
  needs: 'result',
  palette: 'false',
  menus: [{ menu: 'liveResponse.copyAs', group: '3_hunt@3', when: ON_ONE_ROW }],
  run: (services, { args, runner }) =>
    copyOneQuery(services, runner, args, (scope) =>
      scope.machineId ? buildSessionsQuery(scope, SESSION_DAYS) : undefined,
    ),
});

export const copyKqlProcessesCommand = defineCommand({
  name: 'copyKqlProcesses',
  needs: 'result',
  palette: 'false',
  menus: [{ menu: 'liveResponse.copyAs', group: '3_hunt@4', when: ON_ONE_ROW }],
  run: (services, { args, runner }) => copyOneQuery(services, runner, args, buildProcessQuery),
});

export const copyKqlCommand = defineCommand({
  name: 'copyKql',
  needs: 'result',
  menus: [{ menu: 'liveResponse.copyAs', group: '3_hunt@2' }],
  run: (services, { args, runner }) => copyKql(services, runner, args),
});

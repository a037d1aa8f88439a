import { l10n, ThemeIcon } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { activeAddress } from '../../documents/resultUris.ts';
import { activeStatus } from '../../documents/status/statusUri.ts';
import { formatUtc } from '../../messages/format.ts';
import { callsWords, hostsWords } from '../../messages/runWords.ts';
import { isAvailable } from '../../runs/runFailures.ts';
import type { RunRecord } from '../../model/runRecord.ts';
import { loadHosts, mayLackHosts, mergeRuns, overlaps } from '../../runs/runHosts.ts';
import { findRuns, firstRuns, renewRun, runOf, timesOf } from '../../runs/runs.ts';
import type { Run } from '../../model/run.ts';
import type { Services } from '../../services/services.ts';
import { isTreeNode } from '../../tree/nodes.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { tellNoConnection } from '../common/preconditions.ts';
import { notify } from '../../platform/show/notifications.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';

interface RunPick extends QuickPickItem {
  readonly run?: Run;
}

/**
 * Finds the run that a command works on. Possible sources are `{ run }`, which only this extension passes, a tree row,
 * and the overview in the active tab. Without a source, the user is asked; the run of the active result comes first.
 *
 * @returns undefined if the user closed the question, or if there is no run
 */
export async function chooseRun(
  services: Pick<Services, 'connections' | 'runOverviews' | 'runs' | 'sessions'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<RunRecord | undefined> {
  const run = findRun(services, args) ?? (await pickRun(services, runner));
  if (run === undefined) return undefined;
  // Two orders for the same filter are alike, and have ends of their own.
  if (run.filter !== undefined) return services.runs.note(run);
  const known = services.runs.all.find((record) => overlaps(run, record.run));
  return services.runs.note(known === undefined ? run : mergeRuns(known.run, run));
}

/**
 * Returns the run with all its hosts. Finding them may need a call for each 1,000 actions. The user asked for the whole
 * run, and the progress of the search can be cancelled, so there is no question of its own.
 *
 * @returns undefined if the search failed or was cancelled
 */
export async function completeRun(
  services: Pick<Services, 'connections' | 'runs' | 'sessions'>,
  runner: CommandRunner,
  record: RunRecord,
): Promise<RunRecord | undefined> {
  const connection = services.connections.forTenant(record.run.tenant);
  if (connection === undefined) return record;
  const list = services.sessions.of(connection).actions(true);
  // If a run was already fetched, all its hosts are known.
  if (record.state !== 'none' || !mayLackHosts(list, record.run)) return record;
  const run = await runner.run(l10n.t('Finding the hosts of this run (1 call for each 1,000 actions)'), ({ signal }) =>
    loadHosts(list, record.run, signal),
  );
  return run === undefined ? undefined : services.runs.note(run);
}

function findRun(
  services: Pick<Services, 'connections' | 'runOverviews' | 'runs' | 'sessions'>,
  args: readonly unknown[],
): Run | undefined {
  const [first] = args;
  if (typeof first === 'object' && first !== null && 'run' in first && typeof first.run === 'string') {
    return renewed(services, services.runs.get(first.run));
  }
  const runs = loadedRuns(services);
  const row = isTreeNode(first) ? first : undefined;
  if (row?.kind === 'group') return runs.find(({ key }) => key === row.key);
  if (row?.kind === 'action') return firstRuns(runs).get(row.actionId);
  if (row?.kind === 'command') return runOf(runs, row.actionId, row.commandIndex);
  const { active } = services.runOverviews;
  if (active !== undefined) return renewed(services, active);
  return undefined;
}

/** Whether a run was recorded before all its hosts were known. */
function isPartOf(run: Run, whole: Run): boolean {
  return run.members.length < whole.members.length && overlaps(run, whole);
}

/** Returns the run of the active result. */
function currentRun(runs: readonly Run[]): Run | undefined {
  const address = activeAddress() ?? activeStatus();
  return address === undefined ? undefined : runOf(runs, address.actionId, address.commandIndex);
}

function renewed(services: Pick<Services, 'connections' | 'sessions'>, record: RunRecord | undefined): Run | undefined {
  const connection = record === undefined ? undefined : services.connections.forTenant(record.run.tenant);
  if (record === undefined || connection === undefined) return record?.run;
  const list = services.sessions.of(connection).actions(true);
  return renewRun(record.run, (actionId) => list.get(actionId));
}

function loadedRuns(services: Pick<Services, 'connections' | 'sessions'>): Run[] {
  const { active } = services.connections;
  if (active === undefined) return [];
  const { cloud, tenantId } = active;
  return findRuns(services.sessions.of(active).actions(true).actions, { cloud, tenantId });
}

async function pickRun(
  services: Pick<Services, 'connections' | 'runs' | 'sessions'>,
  runner: CommandRunner,
): Promise<Run | undefined> {
  let withSingle = false;
  for (;;) {
    const loaded = loadedRuns(services);
    const kept = services.runs.all
      .map(({ run }) => run)
      .filter((run) => !loaded.some((other) => overlaps(other, run) || overlaps(run, other)))
      .filter((run, at, all) => !all.some((other, place) => place !== at && isPartOf(run, other)));
    const { active } = services.connections;
    const list = active === undefined ? undefined : services.sessions.of(active).actions(true);
    const all = [...loaded, ...kept];
    const current = currentRun(all);
    const isWide = (run: Run): boolean => run.members.length > 1 && run !== current;
    const single = all.filter((run) => run.members.length === 1 && run !== current);
    // Scripts that ran on only one host are listed on request, because a user who looks for a run rarely means them.
    const listsSingle = withSingle || !all.some(isWide);
    const listed = [...(current === undefined ? [] : [current]), ...all.filter(isWide), ...(listsSingle ? single : [])];
    const items: RunPick[] = listed.map((run) => {
      const { script, args, comment } = run.words;
      return {
        label: script,
        description: [
          ...(run === current ? [l10n.t('the open result')] : []),
          list !== undefined && !kept.includes(run) && mayLackHosts(list, run)
            ? l10n.t('{0} so far', hostsWords(run.members.length))
            : hostsWords(run.members.length),
          formatUtc(timesOf(run).last),
        ].join(' · '),
        detail: [args, comment].filter((part) => part !== '').join(' · '),
        run,
      };
    });
    const more = l10n.t('Scripts that ran on one host ({0})…', single.length);
    if (!listsSingle && single.length > 0) items.push({ label: more, alwaysShow: true });
    const isLoaded = list?.state.kind === 'loaded';
    if (list !== undefined && !(list.state.kind === 'loaded' && !list.state.hasMore)) {
      const load = isLoaded ? l10n.t('Load older actions') : l10n.t('Load actions');
      items.push({ iconPath: new ThemeIcon('history'), label: load, description: callsWords(1), alwaysShow: true });
    }
    if (items.length === 0) {
      if (active === undefined) void tellNoConnection();
      else void notify('information', l10n.t('No action of this tenant ran a script, so there is no run.'));
      return undefined;
    }
    const chosen = await pickOne(items, {
      title: l10n.t('Choose a Run'),
      placeHolder: l10n.t('Same script, arguments and comment, started one after the other'),
      matchOnDescription: true,
      matchOnDetail: true,
    });
    if (chosen === undefined || chosen.run !== undefined) return chosen?.run;
    if (chosen.label === more) {
      withSingle = true;
      continue;
    }
    const done = await runner.run(l10n.t('Loading more machine actions'), async ({ signal }) => {
      await (isLoaded ? list.loadMore(signal) : list?.ensureLoaded(signal));
      return true;
    });
    if (done === undefined) return undefined;
  }
}

/** Returns the number of results of a run that can be fetched. */
export function countAvailable(run: Run): number {
  return run.members.filter(isAvailable).length;
}

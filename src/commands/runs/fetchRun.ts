import { l10n } from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { formatBytes, formatDuration } from '../../messages/format.ts';
import { callsWords, changesWords, hostsWords, ownerWords, unavailableWords } from '../../messages/runWords.ts';
import { forbidden } from '../../messages/policy/policyWords.ts';
import { thrown } from '../../runs/runFailures.ts';
import type { StartOptions } from '../../runs/runOptions.ts';
import { countOpen, createOrder } from '../../runs/standingOrder.ts';
import type { RunRecord, StandingOrder } from '../../model/runRecord.ts';
import type { Services } from '../../services/services.ts';
import { chooseRun, completeRun, countAvailable } from './chooseRun.ts';
import { CommandRunner } from '../common/commandRunner.ts';
import { ask, notify } from '../../platform/show/notifications.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { ALWAYS, IN_ACTIONS_VIEW, IN_RUN_OVERVIEW, ON_ONE_ROW, ON_RUN_ROW, all } from '../common/when.ts';

/**
 * Longest wait for another window that may have been killed, in milliseconds: the duration of its lease, and a little
 * more.
 */
const GONE_AFTER_MS = 17_000;
const LOOK_AGAIN_MS = 1000;

export type BeginServices = Pick<Services, 'log' | 'runItem' | 'runOverviews' | 'runs' | 'settings'>;

/** `liveResponse.fetchRun`: names the number of calls, then fetches in the background and shows the overview. */
async function fetchRun(
  services: BeginServices & Pick<Services, 'connections' | 'estimateRun' | 'policy' | 'sessions'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const chosen = await chooseRun(services, runner, args);
  if (chosen === undefined) return;
  const record = await completeRun(services, runner, chosen);
  if (record === undefined) return;
  if (services.runs.isActive(record.run.key)) services.runs.resume(record.run.key);
  else {
    const answer = await askToFetch(services, record);
    if (answer === undefined) return;
    begin(services, record, { again: true, ...(answer === 'keep' && { order: renewOrder(record) }) });
  }
  await services.runOverviews.show(record);
}

/** `liveResponse.pauseRun`: pauses the run of the active overview, or one that this window is fetching. */
async function pauseRun(services: Pick<Services, 'runOverviews' | 'runs'>): Promise<void> {
  const running = activeRuns(services).filter(({ state }) => state !== 'paused');
  for (const { run } of await chooseOf(running, l10n.t('Pause a Run'))) services.runs.pause(run.key);
}

/** `liveResponse.resumeRun`: resumes runs that were paused, or that a restart interrupted. */
async function resumeRun(services: BeginServices, runner: CommandRunner): Promise<void> {
  const paused = activeRuns(services).filter(({ state }) => state === 'paused');
  for (const { run } of await chooseOf(paused, l10n.t('Resume a Run'))) services.runs.resume(run.key);
  if (paused.length > 0) return;
  await services.runs.load();
  const { active } = services.runOverviews;
  const open = (record: RunRecord): boolean =>
    ['paused', 'running', 'watching', 'waiting', 'stopped', 'cancelled'].includes(record.state) &&
    !services.runs.isActive(record.run.key);
  const record = active ?? services.runs.all.find(open);
  if (record === undefined || !open(record)) {
    void notify('information', l10n.t('No run is waiting to go on.'));
    return;
  }
  begin(services, record, { again: false });
  await runner.run(l10n.t('Opening the overview'), () => services.runOverviews.show(record));
}

/** `liveResponse.cancelRun`: stops fetching. Results that were fetched stay stored. */
async function cancelRun(services: Pick<Services, 'runOverviews' | 'runs'>): Promise<void> {
  for (const { run } of await chooseOf(activeRuns(services), l10n.t('Cancel a Run'))) services.runs.cancel(run.key);
}

/** Asks which of several runs is meant. One alone is meant without a question. */
async function chooseOf(records: readonly RunRecord[], title: string): Promise<readonly RunRecord[]> {
  if (records.length < 2) return records;
  const rows = records.map((record) => ({
    label: record.run.words.script,
    description: hostsWords(record.run.members.length),
    chosen: [record],
  }));
  const all = { label: l10n.t('All {0} Runs', records.length), description: '', chosen: records };
  return (await pickOne([...rows, all], { title }))?.chosen ?? [];
}

/** Creates an order for what is left of a run. The end of an order that the person gave before stays. */
function renewOrder({ run, order }: RunRecord): StandingOrder {
  const now = Date.now();
  const isOpen = order !== undefined && order.end !== 'allEnded' && order.endsAt > now;
  return createOrder(run, now, isOpen ? order.endsAt - now : undefined);
}

/**
 * Asks after a restart whether to resume interrupted runs. First waits until the lease of the window that was fetching
 * has ended. A run that another window still fetches is left alone.
 */
export async function offerToGoOn(
  services: BeginServices & Pick<Services, 'connections' | 'leases' | 'policy'>,
): Promise<void> {
  await services.connections.load();
  const { signal } = new AbortController();
  const interrupted = await services.runs.load();
  services.runItem.refreshState();
  for (const { run } of interrupted) {
    const name = `run|${run.key}`;
    const end = Date.now() + GONE_AFTER_MS;
    while ((await services.leases.isTaken(name)) && Date.now() < end) await systemClock.wait(LOOK_AGAIN_MS, signal);
    if (await services.leases.isTaken(name)) continue;
    const [record] = (await services.runs.load()).filter((one) => one.run.key === run.key);
    if (record === undefined || services.runs.isActive(run.key)) continue;
    void offerRun(services, record);
  }
}

async function offerRun(
  services: BeginServices & Pick<Services, 'leases' | 'policy'>,
  record: RunRecord,
): Promise<void> {
  const left = (await services.runs.missing(record)).length;
  const { order } = record;
  const isOpen =
    services.policy.isAllowed('standingOrders') &&
    order !== undefined &&
    order.end === undefined &&
    order.endsAt > Date.now();
  const open = isOpen ? countOpen(record.run) : 0;
  const mayGrow = isOpen && record.run.filter?.grows === true;
  // The run's last result arrived just before the earlier window ended, so nothing is left to fetch.
  if (left === 0 && open === 0 && !mayGrow) return;
  const goOn = l10n.t('Go On');
  const overview = l10n.t('Open Run Overview');
  const stop = l10n.t('Cancel the Order');
  const kept = l10n.t(
    'Keeping the rest of {0} was interrupted: {1} have not ended.',
    record.run.words.script,
    hostsWords(open),
  );
  const fetched = l10n.t(
    'Fetching the results of {0} was interrupted: {1} of {2} are here.',
    record.run.words.script,
    countAvailable(record.run) - left,
    countAvailable(record.run),
  );
  const byFilter = l10n.t('Keeping the results of {0} was interrupted.', record.run.words.script);
  const own = await services.runs.owner(record.run);
  const isOthers = isOpen && order.by !== undefined && own.by !== undefined && order.by !== own.by;
  const sentence = [mayGrow ? byFilter : open > 0 ? kept : fetched, ...(isOthers ? [ownerWords(order, own)] : [])];
  const answer = await notify('information', sentence.join(' '), goOn, overview, ...(isOpen ? [stop] : []));
  if (answer === undefined) return;
  if (answer === stop) {
    // The question may be hours old.
    if (await services.leases.isTaken(`run|${record.run.key}`))
      void notify('information', l10n.t('Another window goes on with this order. Cancel it there.'));
    else services.runs.cancel(record.run.key);
    return;
  }
  if (answer === goOn) begin(services, record, { again: false });
  await services.runOverviews.show(record);
}

/** Fetches a run in the background. The caller does not wait. A failure that ends the run is reported once. */
export function begin(services: BeginServices, record: RunRecord, options: StartOptions): void {
  const { key } = record.run;
  void services.runs.start(record.run, options).then(() => {
    const ended = services.runs.get(key);
    if (ended?.state === 'ended') void tellDone(services, ended);
    if (ended?.state !== 'stopped' || ended.stoppedBy === undefined) return;
    new CommandRunner(services).fail(l10n.t('Fetching the results of a run'), thrown(ended.stoppedBy), {
      tryAgain: () => {
        begin(services, ended, { again: false });
      },
    });
  });
}

/** Tells the user that a run is fetched, unless its overview is in sight and says so. */
async function tellDone(services: Pick<Services, 'runItem' | 'runOverviews'>, record: RunRecord): Promise<void> {
  const { key, words } = record.run;
  if (services.runOverviews.isVisible(key)) return;
  const { hosts, results, without } = await services.runOverviews.counts(record);
  const open = l10n.t('Open Run Overview');
  const sentence = l10n.t(
    'Run fetched: {0} results on {1} ({2} without one), {3}.',
    results,
    hostsWords(hosts),
    without,
    words.script,
  );
  if ((await notify('information', sentence, open)) !== open) return;
  await services.runOverviews.show(record);
  services.runItem.seen(key);
}

/**
 * Asks whether to fetch the missing results, and whether to keep those that do not exist yet as they come.
 *
 * @returns `fetch` also if there is nothing to ask; the overview then shows why
 */
async function askToFetch(
  services: Pick<Services, 'estimateRun' | 'policy' | 'runs'>,
  record: RunRecord,
): Promise<'fetch' | 'keep' | undefined> {
  const { run } = record;
  const missing = (await services.runs.missing(record)).length;
  const mayKeep = services.policy.isAllowed('standingOrders');
  const open = mayKeep ? countOpen(run) : 0;
  const mayGrow = mayKeep && run.filter?.grows === true && run.filter.isFull !== true;
  if (missing === 0 && open === 0 && !mayGrow) return 'fetch';
  const available = countAvailable(run);
  const time = formatDuration(await services.estimateRun(record, missing));
  const fetch = l10n.t('Fetch');
  const keep = l10n.t('Fetch and Keep the Rest');
  const { endsAt, startedAt, mostCalls, mostBytes } = renewOrder(record);
  const limits = [formatDuration(endsAt - startedAt), mostCalls, formatBytes(mostBytes)] as const;
  const detail = [
    l10n.t('{0}, about {1}, in the background. Your clicks go first.', callsWords(missing), time),
    ...(available > missing ? [l10n.t('{0} are stored already and cost nothing.', available - missing)] : []),
    ...(run.members.length > available ? [unavailableWords(run.members.length - available)] : []),
    ...(open > 0
      ? [
          l10n.t(
            '{0} have not ended. "Fetch and Keep the Rest" also asks about them, usually 1 call every 15 seconds to 5 minutes, and fetches each result as it comes: for {1}, {2} calls, and {3} at most. The status bar shows it, and Pause and Cancel stop it.',
            open,
            ...limits,
          ),
        ]
      : []),
    ...(mayGrow && open === 0 ? [changesWords(...limits)] : []),
    ...(!mayKeep && countOpen(run) > 0 ? [forbidden('standingOrders')] : []),
  ];
  const answer = await ask(
    {
      severity: 'information',
      question: l10n.t('Fetch the results of {0} on {1}?', run.words.script, hostsWords(run.members.length)),
      details: detail,
    },
    fetch,
    ...(open > 0 || mayGrow ? [keep] : []),
  );
  if (answer === undefined) return undefined;
  return answer === keep ? 'keep' : 'fetch';
}

function activeRuns(services: Pick<Services, 'runOverviews' | 'runs'>): RunRecord[] {
  const { active } = services.runOverviews;
  const all = services.runs.all.filter(({ run }) => services.runs.isActive(run.key));
  const shown = all.filter(({ run }) => run.key === active?.run.key);
  return shown.length > 0 ? shown : all;
}

export const fetchRunCommand = defineCommand({
  name: 'fetchRun',
  needs: 'connection',
  palette: ALWAYS,
  menus: [
    { menu: 'view/item/context', group: '5_run@1', when: all(IN_ACTIONS_VIEW, ON_RUN_ROW, ON_ONE_ROW) },
    { menu: 'editor/title', group: '1_liveResponse@1', when: IN_RUN_OVERVIEW },
  ],
  run: (services, { args, runner }) => fetchRun(services, runner, args),
});

export const pauseRunCommand = defineCommand({
  name: 'pauseRun',
  needs: 'nothing',
  palette: 'liveResponse.run == running',
  whyNothingToDo: whyNoRunIsFetched,
  run: (services) => pauseRun(services),
});

export const resumeRunCommand = defineCommand({
  name: 'resumeRun',
  needs: 'nothing',
  palette: 'liveResponse.run == paused',
  run: (services, { runner }) => resumeRun(services, runner),
});

export const cancelRunCommand = defineCommand({
  name: 'cancelRun',
  needs: 'nothing',
  palette: 'liveResponse.run == running || liveResponse.run == paused',
  whyNothingToDo: whyNoRunIsFetched,
  run: (services) => cancelRun(services),
});

function whyNoRunIsFetched({ runs }: Pick<Services, 'runs'>): string | undefined {
  return runs.all.some(({ run }) => runs.isActive(run.key))
    ? undefined
    : l10n.t('No results of a run are being fetched.');
}

import { commands, l10n } from 'vscode';
import type { QuickPickItem, Uri } from 'vscode';
import { isNewer } from '../../actions/actionOrder.ts';
import { LiveResponseError } from '../../base/errors.ts';
import { parseServerTime } from '../../base/serverTime.ts';
import { findPlace } from '../../documents/parts.ts';
import { documentUri } from '../../documents/resultUris.ts';
import { describeView } from '../../evidence/views/viewWords.ts';
import { resultKey } from '../../base/resultUri.ts';
import type { ResultRef, ResultStream } from '../../base/resultUri.ts';
import { exitWords } from '../../messages/exitWords.ts';
import { normalisedView, normaliseRulesOf } from '../../base/textView.ts';
import type { TextView } from '../../base/textView.ts';
import { formatUtc } from '../../messages/format.ts';
import { oneLine } from '../../platform/remoteText.ts';
import { deviceOf, findCommand, hostOf, parameterOf } from '../../model/machineAction.ts';
import { findSiblings } from '../../results/siblings.ts';
import type { Sibling } from '../../results/siblings.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { toProgress } from '../common/downloadProgress.ts';
import { findTargets } from '../common/targets.ts';
import type { Target } from '../common/targets.ts';
import { listOneSided } from './compareLines.ts';
import { notify } from '../../platform/show/notifications.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW, IN_RESULT, ON_TRANSCRIPT_ROW, all } from '../common/when.ts';

/** The other side: `pair` is the second of two selected rows. */
type Other = 'pair' | 'otherHosts' | 'otherRuns' | 'errors' | 'normalised';

/**
 * `liveResponse.compareResult`: compares a result with the result of another host or another run, with its own errors,
 * or with its own `normalised` view. With two selected rows, compares these two. Missing results are fetched.
 */
async function compareResult(
  services: Pick<
    Services,
    'actions' | 'connections' | 'results' | 'runOverviews' | 'search' | 'sessions' | 'store' | 'tableTabs' | 'view'
  >,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const [target, second, third] = findTargets(services, args);
  if (target === undefined) return;
  if (third !== undefined) {
    void notify('information', l10n.t('Two results can be compared: select one row, or two.'));
    return;
  }
  const { ref } = target;
  const isPair = second !== undefined && resultKey(ref) !== resultKey(second.ref);
  const stream = target.stream === 'errors' ? 'errors' : 'output';
  const title = l10n.t('Compare');
  const other = isPair ? 'pair' : isNormalisedLink(args[0]) ? 'normalised' : await askForOther(title);
  if (other === undefined) return;
  const fetched = (of: ResultRef): Promise<StoredFacts | undefined> =>
    runner.run(l10n.t('Fetching result'), ({ signal, report }) =>
      services.results.open(of, { signal, onProgress: toProgress(report) }),
    );
  const facts = await fetched(ref);
  if (facts === undefined) return;
  if (other === 'errors') {
    await showBeside(
      services,
      { facts, stream: 'output', view: undefined },
      { facts, stream: 'errors', view: undefined },
    );
    return;
  }
  if (other === 'normalised') {
    await showNormalised(services, facts, stream, normalisedOf(services, args[0], target));
    return;
  }
  const sibling = other === 'pair' ? undefined : await askForSibling(services, facts, other);
  const next =
    sibling === undefined ? second?.ref : { ...ref, actionId: sibling.action.id, commandIndex: sibling.commandIndex };
  if (next === undefined || (other !== 'pair' && sibling === undefined)) return;
  const view = await askForView(title, other === 'pair' ? 'otherHosts' : other);
  if (view === undefined) return;
  const beside = await fetched(next);
  if (beside === undefined) return;
  if ('isList' in view) {
    await listOneSided(services, runner, [facts, beside]);
    // Otherwise all lines of the other side would look like a finding.
    void tellEmpty(services, stream, facts, beside);
    return;
  }
  await showBeside(services, { facts, stream, ...view }, { facts: beside, stream, ...view });
  void tellEmpty(services, stream, facts, beside);
}

/** Says which side is empty, with its exit code. A comparison with nothing would otherwise explain nothing. */
async function tellEmpty(
  services: Pick<Services, 'store'>,
  stream: 'output' | 'errors',
  one: StoredFacts,
  other: StoredFacts,
): Promise<void> {
  const empty = [one, other].filter(({ transcript }) => transcript?.[stream].length === 0);
  const [first, second] = empty;
  if (first === undefined) return;
  const words = (facts: StoredFacts): string =>
    stream === 'output'
      ? l10n.t('{0} wrote no output ({1}).', hostOf(facts.action), exitWords(facts))
      : l10n.t('{0} wrote no errors ({1}).', hostOf(facts.action), exitWords(facts));
  const hasErrors = [one, other].some(({ transcript }) => (transcript?.errors.length ?? 0) > 0);
  const button = l10n.t('Compare Errors');
  const sentence = [words(first), ...(second === undefined ? [] : [words(second)])].join(' ');
  const answer = await notify('information', sentence, ...(stream === 'output' && hasErrors ? [button] : []));
  if (answer !== button) return;
  const view = undefined;
  await showBeside(services, { facts: one, stream: 'errors', view }, { facts: other, stream: 'errors', view });
}

async function askForOther(title: string): Promise<Other | undefined> {
  const items: (QuickPickItem & { readonly other: Other })[] = [
    { label: l10n.t('With Another Host…'), description: l10n.t('the same script'), other: 'otherHosts' },
    { label: l10n.t('With Another Run…'), description: l10n.t('the same script, the same host'), other: 'otherRuns' },
    { label: l10n.t('Errors with Output'), other: 'errors' },
    {
      label: l10n.t('Show What Was Normalized'),
      description: l10n.t('what a comparison takes for equal in this result'),
      other: 'normalised',
    },
  ];
  return (await pickOne(items, { title }))?.other;
}

async function askForSibling(
  services: Pick<Services, 'actions' | 'connections' | 'sessions' | 'store'>,
  facts: StoredFacts,
  other: 'otherHosts' | 'otherRuns',
): Promise<Sibling | undefined> {
  const { ref, action } = facts;
  // The list belongs to the active connection. Stored results are known for every tenant.
  const connection = services.connections.active;
  const isShown = connection?.tenantId === ref.tenantId && connection.cloud === ref.cloud;
  const stored = await services.store.storedOf(ref);
  const known = new Map(stored.map((one) => [one.action.id, one.action]));
  // The complete lists are searched, not only the visible rows. Otherwise a filter for this device would hide the other
  // hosts.
  const session = isShown ? services.sessions.of(connection) : undefined;
  for (const list of [session?.actions(true), session?.actions(false), isShown ? services.actions.list : undefined])
    for (const one of list?.actions ?? []) {
      const had = known.get(one.id);
      // A list that is not shown may contain an older state of an action than a result that was stored later.
      if (had === undefined || isNewer(one, had)) known.set(one.id, one);
    }
  const siblings = findSiblings({ action, commandIndex: ref.commandIndex }, known.values(), other);
  const keys = new Set(stored.map((one) => `${one.ref.actionId}#${one.ref.commandIndex}`));
  if (siblings.length === 0) {
    void notify(
      'information',
      other === 'otherHosts'
        ? l10n.t('No other host has a result of this script in the loaded list. Load more, or refresh.')
        : l10n.t('No other run of this script on this host has a result in the loaded list. Load more, or refresh.'),
    );
    return undefined;
  }
  const exitOf = ({ action: { id }, commandIndex }: Sibling): string => {
    const found = services.store.known({ ...ref, actionId: id, commandIndex });
    return found === undefined ? l10n.t('stored') : exitWords(found);
  };
  const items = siblings.map((sibling) => {
    const isStored = keys.has(`${sibling.action.id}#${sibling.commandIndex}`);
    const command = findCommand(sibling.action, sibling.commandIndex);
    const given = command === undefined ? undefined : parameterOf(command, 'Args');
    const time = parseServerTime(sibling.action.creationDateTimeUtc);
    return {
      label: other === 'otherHosts' ? deviceOf(sibling.action) : timeWords(time),
      description: [
        ...(other === 'otherHosts' ? [timeWords(time)] : []),
        ...(given === undefined ? [] : [given]),
        isStored ? exitOf(sibling) : l10n.t('not stored · 1–2 calls'),
      ].join(' · '),
      sibling,
    };
  });
  const chosen = await pickOne(items, { title: l10n.t('Compare With'), matchOnDescription: true });
  return chosen?.sibling;
}

function timeWords(time: number | undefined): string {
  return time === undefined ? '–' : formatUtc(time);
}

/**
 * Asks for the view of both sides, or for a list of the lines of only one side. Between hosts, what differs on every host
 * is left out first.
 */
async function askForView(
  title: string,
  other: 'otherHosts' | 'otherRuns',
): Promise<{ readonly view: TextView | undefined } | { readonly isList: true } | undefined> {
  const received = { label: l10n.t('As Received'), view: undefined };
  const normalised = {
    label: l10n.t('Normalized'),
    description: l10n.t('Without host names, times, process IDs and GUIDs'),
    view: 'normalised' as const,
  };
  const list = {
    label: l10n.t('Lines of Only One Side'),
    description: l10n.t('Wherever they stand, by the rules of comparisons'),
    isList: true as const,
  };
  return pickOne<QuickPickItem & ({ readonly view: TextView | undefined } | { readonly isList: true })>(
    other === 'otherHosts' ? [normalised, received, list] : [received, normalised, list],
    { title },
  );
}

/** Whether the argument comes from a link in the overview of a run; see runOverviewText.ts. */
function isNormalisedLink(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null && 'other' in argument && argument.other === 'normalised';
}

/**
 * Returns the `normalised` view to compare with. For a link in an overview, the view uses the overview's rules.
 * Otherwise it is the view in the active document, if that is `normalised`, or else the default `normalised` view.
 */
function normalisedOf(
  services: Pick<Services, 'runOverviews' | 'tableTabs'>,
  argument: unknown,
  { view }: Target,
): TextView {
  if (isNormalisedLink(argument)) return normalisedView(services.runOverviews.rules.rules);
  return view !== undefined && normaliseRulesOf(view) !== undefined ? view : 'normalised';
}

interface Side {
  readonly facts: StoredFacts;
  readonly stream: ResultStream;
  readonly view: TextView | undefined;
}

async function showBeside(services: Pick<Services, 'store'>, left: Side, right: Side): Promise<void> {
  const [one, other] = await Promise.all([placeOf(services, left), placeOf(services, right)]);
  const name = [
    `${sideWords(left)} ↔ ${sideWords(right)}`,
    oneLine(left.facts.name.script),
    ...(left.view === undefined ? [] : [describeView(left.view)]),
    ...[one.part, other.part].filter((part) => part !== undefined),
  ];
  await showDiff(one.uri, other.uri, name);
}

/**
 * Shows a result as received beside its `normalised` view. Both have the same line numbers, so the comparison shows
 * each replaced place.
 */
async function showNormalised(
  services: Pick<Services, 'store'>,
  facts: StoredFacts,
  stream: ResultStream,
  view: TextView,
): Promise<void> {
  const received: Side = { facts, stream, view: undefined };
  const [one, other] = await Promise.all([placeOf(services, received), placeOf(services, { ...received, view })]);
  const name = [
    `${l10n.t('as received')} ↔ ${describeView(view)}`,
    sideWords(received),
    oneLine(facts.name.script),
    ...(one.part === undefined ? [] : [one.part]),
  ];
  await showDiff(one.uri, other.uri, name);
}

async function placeOf(
  { store }: Pick<Services, 'store'>,
  { facts, stream, view }: Side,
): Promise<{ readonly uri: Uri; readonly part: string | undefined }> {
  if (facts.transcript === undefined) {
    throw new LiveResponseError('notAResult', { reason: facts.rejection?.reason ?? '' });
  }
  const { shown } = await findPlace(store, facts, stream, { view });
  return { uri: documentUri(facts, stream, shown), part: shown.partWords };
}

async function showDiff(left: Uri, right: Uri, name: readonly string[]): Promise<void> {
  await commands.executeCommand('vscode.diff', left, right, name.join(' · '), { preview: true });
}

function sideWords({ facts: { action }, stream }: Side): string {
  const host = oneLine(hostOf(action));
  const time = action.creationDateTimeUtc.slice(0, 16);
  return [host, time, ...(stream === 'output' ? [] : [stream])].join(' ');
}

export const compareResultCommand = defineCommand({
  name: 'compareResult',
  needs: 'result',
  icon: 'diff',
  menus: [
    { menu: 'view/item/context', group: '1_open@3', when: all(IN_ACTIONS_VIEW, ON_TRANSCRIPT_ROW) },
    { menu: 'editor/title', group: '0_liveResponse@2', when: IN_RESULT },
  ],
  run: (services, { args, runner }) => compareResult(services, runner, args),
});

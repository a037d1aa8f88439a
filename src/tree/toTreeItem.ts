import { l10n, ThemeColor, ThemeIcon, TreeItemCollapsibleState } from 'vscode';
import type { TreeItem } from 'vscode';
import type { LiveResponseCommand, MachineAction } from '../defender/schema.ts';
import { commandIds } from '../platform/commandIds.ts';
import { exitMood, shortExitWords } from '../messages/exitWords.ts';
import { describeFailure, stepLabel } from '../messages/failureMessages.ts';
import type { NextStep } from '../messages/failureMessage.ts';
import { STEP_COMMANDS } from '../messages/nextSteps.ts';
import { hostsWords } from '../messages/runWords.ts';
import { createRow } from '../platform/show/rows.ts';
import {
  hostOf,
  isFinished,
  isPackage,
  isSavable,
  parameterOf,
  resultOf,
  runScripts,
  shortSubjectOf,
  subjectOf,
} from '../model/machineAction.ts';
import type { StoredFacts } from '../model/storedResult.ts';
import type { PlacedRecords } from '../actions/placedRecords.ts';
import type { ActionNode, CommandNode, DeviceNode, FailedNode, GroupNode, LoadMoreNode } from './nodes.ts';
import type { Grouping } from './arrange.ts';
import { actionState, actionType, ageOf, commandState, ranFor, rowTimeOf } from './words.ts';

/** Statuses of actions that went wrong. Such a status takes precedence over any exit code. */
const WENT_WRONG: ReadonlySet<string> = new Set(['Failed', 'TimeOut', 'Cancelled']);

/** Icon of an unfinished action whose end the user is told. The row's words give its state. */
const WATCHED = new ThemeIcon('eye', new ThemeColor('charts.blue'));

/** Looks up the stored facts of a command's result. */
export type StoredLookup = (commandIndex: number) => StoredFacts | undefined;

/** Device as a group of the tree. */
export interface DeviceSummary {
  readonly name: string;
  /** Whether another device has the same name. The row then also shows the device's id. */
  readonly ambiguous: boolean;
  readonly loaded: number;
  readonly complete: boolean;
  /** Number of records of an audit trail that are rows of the device. */
  readonly records: number;
}

/** Circumstances of a row: its group decides what its neighbours say already. */
export interface RowPlace {
  readonly grouping: Grouping;
  /** Ms since 1970. */
  readonly now: number;
  /** Whether the row shows an age instead of a time in UTC. */
  readonly isAge: boolean;
  /** Whether the user is told when the action ends. */
  readonly isWatched: boolean;
  /** Records of an audit trail; undefined while none is open. Those of an action stand below its row. */
  readonly records: PlacedRecords | undefined;
}

/** A run or a day as a group of the tree. Records are counted apart. */
export interface GroupSummary {
  readonly actions: readonly MachineAction[];
  readonly records: number;
}

/**
 * Creates the row of an action. The device is the label, so that typing in the tree finds it. The description begins
 * with the state, because a narrow side bar shows only its beginning.
 */
export function actionItem(node: ActionNode, action: MachineAction, stored: StoredLookup, place: RowPlace): TreeItem {
  const only = action.commands.length === 1 ? action.commands[0] : undefined;
  const script = runScripts(action)[0];
  const main = script ?? only;
  const title = main === undefined ? actionType(action) : asPiece(shortSubjectOf(main).name);
  const openable = script !== undefined && runScripts(action).length === 1 ? script : undefined;
  const shownCommand = only ?? openable;
  const facts = shownCommand === undefined ? undefined : stored(shownCommand.index);
  const opensScript = openable !== undefined && resultOf(action, openable) === 'transcript';
  const folder = main === undefined || main !== only ? undefined : asPiece(shortSubjectOf(main).folder);
  // Nothing can be fetched for it, and its tooltip and its page say why.
  const absent = isAbsent(node) && opensScript && facts === undefined ? l10n.t('not in the pack') : undefined;
  const lacking = place.records?.lacking.has(action.id) === true ? l10n.t('no record') : undefined;
  const more = action.commands.length > 1 ? l10n.t('{0} commands', action.commands.length) : undefined;
  const state = stateForRow(action, shownCommand, facts);
  const label = place.grouping === 'device' ? title : hostOf(action);
  const isWatched = place.isWatched && !isFinished(action);
  const repeats = place.grouping === 'device' || place.grouping === 'run';

  const item = createRow(
    {
      label,
      description: given(
        state,
        absent,
        lacking,
        repeats ? undefined : title,
        more,
        rowTimeOf(action, place.now, place.isAge),
        folder,
      ).join(' · '),
      spoken: given(
        label,
        label === title ? hostOf(action) : title,
        state ?? actionState(action),
        more,
        lacking,
        isWatched ? l10n.t('watched') : undefined,
        ageOf(action, place.now),
        absent ?? (opensScript && facts === undefined ? l10n.t('not fetched, 1 call') : undefined),
      ).join(', '),
    },
    action.commands.length > 0 || place.records?.ofAction.has(action.id) === true
      ? TreeItemCollapsibleState.Collapsed
      : TreeItemCollapsibleState.None,
  );
  item.id = node.id;
  const isOdd = !isFinished(action) || WENT_WRONG.has(action.status);
  const saysAction = shownCommand === undefined || isOdd || (only === undefined && facts === undefined);
  if (isWatched) item.iconPath = WATCHED;
  else item.iconPath = saysAction ? actionIcon(action) : commandIcon(action, shownCommand, facts);
  item.contextValue = tokens(
    'action',
    isFinished(action) || isAbsent(node) ? undefined : 'unfinished',
    isWatched ? 'watched' : undefined,
    action.machineId === null ? undefined : 'machine',
    opensScript ? 'transcript' : undefined,
    only !== undefined && resultOf(action, only) === 'file' ? 'file' : undefined,
    isSavable(action) ? 'package' : undefined,
    only !== undefined && facts !== undefined ? 'stored' : undefined,
  );
  if (action.commands.length > 0) item.command = openCommand(node);
  return item;
}

/** Whether a missing result cannot be fetched, because the row is of a hand-over pack. */
function isAbsent({ tenant }: ActionNode | CommandNode): boolean {
  return tenant.cloud === 'pack';
}

/** Creates the row of a command. Arguments tell commands with the same script apart. */
export function commandItem(
  node: CommandNode,
  action: MachineAction,
  command: LiveResponseCommand,
  stored: StoredFacts | undefined,
): TreeItem {
  const { name, folder } = shortSubjectOf(command);
  const isAlone = action.commands.filter((other) => subjectOf(other) === subjectOf(command)).length === 1;
  const isSilent = stored === undefined && command.commandStatus === 'Completed';
  const state = stored === undefined ? commandState(action, command, stored) : shortExitWords(stored);
  const isFetchable = stored === undefined && resultOf(action, command) === 'transcript' && !isAbsent(node);
  const facts = [isAlone ? undefined : asPiece(parameterOf(command, 'Args')), ranFor(command), asPiece(folder)];
  const item = createRow({
    label: `#${command.index.toString()} ${name}`,
    description: given(isSilent ? undefined : state, ...facts).join(' · '),
    spoken: l10n.t(
      'Command {0}: {1}',
      command.index,
      given(name, command.command.type, state, ...facts, isFetchable ? l10n.t('not fetched, 1 call') : undefined).join(
        ', ',
      ),
    ),
  });
  item.id = node.id;
  item.iconPath = commandIcon(action, command, stored);
  item.contextValue = tokens(
    'command',
    action.machineId === null ? undefined : 'machine',
    ['transcript', 'file'].find((kind) => kind === resultOf(action, command)),
    stored === undefined ? undefined : 'stored',
  );
  item.command = openCommand(node);
  return item;
}

/** Creates the row of a device. Without a summary, the device is about to be removed from the tree. */
export function deviceItem(node: DeviceNode, device: DeviceSummary = UNKNOWN_DEVICE): TreeItem {
  const count = device.complete ? l10n.t('{0}, all loaded', device.loaded) : l10n.t('{0} loaded', device.loaded);
  const id = device.ambiguous ? node.machineId.slice(0, 8) : undefined;
  const description = given(id, count, recordsCount(device.records)).join(' · ');
  const spoken = l10n.t('Device {0}, {1}', device.name, description);
  const item = createRow(
    { label: device.name, description, tooltip: node.machineId, spoken },
    TreeItemCollapsibleState.Collapsed,
  );
  item.id = node.id;
  item.iconPath = new ThemeIcon('device-desktop');
  const named = node.machineId !== '';
  item.contextValue = tokens(
    'device',
    named ? 'machine' : undefined,
    !named || device.complete ? 'complete' : undefined,
  );
  return item;
}

/** Creates the row of a run or a day, with the number of its actions and the number of its unfinished actions. */
export function groupItem(node: GroupNode, { actions, records }: GroupSummary = EMPTY_GROUP): TreeItem {
  const [newest] = actions;
  const unfinished = actions.filter((action) => !isFinished(action)).length;
  const devices = new Set(actions.map((action) => action.machineId)).size;
  const counts = [
    devices === actions.length ? undefined : l10n.t('{0} actions', actions.length),
    unfinished === 0 ? undefined : l10n.t('{0} unfinished', unfinished),
  ];
  let label: string;
  let words: string[];
  if (node.by === 'run' && newest !== undefined) {
    // The number of hosts comes first, because it tells a run over many hosts from a command on one.
    label = devices === 1 ? hostOf(newest) : hostsWords(devices);
    words = given(
      asPiece(runTitle(newest)),
      ...counts,
      asPiece(commentOf(newest)),
      newest.creationDateTimeUtc.slice(0, 10),
    );
  } else {
    label = node.key === '' ? '–' : l10n.t('{0} (UTC)', node.key);
    words = given(actions.length === 0 ? undefined : hostsWords(devices), ...counts, recordsCount(records));
  }
  const spoken = given(label, node.by === 'run' ? l10n.t('Run') : undefined, ...words).join(', ');
  const item = createRow({ label, description: words.join(' · '), spoken }, TreeItemCollapsibleState.Collapsed);
  item.id = node.id;
  item.iconPath = new ThemeIcon(node.by === 'run' ? (devices === 1 ? 'device-desktop' : 'run-all') : 'calendar');
  item.contextValue = tokens('group', node.by);
  return item;
}

/** Returns the number of records in words; undefined if there is none. */
function recordsCount(count: number): string | undefined {
  return count === 0 ? undefined : `${l10n.t('Records')}: ${count}`;
}

function commentOf({ requestorComment }: MachineAction): string {
  return requestorComment ?? '';
}

/** Returns the title of a run: its scripts with their arguments. Together with the comment, they identify the run. */
function runTitle(action: MachineAction): string {
  const scripts = runScripts(action).map((command) =>
    [subjectOf(command), parameterOf(command, 'Args')].filter(Boolean).join(' '),
  );
  return scripts.length === 0 ? actionType(action) : scripts.join(', ');
}

const EMPTY_GROUP: GroupSummary = { actions: [], records: 0 };
const UNKNOWN_DEVICE: DeviceSummary = { name: '–', ambiguous: false, loaded: 0, complete: true, records: 0 };

/** Creates the row that loads the next page. */
export function loadMoreItem(node: LoadMoreNode): TreeItem {
  const item = createRow({ label: l10n.t('Load more…') });
  item.id = node.id;
  item.iconPath = new ThemeIcon('ellipsis');
  item.contextValue = tokens('loadMore');
  item.command = { command: commandIds.loadMore, title: l10n.t('Load More') };
  return item;
}

/** Creates the row of a next step after a failure. The message above the rows gives the reason. */
export function failedItem(node: FailedNode): TreeItem {
  const { sentence } = describeFailure(node.error);
  const label = stepLabel(node.step);
  const item = createRow({ label, tooltip: sentence, spoken: `${sentence} ${label}` });
  item.id = node.id;
  item.iconPath = new ThemeIcon(STEP_ICONS[node.step] ?? 'arrow-right');
  item.contextValue = tokens('failed');
  item.command = { command: STEP_COMMANDS[node.step] ?? commandIds.refresh, title: label };
  return item;
}

const STEP_ICONS: Readonly<Partial<Record<NextStep, string>>> = {
  tryAgain: 'refresh',
  refresh: 'refresh',
  signIn: 'sign-in',
  editConnection: 'edit',
  selectConnection: 'plug',
  copyRegistrationCommands: 'copy',
};

/**
 * Returns the state for a row; undefined if it says nothing that the icon does not say, as of a session that ended well.
 */
function stateForRow(
  action: MachineAction,
  command: LiveResponseCommand | undefined,
  stored: StoredFacts | undefined,
): string | undefined {
  const ofAction = action.status === 'Succeeded' ? undefined : actionState(action);
  if (command === undefined || stored === undefined) return ofAction;
  // An action can fail, or still run, although its script ended without an error. So the row shows both states.
  return given(ofAction, shortExitWords(stored)).join(' · ');
}

/**
 * Returns a remote text as one piece of a description. The dot that separates pieces is replaced by a similar dot:
 * otherwise a file named `Failed · Exit 1` would forge a state.
 */
function asPiece(text: string): string;
function asPiece(text: string | undefined): string | undefined;
function asPiece(text: string | undefined): string | undefined {
  return text?.replaceAll('·', '‧');
}

/** Returns the words that there are. */
function given(...words: readonly (string | undefined)[]): string[] {
  return words.filter((word): word is string => word !== undefined && word !== '');
}

function openCommand(node: ActionNode | CommandNode): NonNullable<TreeItem['command']> {
  return { command: commandIds.openResult, title: l10n.t('Open Result'), arguments: [node] };
}

function tokens(...parts: (string | undefined)[]): string {
  return given(...parts).join(' ');
}

function actionIcon(action: MachineAction): ThemeIcon {
  switch (action.status) {
    case 'Pending':
      return new ThemeIcon('clock');
    case 'InProgress':
      return new ThemeIcon('play-circle', new ThemeColor('charts.blue'));
    case 'Failed':
      return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
    case 'TimeOut':
      return new ThemeIcon('watch', new ThemeColor('list.warningForeground'));
    case 'Cancelled':
      return new ThemeIcon('circle-slash');
    default:
      if (isPackage(action)) return new ThemeIcon('package');
      return new ThemeIcon(action.type === 'LiveResponse' ? 'terminal' : 'shield');
  }
}

/**
 * Returns the icon of a command. An outlined icon means that the result is not fetched yet. A filled icon means that it
 * is stored, so that opening it costs no call.
 */
function commandIcon(action: MachineAction, command: LiveResponseCommand, stored: StoredFacts | undefined): ThemeIcon {
  // The icon is red if and only if Defender itself reports Failed.
  if (command.commandStatus === 'Failed') return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
  if (stored !== undefined) {
    const mood = exitMood(stored);
    if (mood === 'pass') return new ThemeIcon('pass-filled', new ThemeColor('testing.iconPassed'));
    if (mood === 'warning') return new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
    return new ThemeIcon('question');
  }
  switch (resultOf(action, command)) {
    case 'none':
      return new ThemeIcon('cloud-upload');
    case 'file':
      return new ThemeIcon('file-zip');
    case 'never':
      return new ThemeIcon('circle-slash');
    case 'notYet':
      return isFinished(action) ? actionIcon(action) : new ThemeIcon('clock');
    case 'transcript':
      return new ThemeIcon('circle-large-outline');
  }
}

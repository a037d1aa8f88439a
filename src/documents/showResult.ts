import { commands, Range, TabInputText, ViewColumn, window } from 'vscode';
import type { TabGroup, TextDocumentShowOptions, Uri } from 'vscode';
import { LiveResponseError } from '../base/errors.ts';
import { WHOLE_BYTES } from '../evidence/text/textParts.ts';
import type { ResultAddress, ResultStream } from '../base/resultUri.ts';
import type { TextView } from '../base/textView.ts';
import { errorsPlace } from '../platform/config.ts';
import type { ResultStore } from '../results/resultStore.ts';
import type { StoredFacts, StreamFacts } from '../model/storedResult.ts';
import type { CompanionTabs } from './companionTabs.ts';
import { isClixml } from './offeredView.ts';
import { findPlace, fitsWhole } from './parts.ts';
import { addressOfTab, documentUri, tabsOf } from './resultUris.ts';
import type { ShownText } from './resultUris.ts';

/** A match on a line of a complete text. */
export interface LineMatch {
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly length: number;
}

export interface ShowOptions {
  /** Text to show in front. The default is the output, or the errors if there is no output. */
  readonly stream?: ResultStream | undefined;
  readonly preserveFocus: boolean;
  /** Line of the text to go to, from 1. A text in parts opens at the part that contains the line. */
  readonly line?: number | undefined;
  /** Match to select on the line. */
  readonly match?: LineMatch | undefined;
  /** View of the text. The default is the text as received. */
  readonly view?: TextView | undefined;
  /** Whether to show errors as received, even if a view makes them readable. */
  readonly asReceived?: boolean | undefined;
  /** Part to show, for a text in parts. The default is the part that contains the line, or else the first part. */
  readonly part?: ResultAddress['part'];
}

/**
 * Shows a stored result: the output in front, and its errors beside the output. For a file that is not a script result,
 * shows the raw text. The errors never cover one of the user's own documents. If the group beside contains such a
 * document, the errors become a tab in the output's group.
 *
 * @throws LiveResponseError `notAResult`; `tooLargeToShow` for a complete text that is too large for VS Code to open
 */
export async function showResult(
  facts: StoredFacts,
  companions: CompanionTabs,
  store: Pick<ResultStore, 'parts' | 'text'>,
  options: ShowOptions,
): Promise<void> {
  const { transcript, raw } = facts;
  if (options.stream === 'raw' && raw !== undefined) {
    refuseTooLarge(raw, options);
    await showRaw(facts, companions, store, options);
    return;
  }
  if (transcript === undefined) {
    // Shows the raw text, so that no other host's text stays on screen. The error says that the file is not a script
    // result.
    const refusal = new LiveResponseError('notAResult', { reason: facts.rejection?.reason ?? '' });
    // Shows the raw text from its start, because line, view and part were meant for the output. If that fails, the
    // error below is still thrown.
    const { preserveFocus } = options;
    if (raw !== undefined) await showRaw(facts, companions, store, { preserveFocus }).catch(() => undefined);
    throw refusal;
  }
  const onlyErrors = transcript.output.length === 0 && transcript.errors.length > 0;
  const wanted = options.stream === 'raw' ? undefined : options.stream;
  const stream = wanted ?? (onlyErrors ? 'errors' : 'output');
  refuseTooLarge(transcript[stream], options);
  // A line is counted in the text as received.
  const isPlain = options.view === undefined && options.line === undefined && options.asReceived !== true;
  const readable = isPlain && stream === 'errors' ? await readableErrors(facts, store) : {};
  const { shown, line } = await findPlace(store, facts, stream, { ...options, ...readable });

  const column = columnFor(facts, stream);
  const withCompanion =
    stream === 'output' && options.stream === undefined && transcript.errors.length > 0 && fitsWhole(transcript.errors);
  const side = withCompanion ? sideColumn(column, Math.max(transcript.errors.lines, transcript.errorLines)) : undefined;
  const replacesIn = tabsOf(facts.ref, stream).length === 0 ? column : undefined;
  await companions.during(facts.ref, { withErrors: withCompanion, replacesIn }, async () => {
    const errorsView = withCompanion ? await readableErrors(facts, store) : {};
    const openErrors = (viewColumn: ViewColumn, preview: boolean): Promise<void> =>
      open(facts, 'errors', { viewColumn, preserveFocus: true, preview }, errorsView);
    // The errors are opened first, and not as a preview. The output then opens in front of them in the same group.
    if (withCompanion && side === undefined) await openErrors(column, false);
    // In an existing group beside, the errors are also opened first. VS Code activates an existing group when it opens
    // a document there, even if the focus is preserved.
    if (side === 'below') await openErrors(await splitBelow(column), true);
    else if (side !== undefined && side !== ViewColumn.Beside) await openErrors(side, true);
    const { preserveFocus } = options;
    const where = { viewColumn: column, preserveFocus, preview: true, ...selectionOf(line, matchIn(shown, options)) };
    await open(facts, stream, where, shown);
    if (side === ViewColumn.Beside) await openErrors(side, true);
  });
}

async function showRaw(
  facts: StoredFacts,
  companions: CompanionTabs,
  store: Pick<ResultStore, 'parts'>,
  options: ShowOptions,
): Promise<void> {
  const { shown, line } = await findPlace(store, facts, 'raw', options);
  const where = { preserveFocus: options.preserveFocus, preview: true, ...selectionOf(line, matchIn(shown, options)) };
  const { viewColumn } = window.tabGroups.activeTabGroup;
  const replacesIn = tabsOf(facts.ref, 'raw').length === 0 ? viewColumn : undefined;
  await companions.during(facts.ref, { withErrors: false, replacesIn }, () => open(facts, 'raw', where, shown));
}

/**
 * Opens a document through a VS Code command. A document that an extension opens itself stays in memory for minutes
 * after its tab is closed. The text editor is always used, even if `workbench.editorAssociations` of a workspace names
 * another editor. The Markdown preview would load pictures whose addresses a device wrote.
 */
async function open(
  facts: StoredFacts,
  stream: ResultStream,
  options: TextDocumentShowOptions,
  shown?: ShownText,
): Promise<void> {
  const uri = documentUri(facts, stream, shown);
  await commands.executeCommand('vscode.openWith', openUri(uri, facts, stream) ?? uri, 'default', options);
}

/** Returns the address of an open tab with the same text. A tab of an earlier version may have another name. */
function openUri({ query }: Uri, { ref }: StoredFacts, stream: ResultStream): Uri | undefined {
  return tabsOf(ref, stream)
    .flatMap(({ input }) => (input instanceof TabInputText ? [input.uri] : []))
    .find((uri) => uri.query === query);
}

function refuseTooLarge(text: StreamFacts, { part }: ShowOptions): void {
  if (part !== 'whole' || text.documentBytes <= WHOLE_BYTES) return;
  throw new LiveResponseError('tooLargeToShow', { size: text.documentBytes, lines: text.lines });
}

/**
 * Returns the column in which the text is already open, or else the column of the active group. A group that contains
 * only errors is not used for another text if there is another group.
 */
function columnFor(facts: StoredFacts, stream: ResultStream): ViewColumn {
  const shown = tabsOf(facts.ref, stream)[0];
  if (shown !== undefined) return shown.group.viewColumn;
  return stream === 'errors' ? window.tabGroups.activeTabGroup.viewColumn : readingColumn();
}

/** Returns the column of the active group; of another group if the active one holds only errors. */
export function readingColumn(): ViewColumn {
  const active = window.tabGroups.activeTabGroup;
  if (!holdsOnly(active, 'errors')) return active.viewColumn;
  return window.tabGroups.all.find((group) => !holdsOnly(group, 'errors'))?.viewColumn ?? active.viewColumn;
}

/** Longest errors that are looked at before they open, in UTF-16 units. */
const MOST_ERRORS = 2_000_000;

/**
 * Returns the view in which errors open. Errors as CLIXML are two lines that no one reads, so they open in their readable
 * form. The status bar leads to the text as received.
 */
async function readableErrors(facts: StoredFacts, store: Pick<ResultStore, 'text'>): Promise<ShownText> {
  const { errors } = facts.transcript ?? {};
  if (errors === undefined || errors.length === 0 || errors.length > MOST_ERRORS) return {};
  const text = await store.text(facts.ref, 'errors').catch(() => undefined);
  return text !== undefined && isClixml(text) ? { view: 'clixml' } : {};
}

/** Shares of the height that the output and the errors below it get. */
const HEIGHTS = [{ size: 0.75 }, { size: 0.25 }];

/** Longest wait for the extension host to hear of a new group, in milliseconds. */
const GROUP_MS = 1000;

/** Divides the only group, and returns the column of the group below. The focus does not move. */
async function splitBelow(column: ViewColumn): Promise<ViewColumn> {
  const arrived = new Promise<void>((resolve) => {
    const listening = window.tabGroups.onDidChangeTabGroups(() => {
      if (window.tabGroups.all.length < 2) return;
      clearTimeout(late);
      listening.dispose();
      resolve();
    });
    const late = setTimeout(() => {
      listening.dispose();
      resolve();
    }, GROUP_MS);
  });
  await commands.executeCommand('vscode.setEditorLayout', { orientation: 1, groups: HEIGHTS });
  if (window.tabGroups.all.length < 2) await arrived;
  const below = window.tabGroups.all.find((group) => group.viewColumn > column);
  return below?.viewColumn ?? ViewColumn.Beside;
}

/**
 * Returns the column for the errors: a new group to the right or below, or the next group if it contains only result
 * documents. Otherwise undefined. Other groups stay where the user put them, so a new group below needs the only group.
 */
function sideColumn(column: ViewColumn, lines: number): ViewColumn | 'below' | undefined {
  const place = errorsPlace(lines);
  if (place === 'tab' || column === ViewColumn.Nine) return undefined;
  const group = window.tabGroups.all.find((one) => one.viewColumn - column === 1);
  if (group === undefined) {
    return place === 'below' && window.tabGroups.all.length === 1 ? 'below' : ViewColumn.Beside;
  }
  return group.tabs.every((tab) => addressOfTab(tab) !== undefined) ? group.viewColumn : undefined;
}

function holdsOnly(group: TabGroup, stream: ResultStream): boolean {
  return group.tabs.length > 0 && group.tabs.every((tab) => addressOfTab(tab)?.stream === stream);
}

function selectionOf(line: number | undefined, match?: LineMatch): Pick<TextDocumentShowOptions, 'selection'> {
  if (line === undefined) return {};
  const start = (match?.column ?? 1) - 1;
  return { selection: new Range(line - 1, start, line - 1, start + (match?.length ?? 0)) };
}

/** Returns the match to select. The columns of a part that begins within a line are not those of the complete text. */
function matchIn({ part }: ShownText, { match, view }: ShowOptions): LineMatch | undefined {
  const isShifted = part !== undefined && part !== 'whole' && part.column > 1;
  return isShifted || view !== undefined ? undefined : match;
}

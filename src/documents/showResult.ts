import { commands, Range, ViewColumn, window } from 'vscode';
import type { TabGroup, TextDocumentShowOptions } from 'vscode';
import { LiveResponseError } from '../base/errors.ts';
import { WHOLE_BYTES } from '../evidence/text/textParts.ts';
import type { ResultAddress, ResultStream } from '../base/resultUri.ts';
import type { TextView } from '../base/textView.ts';
import { opensErrorsBeside } from '../platform/config.ts';
import type { ResultStore } from '../results/resultStore.ts';
import type { StoredFacts, StreamFacts } from '../model/storedResult.ts';
import type { CompanionTabs } from './companionTabs.ts';
import { findPlace, fitsWhole } from './parts.ts';
import { addressOfTab, documentUri, tabsOf } from './resultUris.ts';
import type { ShownText } from './resultUris.ts';

export interface ShowOptions {
  /** Text to show in front. The default is the output, or the errors where there is no output. */
  readonly stream?: ResultStream | undefined;
  readonly preserveFocus: boolean;
  /** Line of the text to go to, from 1. The part that holds it is shown. */
  readonly line?: number | undefined;
  /** View of the text. The default is the text as it was received. */
  readonly view?: TextView | undefined;
  /** Part of a text that is shown in parts. The default is the part that holds the line, else the first one. */
  readonly part?: ResultAddress['part'];
}

/**
 * Shows a stored result: the output in front, its errors beside. Of a file that is no result, shows the raw text. The errors never cover one of the user's own
 * documents: where the group beside holds one, they become a tab behind the output.
 *
 * @throws LiveResponseError `notAResult`; `tooLargeToShow` for a whole text that VS Code would not open
 */
export async function showResult(
  facts: StoredFacts,
  companions: CompanionTabs,
  store: Pick<ResultStore, 'parts'>,
  options: ShowOptions,
): Promise<void> {
  const { transcript, raw } = facts;
  if (options.stream === 'raw' && raw !== undefined) {
    refuseTooLarge(raw, options);
    await showRaw(facts, companions, store, options);
    return;
  }
  if (transcript === undefined) {
    // The raw text, so that no other host's text stays on screen; the failure says what it is.
    const refusal = new LiveResponseError('notAResult', { reason: facts.rejection?.reason ?? '' });
    // From its start: line, view and part were meant for the output. Whatever happens, the refusal is what counts.
    const { preserveFocus } = options;
    if (raw !== undefined) await showRaw(facts, companions, store, { preserveFocus }).catch(() => undefined);
    throw refusal;
  }
  const onlyErrors = transcript.output.length === 0 && transcript.errors.length > 0;
  const wanted = options.stream === 'raw' ? undefined : options.stream;
  const stream = wanted ?? (onlyErrors ? 'errors' : 'output');
  refuseTooLarge(transcript[stream], options);
  const { shown, line } = await findPlace(store, facts, stream, options);

  const column = columnFor(facts, stream);
  const withCompanion =
    stream === 'output' && options.stream === undefined && transcript.errors.length > 0 && fitsWhole(transcript.errors);
  const side = withCompanion ? sideColumn(column) : undefined;
  await companions.during(facts.ref, withCompanion, async () => {
    const openErrors = (viewColumn: ViewColumn, preview: boolean): Promise<void> =>
      open(facts, 'errors', { viewColumn, preserveFocus: true, preview });
    // Opened first and not as a preview, so that the output then stands before it in the same group.
    if (withCompanion && side === undefined) await openErrors(column, false);
    // Also opened first. Whatever the focus, VS Code activates the group that it opens into, unless that is a new one
    // beside.
    if (side !== undefined && side !== ViewColumn.Beside) await openErrors(side, true);
    const { preserveFocus } = options;
    await open(facts, stream, { viewColumn: column, preserveFocus, preview: true, ...selectionOf(line) }, shown);
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
  const where = { preserveFocus: options.preserveFocus, preview: true, ...selectionOf(line) };
  await companions.during(facts.ref, false, () => open(facts, 'raw', where, shown));
}

/**
 * Opens a document through a VS Code command. A document that an extension opens itself stays in memory for minutes
 * after its tab is closed. The text editor is always used, whatever `workbench.editorAssociations` of a workspace says:
 * the Markdown preview would load pictures that a device names.
 */
async function open(
  facts: StoredFacts,
  stream: ResultStream,
  options: TextDocumentShowOptions,
  shown?: ShownText,
): Promise<void> {
  await commands.executeCommand('vscode.openWith', documentUri(facts, stream, shown), 'default', options);
}

function refuseTooLarge(text: StreamFacts, { part }: ShowOptions): void {
  if (part !== 'whole' || text.documentBytes <= WHOLE_BYTES) return;
  throw new LiveResponseError('tooLargeToShow', { size: text.documentBytes, lines: text.lines });
}

/**
 * Returns the column where the text is open already, else that of the active group. A group that holds only errors is
 * avoided.
 */
function columnFor(facts: StoredFacts, stream: ResultStream): ViewColumn {
  const shown = tabsOf(facts.ref, stream)[0];
  if (shown !== undefined) return shown.group.viewColumn;
  const active = window.tabGroups.activeTabGroup;
  if (stream === 'errors' || !holdsOnly(active, 'errors')) return active.viewColumn;
  return window.tabGroups.all.find((group) => !holdsOnly(group, 'errors'))?.viewColumn ?? active.viewColumn;
}

/**
 * Returns the column to the right for the errors: a new group, or one that holds only result documents; else undefined.
 */
function sideColumn(column: ViewColumn): ViewColumn | undefined {
  if (!opensErrorsBeside() || column === ViewColumn.Nine) return undefined;
  const group = window.tabGroups.all.find((one) => one.viewColumn - column === 1);
  if (group === undefined) return ViewColumn.Beside;
  return group.tabs.every((tab) => addressOfTab(tab) !== undefined) ? group.viewColumn : undefined;
}

function holdsOnly(group: TabGroup, stream: ResultStream): boolean {
  return group.tabs.length > 0 && group.tabs.every((tab) => addressOfTab(tab)?.stream === stream);
}

function selectionOf(line: number | undefined): Pick<TextDocumentShowOptions, 'selection'> {
  return line === undefined ? {} : { selection: new Range(line - 1, 0, line - 1, 0) };
}

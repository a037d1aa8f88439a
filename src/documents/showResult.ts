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
  /** Which text is wanted in front; by default the output, or the errors where there is no output. */
  readonly stream?: ResultStream | undefined;
  readonly preserveFocus: boolean;
  /** Line of the text to jump to, from 1: in the part that holds it. */
  readonly line?: number | undefined;
  /** How the text is read; by default as it was received. */
  readonly view?: TextView | undefined;
  /** Which part of a text that is shown in parts; by default the first one, or the one that holds the line. */
  readonly part?: ResultAddress['part'];
}

/**
 * Shows a stored result: output in front, its errors beside. The errors never cover a document of the user's: where
 * the group beside holds one, they become a tab behind the output.
 *
 * @throws LiveResponseError `notAResult`; `tooLargeToShow` where a text is wanted whole that VS Code would not open
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
    const { shown, line } = await findPlace(store, facts, 'raw', options);
    await open(facts, 'raw', { preserveFocus: options.preserveFocus, preview: true, ...selectionOf(line) }, shown);
    return;
  }
  if (transcript === undefined) throw new LiveResponseError('notAResult', { reason: facts.rejection?.reason ?? '' });
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
    // Opened first and for good, so that the output then stands before it in the same group.
    if (withCompanion && side === undefined) await openErrors(column, false);
    // First, too: whatever the focus, VS Code makes the group active that it opens into, unless that is a new one beside.
    if (side !== undefined && side !== ViewColumn.Beside) await openErrors(side, true);
    const { preserveFocus } = options;
    await open(facts, stream, { viewColumn: column, preserveFocus, preview: true, ...selectionOf(line) }, shown);
    if (side === ViewColumn.Beside) await openErrors(side, true);
  });
}

/**
 * By a command of VS Code: a document that an extension opened itself stays in memory for minutes after its tab is
 * closed. In the text editor, whatever `workbench.editorAssociations` of a workspace says: the preview of Markdown
 * would load the pictures that a device names.
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

/** Where it is open already; else the active group, unless that is the one that holds nothing but errors. */
function columnFor(facts: StoredFacts, stream: ResultStream): ViewColumn {
  const shown = tabsOf(facts.ref, stream)[0];
  if (shown !== undefined) return shown.group.viewColumn;
  const active = window.tabGroups.activeTabGroup;
  if (stream === 'errors' || !holdsOnly(active, 'errors')) return active.viewColumn;
  return window.tabGroups.all.find((group) => !holdsOnly(group, 'errors'))?.viewColumn ?? active.viewColumn;
}

/** The group to the right, where the errors may stand: a new one, or one that holds only documents of ours. */
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

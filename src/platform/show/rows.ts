import { TreeItem, TreeItemCheckboxState, TreeItemCollapsibleState } from 'vscode';
import type { MarkdownString, TreeItemLabel } from 'vscode';
import { oneLine } from '../remoteText.ts';

/** Texts of a tree row. They may contain untrusted values, for example from a device. */
export interface RowTexts {
  /** Label of the row. In a label with highlights, no character changes its position. */
  readonly label: string | TreeItemLabel;
  readonly description?: string;
  readonly tooltip?: string;
  /** Text that a screen reader reads instead of the label and the description. */
  readonly spoken?: string;
}

/** Invisible characters; see `oneLine`. */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** Longest text, in UTF-16 units. A row of any width shows less than this. */
const MAX_LENGTH = 500;

/**
 * Creates a row. VS Code shows its texts as plain text. A name from a device is shortened and cannot begin a new line.
 */
export function createRow(
  { label, description, tooltip, spoken }: RowTexts,
  state: TreeItemCollapsibleState = TreeItemCollapsibleState.None,
): TreeItem {
  const item = new TreeItem(typeof label === 'string' ? bounded(label) : inPlace(label), state);
  if (description !== undefined) item.description = bounded(description);
  if (tooltip !== undefined) item.tooltip = bounded(tooltip);
  if (spoken !== undefined) item.accessibilityInformation = { label: bounded(spoken) };
  return item;
}

/** Replaces invisible characters of a label one UTF-16 unit at a time, because its highlights refer to positions. */
function inPlace({ label, ...rest }: TreeItemLabel): TreeItemLabel {
  return { ...rest, label: label.replaceAll(UNSHOWN, (unit) => '\ufffd'.repeat(unit.length)) };
}

function bounded(text: string): string {
  return oneLine(text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`);
}

/** Sets a hover that a function of `hovers.ts` created. */
export function setRowHover(item: TreeItem, hover: MarkdownString): void {
  item.tooltip = hover;
}

/** Words for a row's description, and what a screen reader reads behind the others. */
export interface AddedTexts {
  readonly first: readonly string[];
  readonly last: readonly string[];
  readonly spoken?: string;
}

/** Adds words to a row's description, and to what a screen reader reads. */
export function addToRow(item: TreeItem, { first, last, spoken }: AddedTexts): void {
  const before = typeof item.description === 'string' && item.description !== '' ? [item.description] : [];
  item.description = [...first.map(bounded), ...before, ...last.map(bounded)].join(' · ');
  const { accessibilityInformation } = item;
  if (accessibilityInformation === undefined) return;
  const label = [
    accessibilityInformation.label,
    ...[...first, ...last, ...(spoken === undefined ? [] : [spoken])].map(bounded),
  ].join(', ');
  item.accessibilityInformation = { ...accessibilityInformation, label };
}

/** Gives a row a check box. Its name says what it is about, because a screen reader reads it without the row. */
export function setRowCheck(item: TreeItem, isChecked: boolean, name: string): void {
  const label = typeof item.label === 'string' ? item.label : (item.label?.label ?? '');
  const words = typeof item.description === 'string' ? `${label} ${item.description}` : label;
  item.checkboxState = {
    state: isChecked ? TreeItemCheckboxState.Checked : TreeItemCheckboxState.Unchecked,
    tooltip: bounded(name),
    accessibilityInformation: { label: bounded(`${name}: ${words}`) },
  };
}

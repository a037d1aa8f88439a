import { TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { MarkdownString, TreeItemLabel } from 'vscode';
import { oneLine } from '../remoteText.ts';

/** What a row of a tree says. Values may come from anywhere. */
export interface RowTexts {
  /** In a label with highlights each character keeps its place. */
  readonly label: string | TreeItemLabel;
  readonly description?: string;
  readonly tooltip?: string;
  /** What a screen reader says in place of label and description. */
  readonly spoken?: string;
}

/** What is no visible character, see `oneLine`. */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** More than a row can show, at any width. */
const MAX_LENGTH = 500;

/** Creates a row. VS Code shows its texts as plain text; a name from a device is bounded, and stays in its line. */
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

/** Cleans a label unit for unit: its highlights count on the places. */
function inPlace({ label, ...rest }: TreeItemLabel): TreeItemLabel {
  return { ...rest, label: label.replaceAll(UNSHOWN, (unit) => '\ufffd'.repeat(unit.length)) };
}

function bounded(text: string): string {
  return oneLine(text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`);
}

/** Gives a row a hover that `hovers.ts` made. */
export function setRowHover(item: TreeItem, hover: MarkdownString): void {
  item.tooltip = hover;
}

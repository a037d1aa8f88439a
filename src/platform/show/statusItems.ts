import { StatusBarAlignment, window } from 'vscode';
import type { MarkdownString, StatusBarItem } from 'vscode';
import { plainLabel, plainSentence } from '../remoteText.ts';

/** Texts of a status bar item. */
export interface StatusTexts {
  /** Name of a product icon. Never comes from a device. */
  readonly icon: string;
  readonly text: string;
  /** Tooltip: a sentence, or a hover that a function of `hovers.ts` created. */
  readonly tooltip: string | MarkdownString;
}

/** Creates an item on the right of the status bar. It stays hidden until {@link showStatus} is called. */
export function createStatusItem(id: string, name: string, priority: number): StatusBarItem {
  const item = window.createStatusBarItem(id, StatusBarAlignment.Right, priority);
  item.name = name;
  return item;
}

/** Shows an item with these texts. Values in the texts may come from anywhere; no value becomes an icon or a link. */
export function showStatus(item: StatusBarItem, { icon, text, tooltip }: StatusTexts): void {
  item.text = `$(${icon}) ${plainLabel(text)}`;
  item.tooltip = typeof tooltip === 'string' ? plainSentence(tooltip) : tooltip;
  item.accessibilityInformation = { label: plainSentence(text) };
  item.show();
}

import type { TreeView } from 'vscode';
import { oneLine } from '../remoteText.ts';

/** Texts at the head of a view. A field that is left out stays unchanged; an empty message shows nothing. */
export interface ViewTexts {
  readonly title?: string;
  readonly message?: string;
}

/** Changes the title and the message of a view. VS Code shows both as plain text. */
export function describeTreeView<Node>(view: TreeView<Node>, { title, message }: ViewTexts): void {
  if (title !== undefined) view.title = oneLine(title);
  if (message !== undefined) view.message = oneLine(message);
}

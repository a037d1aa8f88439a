import type { TreeView } from 'vscode';
import { oneLine } from '../remoteText.ts';

/** Texts above the rows of a view. A field that is left out stays unchanged. An empty message removes the message. */
export interface ViewTexts {
  readonly title?: string;
  readonly message?: string;
}

/** Changes the title and the message of a view. VS Code shows both as plain text. */
export function describeTreeView<Node>(view: TreeView<Node>, { title, message }: ViewTexts): void {
  if (title !== undefined) view.title = oneLine(title);
  if (message !== undefined) view.message = oneLine(message);
}

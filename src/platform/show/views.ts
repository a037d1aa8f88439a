import type { TreeView } from 'vscode';
import { oneLine } from '../remoteText.ts';

/** Texts above the rows of a view. A field that is left out stays unchanged. An empty message removes the message. */
export interface ViewTexts {
  readonly title?: string;
  readonly message?: string;
  /** Text beside the title. An empty description removes it. */
  readonly description?: string;
}

/** Changes the title, the message and the description of a view. VS Code shows all as plain text. */
export function describeTreeView<Node>(view: TreeView<Node>, { title, message, description }: ViewTexts): void {
  if (title !== undefined) view.title = oneLine(title);
  if (description !== undefined) view.description = oneLine(description);
  if (message !== undefined) view.message = oneLine(message);
}

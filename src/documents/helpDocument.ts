import { l10n, Uri, window, workspace } from 'vscode';
import type { Disposable } from 'vscode';
import { helpText } from '../messages/accessibilityWords.ts';

const SCHEME = 'live-response-help';
const MANAGED = 'managed';

/** Read-only texts about the extension in an editor, because every screen reader can read editors. */
export class HelpDocument implements Disposable {
  readonly #provider: Disposable;

  /** @param managedPage - builds the page of the managed settings */
  constructor(managedPage: () => string) {
    this.#provider = workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: ({ query }) => (query === MANAGED ? managedPage() : helpText()),
    });
  }

  async show(): Promise<void> {
    await showPage(l10n.t('Live Response Accessibility Help'));
  }

  /** Shows the managed settings. */
  async showManaged(): Promise<void> {
    await showPage(l10n.t('Live Response Managed Settings'), MANAGED);
  }

  dispose(): void {
    this.#provider.dispose();
  }
}

async function showPage(name: string, query = ''): Promise<void> {
  // The file ending gives the document the language of reports. In this language, VS Code wraps long lines.
  const document = await workspace.openTextDocument(Uri.from({ scheme: SCHEME, path: `/${name}.lr-report`, query }));
  await window.showTextDocument(document, { preview: true });
}

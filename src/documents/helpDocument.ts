import { l10n, Uri, window, workspace } from 'vscode';
import type { Disposable } from 'vscode';
import { helpText } from '../messages/accessibilityWords.ts';

const SCHEME = 'live-response-help';

/** Accessibility help: a read-only text in an editor, because every screen reader can read editors. */
export class HelpDocument implements Disposable {
  readonly #provider = workspace.registerTextDocumentContentProvider(SCHEME, { provideTextDocumentContent: helpText });

  async show(): Promise<void> {
    // The file ending gives the document the language of reports. In this language, VS Code wraps long lines.
    const path = `/${l10n.t('Live Response Accessibility Help')}.lr-report`;
    const document = await workspace.openTextDocument(Uri.from({ scheme: SCHEME, path }));
    await window.showTextDocument(document, { preview: true });
  }

  dispose(): void {
    this.#provider.dispose();
  }
}

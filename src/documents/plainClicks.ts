import { commands, TextEditorSelectionChangeKind, window } from 'vscode';
import type { Disposable, DocumentLink, Selection, TextDocument, TextEditor } from 'vscode';

/**
 * Time after which a click that began no selection counts as a plain click, in milliseconds. A second click or a drag
 * within this time selects text.
 */
const CLICK_MS = 350;

/**
 * Follows links of this extension's pages by a plain click. VS Code itself follows links only with a modifier key.
 * Only links that open a result are followed, because other steps must not run by a stray click.
 */
export class PlainClicks implements Disposable {
  readonly #linksOf: (document: TextDocument) => readonly DocumentLink[];
  readonly #follows: (command: string) => boolean;
  readonly #subscription: Disposable;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Starts listening for clicks.
   *
   * @param linksOf - returns the links of a page, none for any other document
   * @param follows - whether a plain click runs the command of a link
   */
  constructor(linksOf: (document: TextDocument) => readonly DocumentLink[], follows: (command: string) => boolean) {
    this.#linksOf = linksOf;
    this.#follows = follows;
    this.#subscription = window.onDidChangeTextEditorSelection(({ kind, selections, textEditor }) => {
      clearTimeout(this.#timer);
      const [selection, another] = selections;
      if (kind !== TextEditorSelectionChangeKind.Mouse || selection?.isEmpty !== true || another !== undefined) return;
      const target = this.#commandAt(textEditor.document, selection);
      if (target === undefined) return;
      this.#timer = setTimeout(() => {
        if (isStill(textEditor, selection)) void commands.executeCommand(target.command, ...target.args);
      }, CLICK_MS);
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscription.dispose();
  }

  #commandAt(
    document: TextDocument,
    { active }: Selection,
  ): { readonly command: string; readonly args: unknown[] } | undefined {
    const link = this.#linksOf(document).find(({ range }) => range.contains(active) && !range.end.isEqual(active));
    if (link?.target?.scheme !== 'command' || !this.#follows(link.target.path)) return undefined;
    const { path, query } = link.target;
    const args: unknown = query === '' ? [] : JSON.parse(query);
    return { command: path, args: Array.isArray(args) ? args : [] };
  }
}

/** Whether the same document is still active, with the same selection. */
function isStill({ document }: TextEditor, selection: Selection): boolean {
  const editor = window.activeTextEditor;
  return editor?.document === document && editor.selections.length === 1 && editor.selection.isEqual(selection);
}

import { l10n, Range, ThemeColor, window, workspace } from 'vscode';
import type { Disposable, TextEditor } from 'vscode';
import { parseResultUri } from '../../base/resultUri.ts';
import type { ResultAddress } from '../../base/resultUri.ts';
import { isRunnersLine } from '../../evidence/text/runnersLine.ts';
import { withoutEnd } from '../../evidence/text/trimEnds.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import type { ResultStore } from '../../results/resultStore.ts';

/** Longest first line that is compared with the line of the script runner, in UTF-16 units. */
const LONGEST_RUNNERS_LINE = 1000;

/**
 * Marks in the editors of results: dims the parts that the script did not write, and says in an empty text that it is
 * empty. The text itself stays unchanged, and copies contain no mark.
 */
export class ReadingMarks implements Disposable {
  readonly #store: Pick<ResultStore, 'facts'>;
  readonly #dimmed = window.createTextEditorDecorationType({ opacity: '0.55' });
  readonly #empty = window.createTextEditorDecorationType({
    before: { color: new ThemeColor('editorGhostText.foreground'), fontStyle: 'italic' },
  });
  readonly #subscriptions: readonly Disposable[];

  constructor(store: Pick<ResultStore, 'facts' | 'onDidStore'>) {
    this.#store = store;
    const update = (): void => {
      for (const editor of window.visibleTextEditors) void this.#mark(editor);
    };
    this.#subscriptions = [
      this.#dimmed,
      this.#empty,
      window.onDidChangeVisibleTextEditors(update),
      workspace.onDidChangeTextDocument(({ document }) => {
        for (const editor of window.visibleTextEditors) if (editor.document === document) void this.#mark(editor);
      }),
      store.onDidStore(update),
    ];
    update();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #mark(editor: TextEditor): Promise<void> {
    const address = parseResultUri(editor.document.uri);
    if (address === undefined || address.stream === 'raw') return;
    // A failure of the store is reported when the user opens a result.
    const facts = await this.#store.facts(address).catch(() => undefined);
    if (facts === undefined) return;
    editor.setDecorations(this.#dimmed, [...runnersLine(editor, address), ...trailingNuls(editor, address, facts)]);
    const isEmpty = facts.transcript?.[address.stream].length === 0;
    const contentText = address.stream === 'errors' ? l10n.t('No errors') : l10n.t('No output');
    const start = new Range(0, 0, 0, 0);
    editor.setDecorations(this.#empty, isEmpty ? [{ range: start, renderOptions: { before: { contentText } } }] : []);
  }
}

/** Returns the range of the line that Defender's script runner writes before the output. */
function runnersLine({ document }: TextEditor, { stream, part, view }: ResultAddress): Range[] {
  const isStart = part === undefined || part === 'whole';
  if (stream !== 'output' || !isStart || view !== undefined || document.lineCount === 0) return [];
  const { range, text } = document.lineAt(0);
  return text.length <= LONGEST_RUNNERS_LINE && isRunnersLine(text) ? [range] : [];
}

/** Returns the range of the NULs at the end of a text, which the editor shows as ␀. */
function trailingNuls({ document }: TextEditor, { stream, part, view }: ResultAddress, facts: StoredFacts): Range[] {
  const nuls = stream === 'raw' ? 0 : (facts.transcript?.[stream].trailingNuls ?? 0);
  if (nuls === 0 || part !== undefined || view !== undefined || document.lineCount === 0) return [];
  const { range, text } = document.lineAt(document.lineCount - 1);
  const end = text.slice(-nuls);
  const shown = end.length - withoutEnd(end, '\u2400').length;
  return shown === 0 ? [] : [range.with(range.end.translate(0, -shown))];
}

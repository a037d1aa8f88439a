import { CommentThreadCollapsibleState, l10n, Range, window, workspace } from 'vscode';
import type { CommentController, CommentThread, Disposable, TextDocument } from 'vscode';
import { parseResultUri } from '../../base/resultUri.ts';
import type { ResultAddress } from '../../base/resultUri.ts';
import type { ActiveCase } from '../../case/activeCase.ts';
import type { CaseMarks } from '../../case/marks/caseMarks.ts';
import type { MarkedLines } from '../../case/marks/markLine.ts';
import type { Remark } from '../../case/marks/mergeMarks.ts';
import { toWholeRanges } from '../../evidence/text/textParts.ts';
import { createRemarkController, describeThread, isEditing, toComment } from '../../platform/show/remarks.ts';
import type { RemarkComment } from '../../platform/show/remarks.ts';
import type { ResultStore } from '../../results/resultStore.ts';

/** Id of the controller; the `when` clauses of its menus name it. */
const CONTROLLER = 'liveResponse.remarks';
/** Threads that a document gets. Anyone who can write the case's folder can write more. */
const MOST_THREADS = 500;

export interface RemarkThreadsParts {
  readonly activeCase: Pick<ActiveCase, 'current'>;
  readonly marks: Pick<CaseMarks, 'isAnyShown' | 'isMarkable' | 'of' | 'onDidChange'>;
  readonly store: Pick<ResultStore, 'facts'>;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Remarks on the lines of result documents, as threads of VS Code's comments. The controller exists only while a case is
 * open, or a pack that came with marks. Nothing here moves the focus.
 */
export class RemarkThreads implements Disposable {
  readonly #parts: RemarkThreadsParts;
  readonly #subscriptions: readonly { readonly dispose: () => unknown }[];
  /** Threads of open documents, by address and first and last line. */
  readonly #threads = new Map<string, Map<string, CommentThread>>();
  /** Remarks that a thread shows. */
  readonly #shown = new WeakMap<CommentThread, string>();
  #controller: CommentController | undefined;
  /** Remark whose thread is to be open when its document is shown. */
  #wanted: string | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(parts: RemarkThreadsParts) {
    this.#parts = parts;
    const update = (): void => {
      this.#update();
    };
    this.#subscriptions = [
      parts.marks.onDidChange(update),
      window.onDidChangeVisibleTextEditors(update),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (parseResultUri(document.uri) !== undefined) update();
      }),
      workspace.onDidCloseTextDocument(({ uri }) => {
        this.#drop(uri.toString());
      }),
    ];
    update();
  }

  /** Opens the thread of a remark, now or when its document is shown. */
  reveal(key: string): void {
    this.#wanted = key;
    this.#update();
  }

  /**
   * Returns the lines that a thread is about, in the whole text.
   *
   * @returns undefined if the thread is not one of a stored result that can be marked
   */
  async placeOf({ uri, range }: CommentThread): Promise<MarkedLines | undefined> {
    const address = parseResultUri(uri);
    const facts = address === undefined ? undefined : await this.#parts.store.facts(address);
    const [whole] = address === undefined || range === undefined ? [] : toWholeRanges(address, [range]);
    if (address === undefined || facts === undefined || whole === undefined) return undefined;
    if (!this.#parts.marks.isMarkable(address)) return undefined;
    const { cloud, tenantId, actionId, commandIndex, stream, view } = address;
    return {
      ...{ cloud, tenantId, actionId, commandIndex, stream },
      ...(view === undefined ? {} : { view }),
      sha256: facts.sha256,
      lines: [whole.start.line + 1, whole.end.line + 1],
    };
  }

  /**
   * Takes over a thread that the person has begun, while its remark is written, so that the focus stays in it. If the
   * lines have a thread already, that one gets the remark.
   */
  async adopt(thread: CommentThread, { lines }: MarkedLines, write: () => Promise<void>): Promise<void> {
    const uri = thread.uri.toString();
    const key = lines.join('-');
    const own = this.#ownOf(uri);
    const known = own.get(key);
    if (known === undefined) own.set(key, thread);
    try {
      await write();
    } catch (error) {
      if (known === undefined) own.delete(key);
      throw error;
    }
    if (known !== undefined && known !== thread) {
      known.collapsibleState = CommentThreadCollapsibleState.Expanded;
      thread.dispose();
    }
  }

  /** Finds the thread of a comment. */
  threadOf(comment: RemarkComment): CommentThread | undefined {
    const all = [...this.#threads.values()].flatMap((own) => [...own.values()]);
    return all.find((thread) => thread.comments.includes(comment));
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#close();
  }

  #ownOf(uri: string): Map<string, CommentThread> {
    const own = this.#threads.get(uri) ?? new Map<string, CommentThread>();
    this.#threads.set(uri, own);
    return own;
  }

  #close(): void {
    for (const uri of [...this.#threads.keys()]) this.#drop(uri);
    this.#controller?.dispose();
    this.#controller = undefined;
  }

  #drop(uri: string): void {
    for (const thread of this.#threads.get(uri)?.values() ?? []) thread.dispose();
    this.#threads.delete(uri);
  }

  #update(): void {
    if (!this.#parts.marks.isAnyShown) {
      this.#close();
      return;
    }
    this.#controller ??= createController((address) => this.#parts.marks.isMarkable(address));
    this.#queue = this.#queue
      .then(async () => {
        for (const { document } of window.visibleTextEditors) await this.#show(document);
      })
      .catch(this.#parts.onFailure);
  }

  async #show(document: TextDocument): Promise<void> {
    const address = parseResultUri(document.uri);
    if (address === undefined) return;
    const { marks, store } = this.#parts;
    const uri = document.uri.toString();
    const { remarks } = marks.of(address);
    if (remarks.length === 0 && !this.#threads.has(uri)) return;
    const facts = await store.facts(address);
    const controller = this.#controller;
    // The case may have been closed meanwhile, or the document.
    if (controller === undefined || document.isClosed) return;
    const here = remarks.filter(({ on }) => on.sha256 === facts?.sha256 && isAbout(on, address));
    const own = this.#ownOf(uri);
    const byLines = Map.groupBy(here, ({ on }) => on.lines.join('-'));
    for (const [lines, thread] of own) {
      // One without a remark was just begun.
      if (byLines.has(lines) || isEditing(thread) || thread.comments.length === 0) continue;
      thread.dispose();
      own.delete(lines);
    }
    for (const [lines, group] of byLines) {
      const range = rangeIn(document, address, group[0]?.on);
      if (range === undefined) continue;
      if (!own.has(lines) && own.size >= MOST_THREADS) break;
      this.#fill(own.get(lines) ?? begin(controller, document, range, own, lines), group, address);
    }
  }

  #fill(thread: CommentThread, remarks: readonly Remark[], address: ResultAddress): void {
    // A pack can hold remarks under this person's pseudonym. They are nobody's own.
    thread.canReply = this.#parts.marks.isMarkable(address);
    // A text that is being typed stays.
    const writer = thread.canReply ? this.#parts.activeCase.current?.writer : undefined;
    const shown = JSON.stringify([writer, remarks]);
    if (!isEditing(thread) && this.#shown.get(thread) !== shown) {
      this.#shown.set(thread, shown);
      thread.comments = remarks.map((remark) => toComment({ ...remark, isOwn: remark.who === writer }));
      describeThread(thread, l10n.t('Remarks: {0}', linesOf(remarks[0]?.on.lines ?? [0, 0])));
    }
    if (remarks.some(({ key }) => key === this.#wanted)) {
      thread.collapsibleState = CommentThreadCollapsibleState.Expanded;
      this.#wanted = undefined;
    }
  }
}

/** Returns lines in words, such as `line 3` or `lines 3–5`. */
export function linesOf([first, last]: readonly [number, number]): string {
  return first === last ? l10n.t('line {0}', first) : l10n.t('lines {0}–{1}', first, last);
}

/** @param isMarkable - whether a remark can be written on a result */
function createController(isMarkable: (address: ResultAddress) => boolean): CommentController {
  const controller = createRemarkController(CONTROLLER, l10n.t('Remarks'), {
    prompt: l10n.t('Add a remark to the case'),
    placeHolder: l10n.t('Everybody who can read the folder of the case can read it'),
  });
  controller.commentingRangeProvider = {
    provideCommentingRanges: (document) => {
      const address = parseResultUri(document.uri);
      if (address === undefined || !isMarkable(address)) return [];
      return [new Range(0, 0, Math.max(0, document.lineCount - 1), 0)];
    },
  };
  return controller;
}

function begin(
  controller: CommentController,
  document: TextDocument,
  range: Range,
  own: Map<string, CommentThread>,
  lines: string,
): CommentThread {
  const thread = controller.createCommentThread(document.uri, range, []);
  thread.collapsibleState = CommentThreadCollapsibleState.Collapsed;
  own.set(lines, thread);
  return thread;
}

/** Whether a remark of the result is about the text that a document shows. Another view has other lines. */
function isAbout(on: MarkedLines, address: ResultAddress): boolean {
  return on.stream === address.stream && on.view === address.view;
}

/** Returns the lines of a remark in a document; undefined if the document shows another part of the text. */
function rangeIn(document: TextDocument, { part }: ResultAddress, on: MarkedLines | undefined): Range | undefined {
  const before = part === undefined || part === 'whole' ? 0 : part.line - 1;
  const [first, last] = on?.lines ?? [0, 0];
  if (first - before < 1 || last - before > document.lineCount) return undefined;
  return new Range(first - before - 1, 0, last - before - 1, 0);
}

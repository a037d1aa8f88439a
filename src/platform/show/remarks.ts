import { CommentMode, comments } from 'vscode';
import type { Comment, CommentController, CommentThread } from 'vscode';
import { oneLine, plainSentence } from '../remoteText.ts';

/** Remark as a thread shows it. Its text may come from anyone who can write the case's folder. */
export interface ShownRemark {
  /** Identifies the remark. */
  readonly key: string;
  readonly who: string;
  /** Time in ISO 8601. */
  readonly at: string;
  readonly text: string;
  /** Whether this person wrote it, and so can change it. */
  readonly isOwn: boolean;
}

/** Comment of a thread, with the remark that it shows. */
export interface RemarkComment extends Comment {
  readonly remark: ShownRemark;
}

/** Creates the controller of remarks. VS Code draws it in the editors of results, and nowhere else. */
export function createRemarkController(
  id: string,
  label: string,
  { prompt, placeHolder }: { readonly prompt: string; readonly placeHolder: string },
): CommentController {
  const controller = comments.createCommentController(id, plainSentence(label));
  controller.options = { prompt: plainSentence(prompt), placeHolder: plainSentence(placeHolder) };
  return controller;
}

/**
 * Returns a remark as a comment. Its body is a string and not Markdown: VS Code shows it as characters, so that nothing in
 * it becomes a link, an image, an icon or a command.
 */
export function toComment(remark: ShownRemark): RemarkComment {
  return {
    remark,
    body: plainLines(remark.text),
    author: { name: oneLine(remark.who) },
    timestamp: new Date(remark.at),
    mode: CommentMode.Preview,
    contextValue: remark.isOwn ? 'own' : 'other',
  };
}

/** Whether an argument of a command is one of our comments. */
export function isRemarkComment(value: unknown): value is RemarkComment {
  return typeof value === 'object' && value !== null && 'remark' in value && 'body' in value;
}

/** Returns the text in the editor of a comment. */
export function textOf({ body }: Comment): string {
  return typeof body === 'string' ? body : body.value;
}

/** Opens the editor of a comment, or shows the comment again. VS Code reads the comments of a thread when they are set. */
export function setEditing(thread: CommentThread, comment: RemarkComment, mode: 'edit' | 'show'): void {
  thread.comments = thread.comments.map((one) => {
    if (one !== comment) return one;
    return { ...toComment(comment.remark), mode: mode === 'edit' ? CommentMode.Editing : CommentMode.Preview };
  });
}

/** Whether a comment of the thread is being edited. */
export function isEditing(thread: CommentThread): boolean {
  return thread.comments.some(({ mode }) => mode === CommentMode.Editing);
}

/** Describes a thread, in its head and for a screen reader. */
export function describeThread(thread: CommentThread, label: string): void {
  thread.label = plainSentence(label);
}

/** Returns a text of several lines, each without characters that are not seen. */
function plainLines(text: string): string {
  return text
    .split(/\r\n|\r|\n/u)
    .map((line) => oneLine(line.replaceAll('\t', '    ')))
    .join('\n');
}

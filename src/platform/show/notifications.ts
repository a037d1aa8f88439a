import { ProgressLocation, window } from 'vscode';
import type { CancellationToken, Progress } from 'vscode';
import { plainSentence } from '../remoteText.ts';

/** How much a message asks for attention. */
export type Severity = 'information' | 'warning' | 'error';

/** A question that VS Code asks in a dialog. */
export interface Question {
  readonly severity: Exclude<Severity, 'error'>;
  readonly question: string;
  /** Shown below the question, each as a line of its own. */
  readonly details?: readonly string[];
}

/** Gets VS Code's own function for a severity. */
function showerOf(severity: Severity): typeof window.showInformationMessage {
  return {
    information: window.showInformationMessage,
    warning: window.showWarningMessage,
    error: window.showErrorMessage,
  }[severity];
}

/**
 * Shows a notification. Values in its text may come from anywhere: none becomes a link.
 *
 * @param buttons - texts of ours
 * @returns the button that was pressed; undefined when the notification was closed
 */
export function notify<Button extends string>(
  severity: Severity,
  message: string,
  ...buttons: readonly Button[]
): Thenable<Button | undefined> {
  return showerOf(severity)(plainSentence(message), ...buttons);
}

/**
 * Asks in a modal dialog.
 *
 * @returns the button that was pressed; undefined when the dialog was cancelled
 */
export function ask<Button extends string>(
  { severity, question, details = [] }: Question,
  ...buttons: readonly Button[]
): Thenable<Button | undefined> {
  const detail = details.map(plainSentence).join('\n');
  const options = { modal: true, ...(detail === '' ? {} : { detail }) };
  return showerOf(severity)(plainSentence(question), options, ...buttons);
}

/** Shows a short confirmation in the status bar, for so many ms. */
export function confirmInStatusBar(message: string, ms: number): void {
  window.setStatusBarMessage(plainSentence(message), ms);
}

/** A step of some work: in words and, where the whole is known, by how many percent it brings the bar forward. */
export interface ProgressStep {
  readonly message: string;
  readonly increment?: number;
}

/** Shows progress that can be cancelled, as a notification, until the work ends. */
export function showProgress(
  title: string,
  work: (report: (step: ProgressStep) => void, token: CancellationToken) => Thenable<unknown>,
): void {
  const options = { location: ProgressLocation.Notification, title: plainSentence(title), cancellable: true };
  void window.withProgress(options, (progress: Progress<ProgressStep>, token) =>
    work(({ message, ...step }) => {
      progress.report({ message: plainSentence(message), ...step });
    }, token),
  );
}

/** Shows the progress bar of a view until the work ends. */
export async function showViewProgress(viewId: string, work: () => Promise<void>): Promise<void> {
  await window.withProgress({ location: { viewId } }, work);
}

import { ProgressLocation, window } from 'vscode';
import type { CancellationToken, Progress } from 'vscode';
import { plainSentence } from '../remoteText.ts';

/** Level of attention that a message asks for. */
export type Severity = 'information' | 'warning' | 'error';

/** Question that VS Code asks in a dialog. */
export interface Question {
  readonly severity: Exclude<Severity, 'error'>;
  readonly question: string;
  /** Lines that are shown below the question. */
  readonly details?: readonly string[];
}

/** Returns VS Code's own function for a severity. */
function showerOf(severity: Severity): typeof window.showInformationMessage {
  return {
    information: window.showInformationMessage,
    warning: window.showWarningMessage,
    error: window.showErrorMessage,
  }[severity];
}

/**
 * Shows a notification. Values in its text may come from anywhere; no value becomes a link.
 *
 * @param buttons - texts of this extension
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
 * Asks a question in a modal dialog.
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

/** Shows a short confirmation in the status bar for `ms` milliseconds. */
export function confirmInStatusBar(message: string, ms: number): void {
  window.setStatusBarMessage(plainSentence(message), ms);
}

/**
 * Step of some work: its message and, if the total is known, the percentage points that it adds to the progress bar.
 */
export interface ProgressStep {
  readonly message: string;
  readonly increment?: number;
}

/** Shows a progress notification with a Cancel button until the work ends. */
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

import { commands, env, l10n, ProgressLocation, window } from 'vscode';
import { isCancelled, isLiveResponseError } from '../defender/errors.ts';
import { commandIds } from '../platform/commandIds.ts';
import { allowDownloadHost } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import { describeFailure, stepLabel } from '../platform/messages.ts';
import type { FailureMessage, NextStep } from '../platform/messages.ts';
import { withoutLinks } from '../platform/remoteText.ts';

/** What only takes a moment shows no progress, ms. */
const PROGRESS_AFTER_MS = 2000;

/** What work can use while it runs. */
export interface CommandScope {
  /** Aborted when the person cancels. */
  readonly signal: AbortSignal;
  /** Says how far it is. */
  readonly report: (message: string) => void;
}

/** What a next step does in this command; those that mean the same everywhere need not be named. */
export type StepHandlers = Partial<Record<NextStep, () => unknown>>;

/** Ways to fail that are answers and no faults. */
const ANSWERS = new Set([
  'noResultByDesign',
  'resultIsFile',
  'commandNotFinished',
  'commandNeverRan',
  'noPortal',
  'noResult',
]);

/** Runs every command's work: late, cancellable progress; a failure becomes a sentence with its next steps, once. */
export class CommandRunner {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /**
   * @param title - what is being done, for progress and log
   * @param steps - what next steps do here, e.g. which result `exportRaw` is about
   * @returns what the work answers; undefined when it failed or was cancelled
   */
  async run<Result>(
    title: string,
    work: (scope: CommandScope) => Promise<Result>,
    steps: StepHandlers = {},
  ): Promise<Result | undefined> {
    const controller = new AbortController();
    let report: ((message: string) => void) | undefined;
    const scope: CommandScope = { signal: controller.signal, report: (message) => report?.(message) };
    const running = work(scope);
    const timer = setTimeout(() => {
      void window.withProgress(
        { location: ProgressLocation.Notification, title, cancellable: true },
        (progress, token) => {
          token.onCancellationRequested(() => {
            controller.abort();
          });
          report = (message) => {
            progress.report({ message });
          };
          return running.catch(() => undefined);
        },
      );
    }, PROGRESS_AFTER_MS);
    try {
      return await running;
    } catch (error) {
      this.fail(title, error, { tryAgain: () => this.run(title, work, steps), ...steps });
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Tells of a failure, and waits for no answer. */
  fail(title: string, error: unknown, steps: StepHandlers = {}): void {
    // A cancel is what the person wanted: there is nothing to tell.
    if (isCancelled(error)) return;
    this.#log.failure(title, error);
    void this.#tell(error, {
      copyCorrelationId: () => copyCorrelationId(error),
      allowHost: () => allowHost(error, steps.tryAgain),
      showLog: () => {
        this.#log.show();
      },
      ...COMMON_STEPS,
      ...steps,
    });
  }

  async #tell(error: unknown, handlers: StepHandlers): Promise<void> {
    const message = describeFailure(error);
    const steps = message.steps.filter((step) => handlers[step] !== undefined);
    const labels = steps.map(stepLabel);
    const answer = await showFailure(error, message, labels);
    const chosen = answer === undefined ? undefined : steps[labels.indexOf(answer)];
    if (chosen !== undefined) await handlers[chosen]?.();
  }
}

const COMMON_STEPS: StepHandlers = {
  addConnection: () => commands.executeCommand(commandIds.addConnection),
  replaceToken: () => commands.executeCommand(commandIds.replaceAccessToken),
  refresh: () => commands.executeCommand(commandIds.refresh),
  openSettings: () => commands.executeCommand('workbench.action.openSettings', 'liveResponse.maxDownloadSize'),
};

function showFailure(error: unknown, message: FailureMessage, labels: string[]): Thenable<string | undefined> {
  const sentence = withoutLinks(message.sentence);
  const isAnswer = isLiveResponseError(error) && ANSWERS.has(error.code);
  return isAnswer ? window.showInformationMessage(sentence, ...labels) : window.showErrorMessage(sentence, ...labels);
}

async function copyCorrelationId(error: unknown): Promise<void> {
  const id = isLiveResponseError(error) ? error.values.correlationId : undefined;
  if (id === undefined) return;
  await env.clipboard.writeText(id);
  window.setStatusBarMessage(l10n.t('Correlation ID copied'), 4000);
}

/** Asked once for each host: whoever controls it decides what is shown as a result. */
async function allowHost(error: unknown, tryAgain: (() => unknown) | undefined): Promise<void> {
  const host = isLiveResponseError(error) ? error.values.host : undefined;
  if (host === undefined) return;
  const allow = l10n.t('Allow');
  const answer = await window.showWarningMessage(
    l10n.t('Allow results to be downloaded from {0}?', host),
    {
      modal: true,
      detail: l10n.t(
        'It is no host of Azure storage. Allow it only if whoever runs your network says that it belongs there. No token is sent to it.',
      ),
    },
    allow,
  );
  if (answer !== allow) return;
  await allowDownloadHost(host);
  await tryAgain?.();
}

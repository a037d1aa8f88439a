import { commands, env, l10n } from 'vscode';
import { isCancelled, isLiveResponseError } from '../../base/errors.ts';
import { traitsOf } from '../../base/failures.ts';
import type { Settings } from '../../platform/config.ts';
import type { Log } from '../../platform/log.ts';
import { describeFailure, stepLabel } from '../../messages/failureMessages.ts';
import type { NextStep } from '../../messages/failureMessage.ts';
import { STEP_COMMANDS } from '../../messages/nextSteps.ts';
import { decidedByAdministrator } from '../../messages/policy/policyWords.ts';
import type { Outcome } from '../../platform/telemetryEvents.ts';
import { ask, confirmInStatusBar, notify, showProgress } from '../../platform/show/notifications.ts';

/** Delay before progress is shown, in milliseconds. Work that ends before the delay shows no progress. */
const PROGRESS_AFTER_MS = 2000;

/** Tools that the runner gives to the work of a command. */
export interface CommandScope {
  /** Aborted when the user cancels. */
  readonly signal: AbortSignal;
  /** Reports progress: a message and, if the total is known, the finished share, from 0 to 1. */
  readonly report: (message: string, share?: number) => void;
}

/** Handlers of next steps in this command. A step that does the same in every command needs no handler. */
export type StepHandlers = Partial<Record<NextStep, (error: unknown) => unknown>>;

export interface RunOptions {
  /** Whether the work always takes long. Its progress is then shown at once. */
  readonly isLong?: boolean;
  /** Whether a failure is said elsewhere, so that no message is needed. It is logged and counted all the same. */
  readonly isSaid?: (error: unknown) => boolean;
  /** Called when the work has failed and the user can no longer try again. */
  readonly onGivenUp?: () => unknown;
}

/**
 * Runs the work of a command. Progress appears after a delay, and the user can cancel the work there. A failure is
 * shown once, as a sentence with its next steps.
 */
export class CommandRunner {
  readonly #log: Log;
  readonly #settings: Settings;
  #outcome: Outcome = 'ok';

  /**
   * Outcome of the command: the code of its last failure, `cancelled` or `ok`. A question that was closed without an
   * answer is not a failure.
   */
  get outcome(): Outcome {
    return this.#outcome;
  }

  constructor({ log, settings }: { readonly log: Log; readonly settings: Settings }) {
    this.#log = log;
    this.#settings = settings;
  }

  /**
   * Runs work, and shows its progress and its failure.
   *
   * @param title - description of the work, for progress and log
   * @param steps - handlers of the next steps: for example, the handler of `exportRaw` knows which result to export
   * @returns the result of the work; undefined when it failed or was cancelled
   */
  async run<Result>(
    title: string,
    work: (scope: CommandScope) => Promise<Result>,
    steps: StepHandlers = {},
    options: RunOptions = {},
  ): Promise<Result | undefined> {
    const controller = new AbortController();
    let report: CommandScope['report'] | undefined;
    let latest: Parameters<CommandScope['report']> | undefined;
    const scope: CommandScope = {
      signal: controller.signal,
      report: (...told) => {
        latest = told;
        report?.(...told);
      },
    };
    const running = work(scope);
    const showLate = (): void => {
      showProgress(title, (step, token) => {
        token.onCancellationRequested(() => {
          controller.abort();
        });
        let told = 0;
        report = (message, share = 0) => {
          // VS Code cannot move the progress bar back. If the work starts again, the bar stays until the new share is
          // larger.
          const increment = Math.max(0, share * 100 - told);
          told += increment;
          step({ message, ...(increment > 0 ? { increment } : {}) });
        };
        if (latest !== undefined) report(...latest);
        return running.catch(() => undefined);
      });
    };
    const timer = setTimeout(showLate, options.isLong === true ? 0 : PROGRESS_AFTER_MS);
    try {
      return await running;
    } catch (error) {
      const again = { tryAgain: () => this.run(title, work, steps, options), ...steps };
      this.fail(title, error, again, options);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Shows and logs a failure. Does not wait for the user's answer. */
  fail(title: string, error: unknown, steps: StepHandlers = {}, { isSaid, onGivenUp }: RunOptions = {}): void {
    this.#outcome = outcomeOf(error);
    // The user cancelled the work, so there is no failure to show.
    if (isCancelled(error)) return;
    this.#log.failure(title, error);
    if (isSaid?.(error) === true) return;
    const handlers: StepHandlers = {
      copyCorrelationId,
      copyCommand,
      ...COMMON_STEPS,
      allowHost: () => allowHost(this.#settings, error, steps.tryAgain),
      openSettings,
      ...steps,
    };
    void this.#tell(error, handlers, onGivenUp);
  }

  async #tell(error: unknown, handlers: StepHandlers, onGivenUp: RunOptions['onGivenUp']): Promise<void> {
    const message = describeFailure(error);
    const steps = message.steps.filter((step) => handlers[step] !== undefined && !this.#isManaged(step));
    const isRepeatable = steps.some((step) => TRIES_AGAIN.has(step));
    if (!isRepeatable) await onGivenUp?.();
    const labels = steps.map(stepLabel);
    const isManaged = message.steps.some((step) => this.#isManaged(step));
    const sentence = isManaged ? `${message.sentence} ${decidedByAdministrator()}` : message.sentence;
    const answer = await showFailure(error, sentence, labels);
    const chosen = answer === undefined ? undefined : steps[labels.indexOf(answer)];
    if (isRepeatable && (chosen === undefined || !TRIES_AGAIN.has(chosen))) await onGivenUp?.();
    if (chosen !== undefined) await handlers[chosen]?.(error);
  }

  /** Whether a step changes a setting that an administrator decides. It is not offered then. */
  #isManaged(step: NextStep): boolean {
    if (step === 'allowHost') return !this.#settings.mayAllowDownloadHost;
    return step === 'openSettings' && !this.#settings.mayChangeDownloadSize;
  }
}

/** Steps that try the work again. If the user chooses another step or none, the work can no longer be tried again. */
const TRIES_AGAIN: ReadonlySet<NextStep> = new Set(['tryAgain', 'allowHost']);
/** Returns the code of a failure, which is all that telemetry may contain about it. */
function outcomeOf(error: unknown): Outcome {
  if (isCancelled(error)) return 'cancelled';
  return isLiveResponseError(error) ? error.code : 'unexpected';
}

const COMMON_STEPS: StepHandlers = {
  ...Object.fromEntries(
    Object.entries(STEP_COMMANDS).map(([step, command]) => [
      step,
      (error: unknown) =>
        commands.executeCommand(command, isLiveResponseError(error) ? error.values.connection : undefined),
    ]),
  ),
};

function openSettings(): unknown {
  return commands.executeCommand('workbench.action.openSettings', 'liveResponse.maxDownloadSize');
}

function showFailure(error: unknown, sentence: string, labels: string[]): Thenable<string | undefined> {
  const isExpected = isLiveResponseError(error) && traitsOf(error.code).isExpected === true;
  return notify(isExpected ? 'information' : 'error', sentence, ...labels);
}

async function copyCorrelationId(error: unknown): Promise<void> {
  const id = isLiveResponseError(error) ? error.values.correlationId : undefined;
  if (id === undefined) return;
  await env.clipboard.writeText(id);
  confirmInStatusBar(l10n.t('Correlation ID copied'), 4000);
}

async function copyCommand(error: unknown): Promise<void> {
  const command = isLiveResponseError(error) ? error.values.command : undefined;
  if (command === undefined) return;
  await env.clipboard.writeText(command);
  confirmInStatusBar(l10n.t('Command copied: paste it into a terminal'), 8000);
}

/**
 * Asks the user once for each host, before results are downloaded from it. The owner of a host decides what is shown as
 * a result.
 */
async function allowHost(settings: Settings, error: unknown, tryAgain: StepHandlers['tryAgain']): Promise<void> {
  const host = isLiveResponseError(error) ? error.values.host : undefined;
  if (host === undefined) return;
  const allow = l10n.t('Allow');
  const answer = await ask(
    {
      severity: 'warning',
      question: l10n.t('Allow results to be downloaded from {0}?', host),
      details: [
        l10n.t(
          'It is no host of Azure storage. Allow it only if whoever runs your network says that it belongs there. No token is sent to it.',
        ),
      ],
    },
    allow,
  );
  if (answer !== allow) return;
  await settings.allowDownloadHost(host);
  await tryAgain?.(error);
}

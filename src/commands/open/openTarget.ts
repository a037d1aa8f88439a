import { l10n } from 'vscode';
import { isCancelled, isLiveResponseError } from '../../base/errors.ts';
import type { FailureCode } from '../../base/failures.ts';
import { resultKey } from '../../base/resultUri.ts';
import { activeAddress } from '../../documents/resultUris.ts';
import { showResult } from '../../documents/showResult.ts';
import { notify } from '../../platform/show/notifications.ts';
import { exitClass, sizeBucket } from '../../platform/telemetryEvents.ts';
import type { TelemetryEvent } from '../../platform/telemetryEvents.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import type { Services } from '../../services/services.ts';
import { settleAttention, watchAttention } from '../common/attention.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { toProgress } from '../common/downloadProgress.ts';
import { exportRaw } from '../save/exportRaw.ts';
import { saveInstead } from '../save/saveResult.ts';
import type { Target } from '../common/targets.ts';

/**
 * Services that are needed to open a result, and for the next steps after a failure, such as saving the result to a
 * file.
 */
export type OpenServices = Pick<
  Services,
  | 'actions'
  | 'activeCase'
  | 'companions'
  | 'connections'
  | 'log'
  | 'notes'
  | 'results'
  | 'runOverviews'
  | 'tableTabs'
  | 'saves'
  | 'statusPages'
  | 'store'
  | 'telemetry'
  | 'toolVersion'
  | 'view'
>;

/**
 * Failures that the page of the command says in full. A message beside it would name no device, and stay over the text of
 * the next one.
 */
const SAID_ON_PAGE: ReadonlySet<FailureCode> = new Set([
  'noResult',
  'noResultByDesign',
  'commandNotFinished',
  'commandNeverRan',
  'notInPack',
]);

/**
 * Fetches a result if it is not stored, and shows it.
 *
 * @param anySize - whether to open a result of any size; true after the user was told its size
 */
export async function openTarget(
  services: OpenServices,
  runner: CommandRunner,
  target: Target,
  takesFocus: boolean,
  anySize = false,
): Promise<void> {
  const attention = watchAttention();
  let said: unknown;
  const startedAt = Date.now();
  const title = l10n.t('Fetching result');
  const show = async (facts: StoredFacts, preserveFocus: boolean): Promise<void> => {
    if (target.stream === 'errors') services.companions.release(facts.ref);
    const { stream, line, match, view, part, asReceived } = target;
    await showResult(facts, services.companions, services.store, {
      stream,
      line,
      match,
      view,
      part,
      asReceived,
      preserveFocus,
    });
    settleAttention();
    services.telemetry.send(opened(facts, startedAt));
  };
  const openRaw = (): Promise<void> =>
    openTarget(services, runner, { ...target, stream: 'raw', view: undefined, part: undefined }, true);
  const steps = {
    openRaw,
    openInParts: () => openTarget(services, runner, target, true, true),
    exportRaw: () => exportRaw(services, runner, [target]),
    saveToFile: (error: unknown) => saveInstead(services, runner, target.ref, error),
  };
  try {
    await runner.run(
      title,
      async ({ signal, report }) => {
        const opening = services.results.open(target.ref, { signal, onProgress: toProgress(report), anySize });
        const facts = await opening.catch(async (error: unknown) => {
          // The text of another device would otherwise stay on screen beside the selected row.
          if (!isCancelled(error) && !attention.isElsewhere())
            await services.statusPages.show(target.ref, error, !takesFocus).then(
              () => {
                settleAttention();
                said = error;
              },
              () => undefined,
            );
          throw error;
        });
        if (attention.isElsewhere() && !isInFront(target))
          offer(facts, () => runner.run(title, () => show(facts, false), steps));
        else await show(facts, !takesFocus);
      },
      steps,
      { isSaid: (error) => error === said && isLiveResponseError(error) && SAID_ON_PAGE.has(error.code) },
    );
  } finally {
    attention.dispose();
  }
}

/** Whether the active document shows this text, as it does at the second click of a double click. */
function isInFront({ ref, stream }: Target): boolean {
  const active = activeAddress();
  if (active === undefined || resultKey(active) !== resultKey(ref)) return false;
  return stream === undefined || stream === active.stream;
}

function opened(facts: StoredFacts, startedAt: number): TelemetryEvent {
  return {
    name: 'resultOpened',
    source: facts.fetchedAt >= startedAt ? 'fetched' : 'stored',
    encoding: facts.encoding,
    changeKinds: new Set(facts.changes.map(({ kind }) => kind)).size,
    size: sizeBucket(facts.size),
    exit: exitClass(facts.transcript?.exitCode),
  };
}

/** Offers to open a result, because the user worked elsewhere when it arrived. */
function offer(facts: StoredFacts, open: () => unknown): void {
  const button = l10n.t('Open');
  const sentence = l10n.t('{0} on {1} has been fetched.', facts.name.script, facts.name.device);
  void notify('information', sentence, button).then((answer) => {
    if (answer === button) open();
  });
}

import { l10n } from 'vscode';
import type { ResultRef } from '../../base/resultUri.ts';
import { callsWords, hostsWords } from '../../messages/runWords.ts';
import { ask as askModal } from '../../platform/show/notifications.ts';
import { devicesToAsk } from '../../runs/runRows.ts';
import type { Services } from '../../services/services.ts';
import { isLiveResponseError } from '../../base/errors.ts';
import type { LiveResponseError } from '../../base/errors.ts';
import { traitsOf } from '../../base/failures.ts';
import type { CommandRunner, CommandScope } from '../common/commandRunner.ts';

export type AskServices = Pick<Services, 'connections' | 'noResults' | 'runOverviews' | 'runs' | 'sessions'>;

/** Runs whose devices are being asked about, so that a second click asks nothing twice. */
const asking = new Set<string>();

/** Number of calls from which a person is asked first. */
const MANY_CALLS = 10;

/** Whether the argument of a command asks to spend calls on records of devices. */
export function asksDefender(argument: unknown): argument is { readonly ask: true; readonly run?: unknown } {
  return typeof argument === 'object' && argument !== null && 'ask' in argument && argument.ask === true;
}

/** Asks Defender about the device of an action. Costs one call. */
export async function askAboutDevice(services: AskServices, runner: CommandRunner, ref: ResultRef): Promise<void> {
  const connection = services.connections.forTenant(ref);
  const action = connection === undefined ? undefined : services.sessions.of(connection).known(ref.actionId);
  const machineId = action?.machineId ?? undefined;
  if (machineId === undefined) return;
  await runner.run(l10n.t('Asking Defender about the device'), async ({ signal }) => {
    await services.noResults.ask(ref, machineId, signal);
  });
}

/** Asks Defender about the devices of a run that have no result. Costs one call for each device. */
export async function askAboutHosts(services: AskServices, runner: CommandRunner, key: unknown): Promise<void> {
  const record = typeof key === 'string' ? services.runs.get(key) : undefined;
  if (record === undefined) return;
  const { noResults, runOverviews } = services;
  const { tenant } = record.run;
  const all = devicesToAsk(runOverviews.rowsOf(record));
  const unknown = all.filter((machineId) => noResults.recordOf(tenant, machineId) === undefined);
  // A second gesture goes on where the first one ended. Once all are known, it asks again.
  const devices = unknown.length === 0 ? all : unknown;
  if (devices.length === 0 || asking.has(record.run.key)) return;
  if (devices.length >= MANY_CALLS) {
    const button = l10n.t('Ask');
    const question = l10n.t('Ask Defender about the devices of {0}?', hostsWords(devices.length));
    const details = [callsWords(devices.length)];
    if ((await askModal({ severity: 'information', question, details }, button)) !== button) return;
  }
  asking.add(record.run.key);
  const work = async ({ signal, report }: CommandScope): Promise<void> => {
    const failures: LiveResponseError[] = [];
    for (const [at, machineId] of devices.entries()) {
      signal.throwIfAborted();
      report(l10n.t('{0} of {1}', at + 1, devices.length), at / devices.length);
      try {
        await noResults.ask(tenant, machineId, signal, devices.length === 1 ? 'click' : 'background');
      } catch (error) {
        // One device that fails in passing does not end the others. What would fail for all of them does.
        if (!isLiveResponseError(error) || traitsOf(error.code).stopsRun === true || signal.aborted) throw error;
        failures.push(error);
      }
    }
    const [first] = failures;
    if (first !== undefined) throw first;
  };
  try {
    await runner.run(l10n.t('Asking Defender about the devices'), work);
  } finally {
    asking.delete(record.run.key);
  }
}

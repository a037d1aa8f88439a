import { commands, l10n } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import { parseServerTime } from '../../base/serverTime.ts';
import { findPlace } from '../../documents/parts.ts';
import { documentUri } from '../../documents/resultUris.ts';
import { describeView } from '../../evidence/views/viewWords.ts';
import type { ResultRef, ResultStream } from '../../base/resultUri.ts';
import type { TextView } from '../../base/textView.ts';
import { formatUtc } from '../../messages/format.ts';
import { oneLine } from '../../platform/remoteText.ts';
import { deviceOf, findCommand, hostOf, parameterOf } from '../../model/machineAction.ts';
import { findSiblings } from '../../results/siblings.ts';
import type { Sibling } from '../../results/siblings.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import type { Services } from '../../services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { toProgress } from '../common/downloadProgress.ts';
import { findTargets } from '../common/targets.ts';
import { notify } from '../../platform/show/notifications.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';

type Other = 'otherHosts' | 'otherRuns' | 'errors';

/** `liveResponse.compareResult`: beside another host's, another run's, or its own errors. What is missing is fetched. */
export async function compareResult(
  services: Services,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const [target] = findTargets(services, args);
  if (target === undefined) return;
  const { ref } = target;
  const title = l10n.t('Compare');
  const other = await askForOther(title);
  if (other === undefined) return;
  const fetched = (of: ResultRef): Promise<StoredFacts | undefined> =>
    runner.run(l10n.t('Fetching result'), ({ signal, report }) =>
      services.results.open(of, { signal, onProgress: toProgress(report) }),
    );
  const facts = await fetched(ref);
  if (facts === undefined) return;
  if (other === 'errors') {
    await showBeside(services, [facts, 'output'], [facts, 'errors'], undefined);
    return;
  }
  const sibling = await askForSibling(services, facts, other);
  if (sibling === undefined) return;
  const view = await askForView(title);
  if (view === undefined) return;
  const beside = await fetched({ ...ref, actionId: sibling.action.id, commandIndex: sibling.commandIndex });
  if (beside === undefined) return;
  const stream = target.stream === 'errors' ? 'errors' : 'output';
  await showBeside(services, [facts, stream], [beside, stream], view.view);
}

async function askForOther(title: string): Promise<Other | undefined> {
  const items: (QuickPickItem & { readonly other: Other })[] = [
    { label: l10n.t('With Another Host…'), description: l10n.t('the same script'), other: 'otherHosts' },
    { label: l10n.t('With Another Run…'), description: l10n.t('the same script, the same host'), other: 'otherRuns' },
    { label: l10n.t('Errors with Output'), other: 'errors' },
  ];
  return (await pickOne(items, { title }))?.other;
}

async function askForSibling(
  services: Services,
  facts: StoredFacts,
  other: 'otherHosts' | 'otherRuns',
): Promise<Sibling | undefined> {
  const { ref, action } = facts;
  // Only the active connection's list is shown; what is stored of the result's own tenant is known anyway.
  const connection = services.connections.active;
  const isShown = connection?.tenantId === ref.tenantId && connection.cloud === ref.cloud;
  const stored = await services.store.call('list', ref);
  const known = new Map(stored.map((one) => [one.action.id, one.action]));
  for (const one of isShown ? (services.view.shown?.actions ?? []) : []) known.set(one.id, one);
  const siblings = findSiblings({ action, commandIndex: ref.commandIndex }, known.values(), other);
  const keys = new Set(stored.map((one) => `${one.ref.actionId}#${one.ref.commandIndex}`));
  if (siblings.length === 0) {
    void notify(
      'information',
      other === 'otherHosts'
        ? l10n.t('No result of this script on another host is in the list. Load more, or refresh.')
        : l10n.t('No other run of this script on this host is in the list. Load more, or refresh.'),
    );
    return undefined;
  }
  const items = siblings.map((sibling) => {
    const isStored = keys.has(`${sibling.action.id}#${sibling.commandIndex}`);
    const command = findCommand(sibling.action, sibling.commandIndex);
    const given = command === undefined ? undefined : parameterOf(command, 'Args');
    const time = parseServerTime(sibling.action.creationDateTimeUtc);
    return {
      label: other === 'otherHosts' ? deviceOf(sibling.action) : timeWords(time),
      description: [
        ...(other === 'otherHosts' ? [timeWords(time)] : []),
        ...(given === undefined ? [] : [given]),
        isStored ? l10n.t('stored') : l10n.t('takes one call, or two'),
      ].join(' · '),
      sibling,
    };
  });
  const chosen = await pickOne(items, { title: l10n.t('Compare With'), matchOnDescription: true });
  return chosen?.sibling;
}

function timeWords(time: number | undefined): string {
  return time === undefined ? '–' : formatUtc(time);
}

async function askForView(title: string): Promise<{ readonly view: TextView | undefined } | undefined> {
  const items = [
    { label: l10n.t('As Received'), view: undefined },
    {
      label: l10n.t('Normalised'),
      description: l10n.t('Without host names, times, process IDs and GUIDs'),
      view: 'normalised' as const,
    },
  ];
  return pickOne(items, { title });
}

type Side = readonly [facts: StoredFacts, stream: ResultStream];

async function showBeside(services: Services, left: Side, right: Side, view: TextView | undefined): Promise<void> {
  const sides = await Promise.all(
    [left, right].map(async ([facts, stream]) => {
      if (facts.transcript === undefined) {
        throw new LiveResponseError('notAResult', { reason: facts.rejection?.reason ?? '' });
      }
      const { shown } = await findPlace(services.store, facts, stream, { view });
      return { uri: documentUri(facts, stream, shown), words: sideWords(facts, stream), part: shown.partWords };
    }),
  );
  const [one, other] = sides;
  if (one === undefined || other === undefined) return;
  const parts = [one.part, other.part].filter((part) => part !== undefined);
  const name = [
    `${one.words} ↔ ${other.words}`,
    oneLine(left[0].name.script),
    ...(view === undefined ? [] : [describeView(view)]),
    ...parts,
  ].join(' · ');
  await commands.executeCommand('vscode.diff', one.uri, other.uri, name, { preview: true });
}

function sideWords({ action }: StoredFacts, stream: ResultStream): string {
  const host = oneLine(hostOf(action));
  const time = action.creationDateTimeUtc.slice(0, 16);
  return [host, time, ...(stream === 'output' ? [] : [stream])].join(' ');
}

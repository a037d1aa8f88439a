import { env, l10n, QuickPickItemKind } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import type { Evidence } from '../../evidence/blocks/evidenceBlock.ts';
import { indicatorText } from '../../evidence/indicators/indicatorText.ts';
import type { IndicatorForm, SourcedIndicator } from '../../evidence/indicators/indicatorText.ts';
import { mergeIndicators } from '../../evidence/indicators/mergeIndicators.ts';
import { INDICATOR_KINDS } from '../../evidence/indicators/kinds.ts';
import { indicatorFormWords, indicatorKindWords } from '../../messages/indicatorWords.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { toProgress } from '../common/downloadProgress.ts';
import { saveInstead } from '../save/saveResult.ts';
import type { SaveServices } from '../save/saveResult.ts';
import { selectedRanges } from '../common/selection.ts';
import { findTargets } from '../common/targets.ts';
import type { Target, TargetServices } from '../common/targets.ts';
import { confirmInStatusBar, notify } from '../../platform/show/notifications.ts';
import { pickOne, pickSeveral } from '../../platform/show/quickInputs.ts';
import { defineCommand } from '../common/defineCommand.ts';

interface Searched {
  readonly evidence: Evidence;
  readonly found: readonly Omit<SourcedIndicator, 'source'>[];
}

/**
 * `liveResponse.copyIndicators`: copies the indicators of the selection, or else of the complete text. With several
 * rows, copies the indicators of all their results together. The user reviews the indicators before they are copied.
 */
async function copyIndicators(
  services: SaveServices & TargetServices & Pick<Services, 'results' | 'settings' | 'store'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const searched = await searchAll(services, runner, findTargets(services, args));
  if (searched === undefined || searched.length === 0) return;
  const rows = mergeIndicators(searched.map(({ found }, source) => found.map((one) => ({ ...one, source }))));
  const defanged = services.settings.defangsOnCopy();
  const chosen = await review(rows, searched, defanged);
  if (chosen === undefined) return;
  const form = chosen.length === 0 ? undefined : await selectForm();
  if (form === undefined) return;
  const { buildIndicatorNote, endingsVersion } = await services.notes.texts();
  services.log.info(`indicators: domains by the root zone's endings (${endingsVersion})`);
  const results = searched.map(({ evidence }) => evidence);
  await env.clipboard.writeText(buildIndicatorNote(form, chosen, results, defanged));
  const count = chosen.length;
  const words =
    count === 1
      ? l10n.t('Copied 1 indicator with its source')
      : l10n.t('Copied {0} indicators with their source', count.toLocaleString(env.language));
  confirmInStatusBar(words, 10_000);
}

/** Searches the results that could be read. Also reports the first failure. */
async function searchAll(
  services: Pick<Services, 'actions' | 'activeCase' | 'log' | 'notes' | 'results' | 'saves' | 'store' | 'toolVersion'>,
  runner: CommandRunner,
  targets: readonly Target[],
): Promise<readonly Searched[] | undefined> {
  const [first] = targets;
  if (first === undefined) return undefined;
  const title = l10n.t('Looking for indicators');
  let failed: { readonly target: Target; readonly error: unknown } | undefined;
  const searched = await runner.run(title, async ({ signal, report }) => {
    const all: Searched[] = [];
    for (const target of targets) {
      try {
        await services.results.open(target.ref, { signal, onProgress: toProgress(report) });
        all.push(await search(services, target, signal));
      } catch (error) {
        if (signal.aborted) throw error;
        failed ??= { target, error };
      }
    }
    return all;
  });
  if (failed !== undefined) {
    const { target, error } = failed;
    runner.fail(title, error, { saveToFile: (cause) => saveInstead(services, runner, target.ref, cause) });
  }
  return searched;
}

async function search(
  services: Pick<Services, 'notes' | 'store'>,
  target: Target,
  signal: AbortSignal,
): Promise<Searched> {
  const stream = target.stream ?? 'output';
  const { view } = target;
  const ranges = selectedRanges(target);
  const evidence = await services.notes.evidence({ ...target.ref, stream, view }, ranges ?? [], signal);
  const found = await services.store.analysis.indicators({ ref: target.ref, stream, view, ranges }, signal);
  if (evidence === undefined || found === undefined) throw new LiveResponseError('notAResult', { reason: '' });
  return { evidence, found };
}

interface IndicatorItem extends QuickPickItem {
  readonly row?: SourcedIndicator;
}

async function review(
  rows: readonly SourcedIndicator[],
  searched: readonly Searched[],
  defanged: boolean,
): Promise<readonly SourcedIndicator[] | undefined> {
  const [first, another] = searched.map(({ evidence }) => evidence.source);
  const names = [first?.device, first?.script].map((name) => name ?? '–').join(' · ');
  const where = another === undefined ? names : l10n.t('{0} results', searched.length);
  if (rows.length === 0) {
    void notify('information', l10n.t('No indicators were found in {0}.', where));
    return undefined;
  }
  const items = INDICATOR_KINDS.flatMap((kind): IndicatorItem[] => {
    const ofKind = rows.filter((row) => row.kind === kind);
    if (ofKind.length === 0) return [];
    const heading = { label: indicatorKindWords(kind, ofKind.length), kind: QuickPickItemKind.Separator };
    return [heading, ...ofKind.map((row) => toItem(row, another === undefined ? undefined : searched, defanged))];
  });
  const picked = await pickSeveral(items, {
    title: l10n.t('Indicators in {0}', where),
    placeHolder: l10n.t('Uncheck what is not an indicator'),
    ignoreFocusOut: true,
    matchOnDescription: true,
  });
  return picked?.flatMap(({ row }) => (row === undefined ? [] : [row]));
}

function toItem(row: SourcedIndicator, searched: readonly Searched[] | undefined, defanged: boolean): IndicatorItem {
  const device = searched?.[row.source]?.evidence.source.device;
  const line = l10n.t('line {0}', row.firstLine.toLocaleString(env.language));
  const said = row.isDefanged === true ? `${line} · ${l10n.t('defanged in the output')}` : line;
  const place = device === undefined || device === null ? said : `${device} · ${said}`;
  return {
    label: indicatorText(row, defanged),
    description: row.count === 1 ? place : l10n.t('{0} times · {1}', row.count.toLocaleString(env.language), place),
    picked: true,
    row,
  };
}

async function selectForm(): Promise<IndicatorForm | undefined> {
  const forms: readonly IndicatorForm[] = ['table', 'csv', 'list'];
  const items = forms.map((form) => ({ ...indicatorFormWords(form), form }));
  const chosen = await pickOne(items, { title: l10n.t('Copy Indicators As'), ignoreFocusOut: true });
  return chosen?.form;
}

export const copyIndicatorsCommand = defineCommand({
  name: 'copyIndicators',
  needs: 'result',
  menus: [{ menu: 'liveResponse.copyAs', group: '3_hunt@1' }],
  run: (services, { args, runner }) => copyIndicators(services, runner, args),
});

import { l10n, QuickPickItemKind } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { toRecorded } from '../../case/activeCase.ts';
import { closeTabs } from '../../documents/resultUris.ts';
import { parseResultUri, resultKey } from '../../base/resultUri.ts';
import { formatBytes } from '../../messages/format.ts';
import { UNKNOWN_DEVICE } from '../../model/machineAction.ts';
import type { StoredEntry } from '../../worker/storeCalls.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { ask, confirmInStatusBar, notify } from '../../platform/show/notifications.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW } from '../common/when.ts';

interface ScopeItem extends QuickPickItem {
  readonly entries?: readonly StoredEntry[];
}

/** Largest number of quoted results that the question names. */
const NAMED = 5;

/**
 * `liveResponse.clearStoredResults`: deletes all stored results, or only the results of a connection or a device. First
 * shows which results will be deleted.
 */
async function clearStoredResults(
  services: Pick<Services, 'activeCase' | 'store'>,
  runner: CommandRunner,
): Promise<void> {
  const title = l10n.t('Clear Stored Results');
  await services.store.catchUp();
  const stored = await services.store.stored();
  if (stored.length === 0) {
    void notify('information', l10n.t('No results are stored on this machine.'));
    return;
  }
  const chosen = await pickOne(scopes(stored), { title, placeHolder: l10n.t('Which results') });
  if (chosen?.entries === undefined) return;
  const going = await confirm(chosen.entries, chosen.entries === stored ? undefined : chosen.label);
  if (going === undefined) return;
  await runner.run(title, async () => {
    const refs = going.map(({ facts }) => facts.ref);
    await services.store.delete(refs);
    services.activeCase.note({ what: 'cleared', results: going.map(({ facts }) => toRecorded(facts)) });
    const cleared = new Set(refs.map(resultKey));
    await closeTabs((uri) => {
      const address = parseResultUri(uri);
      return address !== undefined && cleared.has(resultKey(address));
    });
    const { length } = going;
    confirmInStatusBar(
      length === 1 ? l10n.t('1 stored result cleared') : l10n.t('{0} stored results cleared', length),
      5000,
    );
  });
}

function scopes(stored: readonly StoredEntry[]): ScopeItem[] {
  const separator = (label: string): ScopeItem => ({ label, kind: QuickPickItemKind.Separator });
  const group = (nameOf: (entry: StoredEntry) => string): ScopeItem[] =>
    [...Map.groupBy(stored, nameOf)]
      .sort(([one], [other]) => one.localeCompare(other))
      .map(([name, entries]) => ({ label: name, description: amount(entries), entries }));
  return [
    { label: l10n.t('All stored results'), description: amount(stored), entries: stored },
    separator(l10n.t('By connection')),
    ...group(({ facts }) => facts.name.connection),
    separator(l10n.t('By device')),
    ...group(deviceOf),
  ];
}

function deviceOf({ facts: { name } }: StoredEntry): string {
  return name.device === UNKNOWN_DEVICE ? l10n.t('Unknown device') : name.device;
}

/** Returns how the user can get the results again. Results that were opened from a file need no call to Defender. */
function howToRegain(entries: readonly StoredEntry[]): string {
  const opened = entries.filter(({ facts }) => facts.ref.cloud === 'file').length;
  if (opened === 0) {
    return l10n.t(
      'They are deleted for good. Fetching one again takes a call or two, and works only while Defender keeps it.',
    );
  }
  return opened === entries.length
    ? l10n.t('They are deleted for good. Opening one again takes its file, which stays where it is, or a new link.')
    : l10n.t(
        'They are deleted for good. Fetching one again takes a call or two, and works only while Defender keeps it. Opening again one that was opened takes its file, which stays where it is, or a new link.',
      );
}

function bytesOf(entries: readonly StoredEntry[]): string {
  return formatBytes(entries.reduce((sum, { size }) => sum + size, 0));
}

function amount(entries: readonly StoredEntry[]): string {
  const bytes = bytesOf(entries);
  return entries.length === 1 ? l10n.t('1 result, {0}', bytes) : l10n.t('{0} results, {1}', entries.length, bytes);
}

/**
 * Returns what the user should know about quoted results before they are deleted; an empty list if no result is quoted.
 */
export function quotedWords(entries: readonly StoredEntry[]): string[] {
  const quoted = entries.filter((entry) => entry.quoted);
  if (quoted.length === 0) return [];
  const names = quoted.slice(0, NAMED).map((entry) => `${deviceOf(entry)} · ${entry.facts.name.script}`);
  const more = quoted.length - names.length;
  return [
    quoted.length === 1
      ? l10n.t('1 of them was copied or quoted; without it your notes cannot be checked:')
      : l10n.t('{0} of them were copied or quoted; without them your notes cannot be checked:', quoted.length),
    ...names,
    ...(more > 0 ? [l10n.t('and {0} more', more)] : []),
  ];
}

/** Returns the question before results are deleted: all of them, or those of a connection or a device. */
function questionOf(entries: readonly StoredEntry[], scope: string | undefined): string {
  const { length } = entries;
  const bytes = bytesOf(entries);
  if (scope === undefined)
    return length === 1
      ? l10n.t('Clear the only stored result ({0})?', bytes)
      : l10n.t('Clear all {0} stored results ({1})?', length, bytes);
  return length === 1
    ? l10n.t('Clear 1 stored result of {0} ({1})?', scope, bytes)
    : l10n.t('Clear {0} stored results of {1} ({2})?', length, scope, bytes);
}

/**
 * Asks for confirmation.
 *
 * @param scope - name of the connection or the device; undefined for all stored results
 * @returns the results to delete; undefined if nothing is to be deleted
 */
async function confirm(
  entries: readonly StoredEntry[],
  scope: string | undefined,
): Promise<readonly StoredEntry[] | undefined> {
  const quoted = entries.filter((entry) => entry.quoted);
  const clear = l10n.t('Clear');
  const others = l10n.t('Clear All but Quoted');
  const detail = [howToRegain(entries), ...quotedWords(entries)];
  const answer = await ask(
    { severity: 'warning', question: questionOf(entries, scope), details: detail },
    clear,
    ...(quoted.length === 0 || quoted.length === entries.length ? [] : [others]),
  );
  if (answer === clear) return entries;
  return answer === others ? entries.filter((entry) => !entry.quoted) : undefined;
}

export const clearStoredResultsCommand = defineCommand({
  name: 'clearStoredResults',
  needs: 'nothing',
  menus: [{ menu: 'view/title', group: '3_stored@3', when: IN_ACTIONS_VIEW }],
  run: (services, { runner }) => clearStoredResults(services, runner),
});

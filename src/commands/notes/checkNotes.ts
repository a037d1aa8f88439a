import { basename } from 'node:path';
import { l10n, Uri, window, workspace } from 'vscode';
import { isCancelled, isLiveResponseError } from '../../base/errors.ts';
import { traitsOf } from '../../base/failures.ts';
import type { FailureCode } from '../../base/failures.ts';
import { buildCitation, describeSpan } from '../../evidence/blocks/citation.ts';
import { toLineSpans } from '../../evidence/text/quotation.ts';
import { findEvidence, findUnreadable } from '../../evidence/blocks/readEvidence.ts';
import type { FoundEvidence } from '../../evidence/blocks/readEvidence.ts';
import { findSavedFiles } from '../../notes/savedFileLines.ts';
import { describeView } from '../../evidence/views/viewWords.ts';
import { resultKey } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import { pathOfNote } from '../../notes/quotedResults.ts';
import type { ReportEntry } from '../../notes/evidenceReports.ts';
import { SavedFiles } from '../../notes/savedFiles.ts';
import { CANNOT_BE_READ, findingSentence, savedFileSentence } from '../../notes/verdictWords.ts';
import { describeFailure } from '../../messages/failureMessages.ts';
import { isFinished } from '../../model/machineAction.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner, CommandScope } from '../common/commandRunner.ts';
import { ask, notify } from '../../platform/show/notifications.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { ALWAYS } from '../common/when.ts';

/** Outcome for a cited result: its facts, or the reason why no facts are available. */
type Outcome = { readonly facts: StoredFacts } | { readonly isGone: boolean; readonly sentence: string };

/** Failure codes which mean that the service itself has no such result. */
const GONE: ReadonlySet<FailureCode> = new Set(['notFound', 'noResult']);
/** `liveResponse.checkNotes`: compares every citation of the active note with what is stored. */
async function checkNotes(
  services: Pick<
    Services,
    'activeCase' | 'connections' | 'log' | 'notes' | 'packs' | 'reports' | 'results' | 'sessions' | 'store'
  >,
  runner: CommandRunner,
): Promise<void> {
  const document = window.activeTextEditor?.document;
  if (document?.languageId !== 'markdown') {
    void notify('information', l10n.t('Open the Markdown note whose evidence is to be checked.'));
    return;
  }
  const note = document.getText();
  const cited = findEvidence(note);
  const unreadable = findUnreadable(note);
  const saved = findSavedFiles(note);
  if (cited.length + unreadable.length + saved.length === 0) {
    void notify('information', l10n.t('This note cites no result.'));
    return;
  }
  const found = await Promise.all(
    cited.map(async (one) => ({ ...one, address: await services.packs.resolve(one.address, services.store) })),
  );
  const outcomes = new Map<string, Outcome>();
  const missing: ResultRef[] = [];
  for (const { address } of found) {
    const key = resultKey(address);
    if (outcomes.has(key)) continue;
    const facts = await services.store.facts(address);
    outcomes.set(key, facts === undefined ? notFetched(services, address) : { facts });
    if (facts === undefined && address.cloud !== 'pack' && services.connections.forTenant(address) !== undefined)
      missing.push(address);
  }
  const answer = missing.length === 0 ? 'stored' : await askToFetch(services, basename(document.uri.path), missing);
  if (answer === undefined) return;
  await runner.run(
    l10n.t('Checking evidence'),
    async (scope) => {
      if (answer === 'fetch') await fetchMissing(services, scope, missing, outcomes);
      const entries: ReportEntry[] = unreadable.map((line) => ({
        verdict: 'unknown',
        line,
        place: undefined,
        names: [],
        sentence: l10n.t('The link names no place in a result: it was changed, or this version cannot read it.'),
      }));
      for (const one of found)
        entries.push(await check(services, one, outcomes.get(resultKey(one.address)), scope.signal));
      const savedFiles = new SavedFiles(foldersOf(document.uri), scope.signal);
      for (const one of saved) {
        const { line, names } = one;
        const compared = await savedFiles.check(one);
        const sentence = savedFileSentence(compared);
        entries.push({ verdict: compared.verdict, line, place: undefined, names, sentence });
      }
      entries.sort((one, other) => one.line - other.line);
      const verdicts = Object.fromEntries(
        [...Map.groupBy(entries, ({ verdict }) => verdict)].map(([verdict, { length }]) => [verdict, length]),
      );
      services.activeCase.note({ what: 'verified', verdicts }, { note: pathOfNote(document.uri) });
      await services.reports.show(document.uri, Date.now(), entries);
    },
    {},
    { isLong: answer === 'fetch' },
  );
}

/** Returns the folders in which a saved file is looked for: those of the note and of the workspace, on this machine. */
function foldersOf(note: Uri): string[] {
  const folders = workspace.workspaceFolders?.map(({ uri }) => uri) ?? [];
  const own = note.scheme === 'file' ? [Uri.joinPath(note, '..')] : [];
  return [...own, ...folders].filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
}

function notFetched(services: Pick<Services, 'connections'>, ref: ResultRef): Outcome {
  const sentence =
    services.connections.forTenant(ref) === undefined
      ? l10n.t('It is not stored on this machine, and no connection leads to its tenant.')
      : l10n.t('It is not stored on this machine, and was not fetched.');
  return { isGone: false, sentence };
}

/** Asks whether to fetch missing results, and names the number of calls first. */
async function askToFetch(
  services: Pick<Services, 'connections' | 'sessions'>,
  note: string,
  missing: readonly ResultRef[],
): Promise<'fetch' | 'stored' | undefined> {
  const fetch = l10n.t('Fetch');
  const stored = l10n.t('Check Stored Only');
  const calls = countCalls(services, missing);
  const answer = await ask(
    {
      severity: 'warning',
      question: l10n.t('{0} of the results that {1} cites are not stored on this machine.', missing.length, note),
      details: [l10n.t('Fetching them takes {0} calls. Without them, what cites them stays unknown.', calls)],
    },
    fetch,
    stored,
  );
  if (answer === undefined) return undefined;
  return answer === fetch ? 'fetch' : 'stored';
}

/** Counts the calls: one link for each result, and one request for each action that is not loaded or has not ended. */
function countCalls(services: Pick<Services, 'connections' | 'sessions'>, missing: readonly ResultRef[]): number {
  const actions = new Set<string>();
  for (const ref of missing) {
    const connection = services.connections.forTenant(ref);
    if (connection === undefined) continue;
    const session = services.sessions.of(connection);
    const known = session.actions(true).get(ref.actionId) ?? session.actions(false).get(ref.actionId);
    if (known === undefined || !isFinished(known)) actions.add(ref.actionId);
  }
  return missing.length + actions.size;
}

/**
 * Fetches one result after the other, because the user waits for the report and not for a single result. If the user
 * cancels, the results that were already fetched are kept. The other citations get the verdict `unknown`.
 */
async function fetchMissing(
  services: Pick<Services, 'log' | 'results'>,
  { signal, report }: CommandScope,
  missing: readonly ResultRef[],
  outcomes: Map<string, Outcome>,
): Promise<void> {
  const failedTenants = new Map<string, Outcome>();
  for (const [at, ref] of missing.entries()) {
    if (signal.aborted) return;
    report(l10n.t('{0} of {1}', at + 1, missing.length), at / missing.length);
    const tenant = `${ref.cloud}|${ref.tenantId}`;
    const failed = failedTenants.get(tenant);
    if (failed !== undefined) {
      outcomes.set(resultKey(ref), failed);
      continue;
    }
    try {
      outcomes.set(resultKey(ref), { facts: await services.results.open(ref, { signal, priority: 'background' }) });
    } catch (error) {
      if (isCancelled(error)) return;
      services.log.failure(l10n.t('Checking evidence'), error);
      const code = isLiveResponseError(error) ? error.code : undefined;
      const outcome = { isGone: code !== undefined && GONE.has(code), sentence: describeFailure(error).sentence };
      outcomes.set(resultKey(ref), outcome);
      if (code !== undefined && repeats(code)) failedTenants.set(tenant, outcome);
    }
  }
}

async function check(
  services: Pick<Services, 'notes' | 'store'>,
  found: FoundEvidence,
  outcome: Outcome | undefined,
  signal: AbortSignal,
): Promise<ReportEntry> {
  const { address, spans, line } = found;
  const shown = address.view === undefined ? [] : [describeView(address.view)];
  const words = [address.stream, ...shown, spans.map(describeSpan).join(', ')].filter((part) => part !== '').join(' ');
  const place = { link: buildCitation(found), words };
  if (outcome === undefined || !('facts' in outcome)) {
    const verdict = outcome?.isGone === true ? 'gone' : 'unknown';
    const names = [`${address.actionId}#${address.commandIndex}`];
    return { verdict, line, place, names, sentence: outcome?.sentence ?? '' };
  }
  const { facts } = outcome;
  const names = [facts.name.device, facts.name.script];
  try {
    const text = await services.store.text(address, address.stream, address.view, {
      lines: toLineSpans(spans),
      signal,
    });
    const { compareEvidence } = await services.notes.texts();
    const { verdict, finding } = compareEvidence(found, facts, text);
    const sentence = findingSentence(finding);
    // The author of a pack can write both, the result and the note.
    const pack = facts.opened?.kind === 'pack' ? ` ${l10n.t('Compared with the pack {0}.', facts.opened.name)}` : '';
    return { verdict, line, place, names, sentence: sentence + pack };
  } catch (error) {
    if (!isLiveResponseError(error) || !CANNOT_BE_READ.has(error.code)) throw error;
    return { verdict: 'unknown', line, place, names, sentence: describeFailure(error).sentence };
  }
}

/** Failures that stop a run, but that may concern one result of a note only: its storage, or its row in the database. */
const OF_ONE_RESULT: ReadonlySet<FailureCode> = new Set(['foreignDownloadHost', 'notFromStorage', 'databaseFailed']);

/** Whether the failure would repeat for the other results of the tenant, so that no further calls are spent on them. */
function repeats(code: FailureCode): boolean {
  return code === 'rateLimited' || (traitsOf(code).stopsRun === true && !OF_ONE_RESULT.has(code));
}

export const checkNotesCommand = defineCommand({
  name: 'checkNotes',
  needs: 'nothing',
  palette: ALWAYS,
  menus: [{ menu: 'editor/context', group: '1_liveResponse@3', when: 'editorLangId == markdown' }],
  run: (services, { runner }) => checkNotes(services, runner),
});

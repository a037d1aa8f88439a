import { l10n, QuickPickItemKind, ThemeIcon, Uri, window, workspace } from 'vscode';
import type { QuickInputButton, QuickPickItem } from 'vscode';
import { ExportTally } from '../../evidence/export/exportText.ts';
import { replacedWords } from '../../messages/exportWords.ts';
import { LiveResponseError } from '../../base/errors.ts';
import { describeQuery } from '../../messages/searchWords.ts';
import { hitsAsCsvFile, hitsAsNdjson } from '../../results/search/hitRows.ts';
import { NO_QUERY } from '../../results/search/storedSearch.ts';
import { toPattern } from '../../worker/findHits.ts';
import type { SearchQuery, SearchedRun } from '../../worker/searchCalls.ts';
import { activeAddress } from '../../documents/resultUris.ts';
import { hostsWords } from '../../messages/runWords.ts';
import { resultKey } from '../../base/resultUri.ts';
import { refOf } from '../../model/run.ts';
import type { RunRecord } from '../../model/runRecord.ts';
import type { Services } from '../../services/services.ts';
import { isHitNode } from '../../tree/searchView.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { openTarget } from '../open/openTarget.ts';
import type { OpenServices } from '../open/openTarget.ts';
import { confirmInStatusBar, notify } from '../../platform/show/notifications.ts';
import { createBox, describeInput, pickOne, showProblem } from '../../platform/show/quickInputs.ts';
import { localPath, writeWhole } from '../save/writeElsewhere.ts';
import { defineCommand } from '../common/defineCommand.ts';
import {
  HAS_SEARCH,
  IN_ACTIONS_VIEW,
  IN_RESULT,
  IN_RUN_OVERVIEW,
  IN_SEARCH_VIEW,
  IS_CONNECTED,
  all,
} from '../common/when.ts';

/** Services that are needed to ask for a search. */
type SearchServices = Pick<Services, 'runOverviews' | 'runs' | 'search' | 'store'>;

/** Longest selected text that is offered for a search. */
const LONGEST_SELECTION = 500;

/**
 * `liveResponse.searchResults`: searches all stored results for a text or a regular expression. Accepts `{text,
 * isRegExp, matchCase, connection, device, script}` as an argument; without an argument, asks the user.
 */
async function searchResults(services: SearchServices, runner: CommandRunner, args: readonly unknown[]): Promise<void> {
  const query = isQuery(args[0]) ? readQuery(args[0]) : await askForQuery(services);
  if (query !== undefined) await search(services, runner, query);
}

/** `liveResponse.searchAgain`: repeats the search in the results that are stored now. */
async function searchAgain(services: SearchServices, runner: CommandRunner): Promise<void> {
  const { query, title } = services.search.run ?? {};
  await (query === undefined || title !== undefined
    ? searchResults(services, runner, [])
    : search(services, runner, query));
}

/** `liveResponse.openHit`: opens the line of a hit. Its result is stored, so this takes no call. */
async function openHit(services: OpenServices, runner: CommandRunner, args: readonly unknown[]): Promise<void> {
  const [node] = args;
  if (!isHitNode(node) || node.hit === undefined) throw new LiveResponseError('badArgument', { path: 'hit' });
  const { stream, line, column, length } = node.hit;
  await openTarget(services, runner, { ref: node.result.ref, stream, line, match: { column, length } }, false);
}

/** `liveResponse.exportHits`: exports every line that was found as CSV or NDJSON, by the ending of the file's name. */
async function exportHits(services: Pick<Services, 'activeCase' | 'search'>, runner: CommandRunner): Promise<void> {
  const found = services.search.run?.found ?? [];
  const uri = await window.showSaveDialog({
    title: l10n.t('Export Hits'),
    defaultUri: suggestedHits(),
    filters: { CSV: ['csv'], NDJSON: ['ndjson'] },
  });
  if (uri === undefined) return;
  const tally = new ExportTally();
  const write = uri.path.toLowerCase().endsWith('.ndjson') ? hitsAsNdjson : hitsAsCsvFile;
  const text = write(found, tally);
  await runner.run(l10n.t('Exporting hits'), async () => {
    await writeWhole(uri, new TextEncoder().encode(text));
    services.activeCase.note({ what: 'exported' }, { file: localPath(uri) });
    const replaced = replacedWords(tally.loneSurrogates);
    if (replaced.length === 0) confirmInStatusBar(l10n.t('Hits exported'), 5000);
    else void notify('information', [l10n.t('Hits exported.'), ...replaced].join(' '));
  });
}

function suggestedHits(): Uri {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  return folder === undefined ? Uri.file('hits.csv') : Uri.joinPath(folder, 'hits.csv');
}

async function search(services: Pick<Services, 'search'>, runner: CommandRunner, query: SearchQuery): Promise<void> {
  await runner.run(l10n.t('Searching stored results'), ({ signal }) => {
    signal.addEventListener('abort', () => {
      services.search.cancel();
    });
    return services.search.start(query);
  });
}

interface Toggle extends QuickInputButton {
  readonly name: 'isRegExp' | 'matchCase' | 'where';
}

/**
 * Asks for a query in one box. Its buttons set regular expression, case and scope. The line below the box shows these
 * settings.
 */
async function askForQuery(services: SearchServices): Promise<SearchQuery | undefined> {
  const selected = selectedText();
  let query: SearchQuery = {
    ...NO_QUERY,
    ...services.search.run?.query,
    ...(selected && { text: selected, isRegExp: false }),
  };
  for (;;) {
    const answer = await askOnce(query);
    if (answer === undefined || 'query' in answer) return answer?.query;
    query = answer.changed;
    if (answer.pick) query = (await pickWhere(services, query)) ?? query;
  }
}

type Asked = { readonly query: SearchQuery } | { readonly changed: SearchQuery; readonly pick: boolean };

function askOnce(query: SearchQuery): Promise<Asked | undefined> {
  const box = createBox({ title: l10n.t('Search Stored Results'), placeholder: l10n.t('Text in output or errors') });
  const toggle = (name: Toggle['name'], icon: string, tooltip: string): Toggle => ({
    name,
    iconPath: new ThemeIcon(icon),
    tooltip,
  });
  const { promise, resolve } = Promise.withResolvers<Asked | undefined>();
  const draw = (): void => {
    describeInput(box, { prompt: promptOf(query) });
    const isSearchable = box.value === '' || isPattern({ ...query, text: box.value });
    showProblem(box, isSearchable ? undefined : l10n.t('This is no regular expression.'));
  };
  box.value = query.text;
  box.ignoreFocusOut = true;
  box.buttons = [
    toggle('matchCase', 'case-sensitive', query.matchCase ? l10n.t('Match Any Case') : l10n.t('Match Case')),
    toggle('isRegExp', 'regex', query.isRegExp ? l10n.t('Plain Text') : l10n.t('Regular Expression')),
    toggle('where', 'filter', l10n.t('Only in a Connection, Device or Script…')),
  ];
  draw();
  box.onDidChangeValue(draw);
  box.onDidTriggerButton((button) => {
    const { name } = button as Toggle;
    const changed = { ...query, text: box.value };
    if (name === 'where') resolve({ changed, pick: true });
    else resolve({ changed: { ...changed, [name]: !changed[name] }, pick: false });
  });
  box.onDidAccept(() => {
    const wanted = { ...query, text: box.value };
    if (box.value !== '' && isPattern(wanted)) resolve({ query: wanted });
  });
  box.onDidHide(() => {
    resolve(undefined);
  });
  box.show();
  return promise.finally(() => {
    box.dispose();
  });
}

function promptOf(query: SearchQuery): string {
  const kind = query.isRegExp ? l10n.t('Regular expression, a line at a time') : l10n.t('Plain text');
  const letters = query.matchCase ? l10n.t('matching case') : l10n.t('case ignored');
  const where = [query.connection, query.device, query.script, query.run?.title]
    .filter((part) => part !== undefined)
    .join(' · ');
  return `${kind}, ${letters}, ${where === '' ? l10n.t('in all stored results') : l10n.t('in {0}', where)}`;
}

interface WhereItem extends QuickPickItem {
  readonly where?: Partial<Pick<SearchQuery, 'connection' | 'device' | 'script' | 'run'>>;
}

async function pickWhere(services: SearchServices, query: SearchQuery): Promise<SearchQuery | undefined> {
  const names = (await services.store.stored()).map(({ facts }) => facts.name);
  const group = (title: string, key: 'connection' | 'device' | 'script'): WhereItem[] => [
    { label: title, kind: QuickPickItemKind.Separator },
    ...[...new Set(names.map((name) => name[key]))].sort().map((value) => ({
      label: value,
      where: { run: undefined, [key]: value },
    })),
  ];
  const everywhere = { connection: undefined, device: undefined, script: undefined, run: undefined };
  const run = await currentRun(services);
  const ofRun = run === undefined ? [] : [{ label: l10n.t('This run: {0}', run.title), where: { ...everywhere, run } }];
  const items: WhereItem[] = [
    { label: l10n.t('All stored results'), where: everywhere },
    ...ofRun,
    ...group(l10n.t('Connection'), 'connection'),
    ...group(l10n.t('Device'), 'device'),
    ...group(l10n.t('Script'), 'script'),
  ];
  const title = query.text === '' ? l10n.t('Search Stored Results') : describeQuery(query);
  const chosen = await pickOne(items, { title, placeHolder: l10n.t('Where to search'), ignoreFocusOut: true });
  return chosen?.where === undefined ? undefined : { ...query, ...chosen.where };
}

/** Returns the selected text of the active editor, if it is a part of one line. */
function selectedText(): string | undefined {
  const editor = window.activeTextEditor;
  if (editor?.selection.isSingleLine !== true || editor.selection.isEmpty) return undefined;
  const text = editor.document.getText(editor.selection);
  return text.trim() === '' || text.length > LONGEST_SELECTION ? undefined : text;
}

/** Returns the run in the active tab: its overview, or one of its results. */
async function currentRun({ runOverviews, runs }: SearchServices): Promise<SearchedRun | undefined> {
  const address = activeAddress();
  await runs.load();
  const key = address === undefined ? undefined : resultKey(address);
  const isOpen = ({ run }: RunRecord): boolean => run.members.some((member) => resultKey(refOf(run, member)) === key);
  const record = runOverviews.active ?? runs.all.find(isOpen);
  if (record === undefined) return undefined;
  const { members, words } = record.run;
  const hosts = members.map((member) => {
    const ref = refOf(record.run, member);
    return { host: member.host, ref };
  });
  return { title: `${words.script} (${hostsWords(hosts.length)})`, hosts };
}

/** Whether an argument is a query. Menus of an editor pass the address of its document. */
function isQuery(value: unknown): boolean {
  return value !== undefined && !(value instanceof Uri);
}

function isPattern(query: SearchQuery): boolean {
  try {
    toPattern(query);
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads a query from a command's argument.
 *
 * @throws LiveResponseError `badArgument` with the name of the field
 */
function readQuery(value: unknown): SearchQuery {
  const fields = new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  const wrong = (path: string): LiveResponseError => new LiveResponseError('badArgument', { path });
  const text = (name: string): string | undefined => {
    const found = fields.get(name);
    if (found !== undefined && typeof found !== 'string') throw wrong(name);
    return found;
  };
  const flag = (name: string): boolean => {
    const found = fields.get(name) ?? false;
    if (typeof found !== 'boolean') throw wrong(name);
    return found;
  };
  const query: SearchQuery = {
    text: text('text') ?? '',
    isRegExp: flag('isRegExp'),
    matchCase: flag('matchCase'),
    connection: text('connection'),
    device: text('device'),
    script: text('script'),
  };
  if (query.text === '' || !isPattern(query)) throw wrong('text');
  return query;
}

export const searchResultsCommand = defineCommand({
  name: 'searchResults',
  needs: 'nothing',
  icon: 'go-to-search',
  menus: [
    { menu: 'view/title', group: '1_search@1', when: IN_SEARCH_VIEW },
    { menu: 'view/title', group: 'navigation@5', when: all(IN_ACTIONS_VIEW, IS_CONNECTED) },
    { menu: 'editor/context', group: '1_liveResponse@3', when: IN_RESULT },
    { menu: 'editor/context', group: '1_liveResponse@3', when: IN_RUN_OVERVIEW },
  ],
  run: (services, { args, runner }) => searchResults(services, runner, args),
});

export const searchAgainCommand = defineCommand({
  name: 'searchAgain',
  needs: 'nothing',
  icon: 'refresh',
  palette: 'false',
  menus: [{ menu: 'view/title', group: 'navigation@2', when: all(IN_SEARCH_VIEW, 'liveResponse.search == ended') }],
  run: (services, { runner }) => searchAgain(services, runner),
});

export const cancelSearchCommand = defineCommand({
  name: 'cancelSearch',
  needs: 'nothing',
  icon: 'debug-stop',
  palette: 'false',
  menus: [{ menu: 'view/title', group: 'navigation@1', when: all(IN_SEARCH_VIEW, 'liveResponse.search == running') }],
  whyNothingToDo: ({ search }) => (search.run?.state === 'running' ? undefined : l10n.t('No search is running.')),
  run: ({ search }) => {
    search.cancel();
  },
});

export const clearSearchCommand = defineCommand({
  name: 'clearSearch',
  needs: 'nothing',
  icon: 'clear-all',
  palette: 'false',
  menus: [{ menu: 'view/title', group: 'navigation@4', when: IN_SEARCH_VIEW }],
  whyNothingToDo: whyNoHits,
  run: ({ search }) => {
    search.clear();
  },
});

export const exportHitsCommand = defineCommand({
  name: 'exportHits',
  needs: 'nothing',
  icon: 'save',
  palette: HAS_SEARCH,
  menus: [{ menu: 'view/title', group: 'navigation@3', when: IN_SEARCH_VIEW }],
  whyNothingToDo: whyNoHits,
  run: (services, { runner }) => exportHits(services, runner),
});

export const openHitCommand = defineCommand({
  name: 'openHit',
  needs: 'nothing',
  palette: 'false',
  run: (services, { args, runner }) => openHit(services, runner, args),
});

function whyNoHits({ search }: Pick<Services, 'search'>): string | undefined {
  return search.run === undefined ? l10n.t('There is no search yet: begin with Search Stored Results….') : undefined;
}

import { l10n } from 'vscode';
import { OVERLAP_MS } from '../../actions/changedActions.ts';
import { whatIsNew } from '../../actions/whatIsNew.ts';
import type { NewsRow, NewsState } from '../../actions/whatIsNew.ts';
import { resultKey } from '../../base/resultUri.ts';
import type { ResultRef } from '../../base/resultUri.ts';
import type { LiveResponseCommand, MachineAction } from '../../defender/schema.ts';
import { formatShortUtc, formatUtc } from '../../messages/format.ts';
import { hostOf, isSavable, subjectOf } from '../../model/machineAction.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import { commandIds } from '../../platform/commandIds.ts';
import { exitWords } from '../../messages/exitWords.ts';
import { LinkedText } from '../linkedText.ts';
import type { RowSource } from '../rowSources.ts';

/** Changes of a tenant's actions, as they were asked for. */
export interface News {
  readonly tenant: Pick<ResultRef, 'cloud' | 'tenantId'>;
  readonly connection: string;
  /** Ms since 1970. */
  readonly since: number;
  /** Time of the answer, ms since 1970. */
  readonly asOf: number;
  readonly actions: readonly MachineAction[];
  /**
   * Extent of the actions. `created`: the server lists them by their creation only. `tooMany`: more have changed
   * than are loaded at once, so only the actions that were known before are here.
   */
  readonly extent: 'whole' | 'created' | 'tooMany';
}

/** Largest number of rows in one section. A page with more is read by no one; the tree's filter finds the rest. */
const MOST_ROWS = 500;

/** Functions that look up what the window knows about the page's actions and results. */
export interface NewsLookup extends Pick<NewsState, 'isSaved'> {
  readonly action: (actionId: string) => MachineAction | undefined;
  readonly known: (ref: ResultRef) => StoredFacts | undefined;
  /** Returns why a command has no result; undefined if it has one that can be fetched. */
  readonly whyNone: (ref: ResultRef) => string | undefined;
  /** Gets the results on this machine that an order of the tenant asked for. */
  readonly ordered: readonly ResultRef[];
  readonly words: NewsWords;
}

/** Functions that return Defender's own words in the language of the user, as the rows of the tree have them. */
export interface NewsWords {
  readonly type: (type: string) => string;
  readonly action: (action: MachineAction) => string;
  readonly command: (action: MachineAction, command: LiveResponseCommand) => string;
}

/** Builds the page about changes: by what the next shift has to do about them, each row with its source. */
export function buildNews(news: News, lookup: NewsLookup): LinkedText<RowSource> {
  const { action, known } = lookup;
  const refOf = ({ id }: MachineAction, commandIndex: number): ResultRef => ({
    ...news.tenant,
    actionId: id,
    commandIndex,
  });
  const since = news.since - OVERLAP_MS;
  const kept = lookup.ordered.filter((ref) => (known(ref)?.fetchedAt ?? 0) >= since);
  const keptKeys = new Set(kept.map(resultKey));
  // An order can also have fetched what had ended before.
  const older = kept.flatMap((ref) => action(ref.actionId) ?? known(ref)?.action ?? []);
  const all = new Map([...older, ...news.actions].map((one) => [one.id, action(one.id) ?? one]));
  const found = whatIsNew([...all.values()], since, {
    isStored: (one, index) => known(refOf(one, index)) !== undefined,
    isKept: (one, index) => keptKeys.has(resultKey(refOf(one, index))),
    isSaved: lookup.isSaved,
  });
  const text = new LinkedText<RowSource>();
  text
    .add(l10n.t('What is new since {0}, and in the 15 minutes before', formatUtc(news.since)))
    .add(' · ')
    .remote(news.connection)
    .end();
  text
    .add(
      l10n.t(
        'As of {0}. Later states of these actions follow; actions that are new since then do not.',
        formatUtc(news.asOf),
      ),
    )
    .add(' ')
    .link(l10n.t('Ask Again (2 calls)'), commandIds.showWhatIsNew, { since: news.since })
    .end();
  if (news.extent !== 'whole') text.add(EXTENTS[news.extent]()).end();
  text
    .add(
      l10n.t(
        'Times are in UTC, of the last change. Select all, copy, and paste it into your notes: each line arrives with its source.',
      ),
    )
    .end();
  const sections: readonly (readonly [title: string, rows: readonly NewsRow[]])[] = [
    [l10n.t('FAILED, TIMED OUT OR CANCELED ({0})', found.failed.length), found.failed],
    [l10n.t('ENDED, RESULT NOT FETCHED ON THIS MACHINE ({0})', found.toFetch.length), found.toFetch],
    [l10n.t('PACKAGE READY, NOT SAVED BY THIS WINDOW ({0})', found.packages.length), found.packages],
    [l10n.t('KEPT BY AN ORDER SINCE THEN ({0})', found.kept.length), found.kept],
    [l10n.t('ENDED, RESULT STORED ON THIS MACHINE ({0})', found.stored.length), found.stored],
    [l10n.t('NOT ENDED ({0})', found.open.length), found.open],
    [l10n.t('OTHER ACTIONS ({0})', found.others.length), found.others],
  ];
  for (const [title, rows] of sections) {
    if (rows.length === 0) continue;
    text.end().add(title).end();
    for (const row of rows.slice(0, MOST_ROWS)) addRow(text, row, news, refOf, lookup);
    if (rows.length > MOST_ROWS) text.add(`  ${l10n.t('and {0} more', rows.length - MOST_ROWS)}`).end();
  }
  if (news.extent === 'whole' && sections.every(([, rows]) => rows.length === 0))
    text.end().add(l10n.t('Nothing has changed since then.')).end();
  return text;
}

const EXTENTS: Readonly<Record<Exclude<News['extent'], 'whole'>, () => string>> = {
  created: () =>
    l10n.t(
      'This server does not list by last change: of actions that were created before that time, only some are here.',
    ),
  tooMany: () =>
    l10n.t(
      '10,000 actions or more have changed since then. Only those that this window had loaded before are here. Choose a later time.',
    ),
};

function addRow(
  text: LinkedText<RowSource>,
  { action, command, at }: NewsRow,
  { tenant, asOf }: News,
  refOf: (action: MachineAction, commandIndex: number) => ResultRef,
  { known, whyNone, words }: NewsLookup,
): void {
  text.add(`  ${at === undefined ? '–' : formatShortUtc(at, asOf)}  `);
  const name = `${hostOf(action)} · ${command === undefined ? words.type(action.type) : subjectOf(command)}`;
  const ref = refOf(action, command?.index ?? 0);
  const facts = known(ref);
  if (command === undefined) {
    text.remote(`${name}  ${words.action(action)}`);
    const argument = { ...tenant, actionId: action.id };
    if (isSavable(action)) text.add('  ').link(l10n.t('Save Package…'), commandIds.savePackage, argument);
  } else {
    const target = { tenant: tenant.tenantId, actionId: action.id, commandIndex: command.index };
    text.link(name, commandIds.openResult, target);
    const state = facts === undefined ? whyNone(ref) : exitWords(facts);
    // A reason says all of it. Otherwise the states that say more than the section does, each once.
    const isSaid = facts === undefined && state !== undefined;
    const ofCommand = isSaid || command.commandStatus === 'Completed' ? '' : words.command(action, command);
    const ofAction = isSaid || action.status === 'Succeeded' ? '' : words.action(action);
    for (const word of new Set([state ?? '', ofCommand, ofAction])) if (word !== '') text.remote(`  ${word}`);
  }
  text.source({ ref, stream: 'output', line: undefined, isStatus: facts === undefined });
  for (const one of [action.requestor, action.requestorComment]) if (one) text.add(' · ').remote(one);
  text.end();
}

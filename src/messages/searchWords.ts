import { env, l10n } from 'vscode';

/** Facts that the sentences about a search need. */
interface SearchFacts {
  readonly title?: string;
  readonly query: {
    readonly text: string;
    readonly isRegExp: boolean;
    readonly matchCase: boolean;
    readonly connection: string | undefined;
    readonly device: string | undefined;
    readonly script: string | undefined;
    readonly run?: { readonly title: string } | undefined;
  };
  readonly state: 'running' | 'done' | 'cancelled' | 'tooMany' | 'failed';
  readonly found: readonly unknown[];
  readonly lines: number;
  readonly searched: number;
  readonly givenUp: number;
}

/** Returns the searched text and the scope of a search, on one line. */
export function describeQuery({
  text,
  isRegExp,
  matchCase,
  connection,
  device,
  script,
  run,
}: SearchFacts['query']): string {
  const what = isRegExp ? l10n.t('/{0}/', text) : l10n.t('"{0}"', text);
  const where = [connection, device, script, run?.title].filter((part) => part !== undefined).join(' · ');
  const parts = [what, ...(matchCase ? [l10n.t('matching case')] : []), ...(where === '' ? [] : [where])];
  return parts.join(', ');
}

/** Returns the progress of a search, with the number of results that it did not finish. Shown above the hits. */
export function describeSearch(run: SearchFacts): string {
  const count = (value: number): string => value.toLocaleString(env.language);
  const results = run.found.length;
  const [lines, withHits, searched] = [count(run.lines), count(results - run.givenUp), count(run.searched)];
  const hits =
    run.lines === 1
      ? l10n.t('1 line in 1 of {0} results', searched)
      : l10n.t('{0} lines in {1} of {2} results', lines, withHits, searched);
  const nothing =
    run.title === undefined
      ? l10n.t('Nothing found in {0} stored results', count(run.searched))
      : l10n.t('no line, both have the same ones');
  const states: Record<SearchFacts['state'], string> = {
    running: l10n.t('Searching… {0}', hits),
    done: run.lines === 0 ? nothing : hits,
    cancelled: l10n.t('Canceled: {0}', hits),
    tooMany: l10n.t('Ended early, more than anyone reads: {0}', hits),
    failed: l10n.t('Failed: {0}', hits),
  };
  const givenUp =
    run.givenUp === 0 ? '' : ` ${l10n.t('{0} results were not searched to their end.', count(run.givenUp))}`;
  return `${run.title ?? describeQuery(run.query)}: ${states[run.state]}.${givenUp}`;
}

import { EventEmitter, l10n, ThemeColor, ThemeIcon, TreeItemCollapsibleState, window } from 'vscode';
import type { Disposable, TreeDataProvider, TreeItem, TreeItemLabel, TreeView } from 'vscode';
import { commandIds } from '../platform/commandIds.ts';
import { searchViewId } from '../platform/viewIds.ts';
import { setContextKey } from '../platform/contextKeys.ts';
import { formatLocal } from '../messages/format.ts';
import { createRow } from '../platform/show/rows.ts';
import { describeTreeView } from '../platform/show/views.ts';
import { describeSearch } from '../messages/searchWords.ts';
import type { SearchRun, StoredSearch } from '../results/search/storedSearch.ts';
import type { ResultHits, SearchHit } from '../worker/searchCalls.ts';

/** Row for a result with hits, for one hit, or for the number of lines that are not listed. */
export interface HitNode {
  readonly kind: 'foundResult' | 'hit' | 'more';
  readonly result: ResultHits;
  readonly hit?: SearchHit;
}

/** Shortest time between two updates of the view while a search runs, in milliseconds. */
const DRAW_MS = 150;

/** View of the hits of a search, grouped by result. It is shown only after a search was started. */
export class SearchView implements Disposable, TreeDataProvider<HitNode> {
  readonly #changed = new EventEmitter<undefined>();
  readonly #view: TreeView<HitNode>;
  readonly #subscription: Disposable;
  #nodes: readonly HitNode[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #run: SearchRun | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(search: StoredSearch) {
    this.#view = window.createTreeView(searchViewId, { treeDataProvider: this, showCollapseAll: true });
    this.#subscription = search.onDidChange((run) => {
      const begins = run !== undefined && this.#run?.query !== run.query;
      this.#run = run;
      if (begins || run?.state !== 'running') this.#draw();
      else
        this.#timer ??= setTimeout(() => {
          this.#draw();
        }, DRAW_MS);
    });
  }

  getChildren(node?: HitNode): HitNode[] {
    if (node === undefined) return [...this.#nodes];
    if (node.kind !== 'foundResult') return [];
    const { result } = node;
    const hits = result.hits.map((hit): HitNode => ({ kind: 'hit', result, hit }));
    return result.more > 0 ? [...hits, { kind: 'more', result }] : hits;
  }

  getTreeItem(node: HitNode): TreeItem {
    if (node.kind === 'foundResult') return resultItem(node.result);
    return node.hit === undefined ? moreItem(node.result) : hitItem(node, node.hit);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#view.dispose();
    this.#changed.dispose();
  }

  #draw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const run = this.#run;
    setContextKey('liveResponse.search', run === undefined ? 'none' : run.state === 'running' ? 'running' : 'ended');
    describeTreeView(this.#view, { message: run === undefined ? '' : describeSearch(run) });
    // The same result keeps its node, so that it stays expanded while more results arrive.
    const known = new Map(this.#nodes.map((node) => [node.result, node]));
    this.#nodes = (run?.found ?? []).map((result) => known.get(result) ?? { kind: 'foundResult', result });
    this.#changed.fire(undefined);
  }
}

function resultItem({ name, hits, more, fetchedAt, givenUp }: ResultHits): TreeItem {
  const lines = hits.length + more;
  const why = {
    tooSlow: l10n.t('given up: the expression takes too long on it'),
    damaged: l10n.t('not searched: its stored copy is damaged'),
  };
  const words = [
    ...(givenUp === undefined ? [] : [why[givenUp]]),
    ...(lines === 0 ? [] : [lines === 1 ? l10n.t('1 line') : l10n.t('{0} lines', lines)]),
    l10n.t('fetched {0}', formatLocal(fetchedAt)),
  ];
  const item = createRow(
    { label: `${name.device} · ${name.script}`, description: words.join(' · ') },
    lines === 0 ? TreeItemCollapsibleState.None : TreeItemCollapsibleState.Expanded,
  );
  item.iconPath =
    givenUp === undefined
      ? new ThemeIcon('output')
      : new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
  item.contextValue = 'foundResult';
  return item;
}

function hitItem(node: HitNode, hit: SearchHit): TreeItem {
  // Replaces each UTF-16 unit by one unit, so that the highlight keeps its position.
  const text = hit.text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (unit) => (unit === '\t' ? ' ' : '\ufffd'.repeat(unit.length)));
  const label: TreeItemLabel = { label: text, highlights: [[hit.at, hit.at + hit.length]] };
  const streams = { output: l10n.t('output'), errors: l10n.t('errors'), raw: l10n.t('raw') };
  const item = createRow({
    label,
    description: `${streams[hit.stream]} ${hit.line}`,
    spoken: l10n.t('{0}, line {1}: {2}', streams[hit.stream], hit.line, text),
  });
  item.contextValue = 'hit';
  item.command = { command: commandIds.openHit, title: l10n.t('Open Result'), arguments: [node] };
  return item;
}

function moreItem({ more }: ResultHits): TreeItem {
  const item = createRow({ label: l10n.t('{0} more lines', more) });
  item.iconPath = new ThemeIcon('ellipsis');
  item.contextValue = 'more';
  return item;
}

/** Whether the argument of a command is a row of this view. */
export function isHitNode(value: unknown): value is HitNode {
  return typeof value === 'object' && value !== null && 'kind' in value && 'result' in value;
}

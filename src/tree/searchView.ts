import { EventEmitter, l10n, ThemeColor, ThemeIcon, TreeItemCollapsibleState, window } from 'vscode';
import type { Disposable, TreeDataProvider, TreeItem, TreeItemLabel, TreeView } from 'vscode';
import { commandIds } from '../platform/commandIds.ts';
import { searchViewId } from '../platform/viewIds.ts';
import { setContextKey } from '../platform/contextKeys.ts';
import { formatUtc } from '../messages/format.ts';
import { createRow } from '../platform/show/rows.ts';
import { describeTreeView } from '../platform/show/views.ts';
import { describeSearch } from '../messages/searchWords.ts';
import type { SearchRun, StoredSearch } from '../results/search/storedSearch.ts';
import { resultKey } from '../base/resultUri.ts';
import { hostsWords } from '../messages/runWords.ts';
import type { ResultHits, SearchedHost, SearchHit } from '../worker/searchCalls.ts';

/** Row for a result with hits, for one hit, or for the number of lines that are not listed. */
export interface HitNode {
  readonly kind: 'foundResult' | 'hit' | 'more';
  readonly result: ResultHits;
  readonly hit?: SearchHit;
}

/** Largest number of characters of a line that are shown before the match. */
const AHEAD = 20;
/** Row for the hosts of the searched run without a hit, or for those whose result is not known. */
interface HostsNode {
  readonly kind: 'hosts';
  /** Whether the hosts' results were searched to their end. */
  readonly isKnown: boolean;
  readonly hosts: readonly SearchedHost[];
}

/** Row for one of these hosts. */
interface HostNode {
  readonly kind: 'host';
  readonly host: SearchedHost;
}

export type SearchNode = HitNode | HostsNode | HostNode;

/** Shortest time between two updates of the view while a search runs, in milliseconds. */
const DRAW_MS = 150;

/** View of the hits of a search, grouped by result. It is shown only after a search was started. */
export class SearchView implements Disposable, TreeDataProvider<SearchNode> {
  readonly #changed = new EventEmitter<undefined>();
  readonly #view: TreeView<SearchNode>;
  readonly #subscription: Disposable;
  #nodes: readonly HitNode[] = [];
  #hosts: readonly HostsNode[] = [];
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

  getChildren(node?: SearchNode): SearchNode[] {
    if (node === undefined) return [...this.#nodes, ...this.#hosts];
    if (node.kind === 'hosts') return node.hosts.map((host) => ({ kind: 'host', host }));
    if (node.kind !== 'foundResult') return [];
    const { result } = node;
    const hits = result.hits.map((hit): HitNode => ({ kind: 'hit', result, hit }));
    return result.more > 0 ? [...hits, { kind: 'more', result }] : hits;
  }

  getTreeItem(node: SearchNode): TreeItem {
    if (node.kind === 'hosts') return hostsItem(node);
    if (node.kind === 'host') return hostItem(node);
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
    setContextKey('liveResponse.search', stateOf(run));
    describeTreeView(this.#view, { message: run === undefined ? '' : describeSearch(run) });
    // The same result keeps its node, so that it stays expanded while more results arrive.
    const known = new Map(this.#nodes.map((node) => [node.result, node]));
    this.#nodes = (run?.found ?? []).map((result) => known.get(result) ?? { kind: 'foundResult', result });
    this.#hosts = run?.state === 'done' ? hostsWithoutHit(run) : [];
    this.#changed.fire(undefined);
  }
}

/** Returns the state for menus. Lines that a comparison `listed` cannot be searched again. */
function stateOf(run: SearchRun | undefined): 'none' | 'running' | 'listed' | 'ended' {
  if (run === undefined) return 'none';
  if (run.title !== undefined) return 'listed';
  return run.state === 'running' ? 'running' : 'ended';
}

function resultItem({ ref, name, hits, more, fetchedAt, givenUp }: ResultHits): TreeItem {
  const lines = hits.length + more;
  const why = {
    tooSlow: l10n.t('given up: the expression takes too long on it'),
    damaged: l10n.t('not searched: its stored copy is damaged'),
  };
  const words = [
    ...(givenUp === undefined ? [] : [why[givenUp]]),
    ...(lines === 0 ? [] : [lines === 1 ? l10n.t('1 line') : l10n.t('{0} lines', lines)]),
    // The time at which a result of a pack was fetched is only the pack's word.
    ref.cloud === 'pack' ? name.connection : l10n.t('fetched {0}', formatUtc(fetchedAt)),
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
  // In a narrow side bar, a match behind many characters would be cut off.
  const blanks = /^\s*/u.exec(text.slice(0, hit.at))?.[0].length ?? 0;
  const start = Math.max(blanks, hit.at - AHEAD);
  const cut = start > blanks ? '…' : '';
  const from = hit.at - start + cut.length;
  const label: TreeItemLabel = {
    label: cut + text.slice(start).trimEnd(),
    highlights: [[from, from + hit.length]],
  };
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

/**
 * Returns the hosts of the searched run without a hit: first those whose result was searched to its end, then those of
 * which it is not known whether they have one.
 */
function hostsWithoutHit({ query, found, without: searched }: SearchRun): HostsNode[] {
  const hits = new Set(found.filter((result) => result.hits.length > 0).map(({ ref }) => resultKey(ref)));
  const without: SearchedHost[] = [];
  const unknown: SearchedHost[] = [];
  for (const host of query.run?.hosts.toSorted(byName) ?? []) {
    const key = resultKey(host.ref);
    if (!hits.has(key)) (searched.has(key) ? without : unknown).push(host);
  }
  const nodes: HostsNode[] = [
    { kind: 'hosts', isKnown: true, hosts: without },
    { kind: 'hosts', isKnown: false, hosts: unknown },
  ];
  return nodes.filter(({ hosts }) => hosts.length > 0);
}

const NAMES = new Intl.Collator(undefined, { numeric: true });

function byName(one: SearchedHost, other: SearchedHost): number {
  return NAMES.compare(one.host, other.host);
}

function hostsItem({ isKnown, hosts }: HostsNode): TreeItem {
  const label = isKnown ? l10n.t('Hosts without a hit') : l10n.t('Not known: not stored, or not searched');
  const item = createRow({ label, description: hostsWords(hosts.length) }, TreeItemCollapsibleState.Collapsed);
  item.iconPath = new ThemeIcon(isKnown ? 'circle-slash' : 'question');
  item.contextValue = 'hosts';
  return item;
}

function hostItem({ host: { host, ref } }: HostNode): TreeItem {
  const item = createRow({ label: host });
  const { tenantId: tenant, actionId, commandIndex } = ref;
  item.command = {
    command: commandIds.openResult,
    title: l10n.t('Open Result'),
    arguments: [{ tenant, actionId, commandIndex }],
  };
  item.contextValue = 'host';
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

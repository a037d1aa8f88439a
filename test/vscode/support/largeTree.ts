import type { Transport } from '../../../src/defender/transport.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { createLocalLedger } from '../../../src/defender/calls/localLedger.ts';
import { createTenantClient } from '../../../src/defender/tenantClient.ts';
import { ActionStore } from '../../../src/actions/actionStore.ts';
import { ActionTree } from '../../../src/tree/actionTree.ts';
import type { TreeSource } from '../../../src/tree/treeSource.ts';
import type { TreeNode } from '../../../src/tree/nodes.ts';
import { countTree } from '../../rig/countedTree.ts';
import type { CountedTree } from '../../rig/countedTree.ts';
import { createLargeTenant } from '../../tenant/largeTenant.ts';
import type { LargeTenant } from '../../tenant/largeTenant.ts';

const NEVER = new AbortController().signal;
const API = 'https://api.large.invalid';

/** Our tree in a view of the rig, with a tenant in memory. */
export interface LargeTree {
  readonly tenant: LargeTenant;
  readonly store: ActionStore;
  readonly tree: ActionTree;
  readonly counted: CountedTree<TreeNode>;
  readonly source: TreeSource;
  /** Returns the number of API calls so far. */
  readonly calls: () => number;
  readonly loadAll: () => Promise<void>;
}

/** Creates the tree of a large tenant, and shows it in this view of the rig. */
export function createLargeTree(viewId: string): LargeTree {
  const tenant = createLargeTenant();
  const startedAt = Date.now();
  const sample = tenant.createSampleTenant({ startedAt, now: Date.now, mintLink: () => '' });
  let calls = 0;
  const transport: Transport = {
    api: async ({ url }) => {
      const { pathname: path, search } = new URL(url);
      const answer = await sample.answer({ method: 'GET', path, query: search.slice(1), apiUrl: API });
      const body = (async function* () {
        await Promise.resolve();
        yield Buffer.from(answer.body);
      })();
      return { status: answer.status, headers: answer.headers, body };
    },
    download: () => Promise.reject(new Error('no result is asked for here')),
  };
  const client = createTenantClient(createLocalLedger(systemClock), {
    apiUrl: API,
    transport,
    getAccessToken: () => Promise.resolve('token'),
    onCall: () => calls++,
  });
  const store = new ActionStore(() => Promise.resolve(client), true);
  const { source, tree, counted } = showTree(viewId, store);
  const loadAll = async (): Promise<void> => {
    await store.ensureLoaded(NEVER);
    while (store.state.kind === 'loaded' && store.state.hasMore) await store.loadMore(NEVER, 2500);
  };
  return { tenant, store, tree, counted, source, calls: () => calls, loadAll };
}

/** Shows our tree of a store in a view of the rig. */
export function showTree(
  viewId: string,
  store: ActionStore,
): { source: TreeSource; tree: ActionTree; counted: CountedTree<TreeNode> } {
  const source: TreeSource = {
    connectionName: 'Large',
    tenant: { cloud: 'custom', tenantId: '33333333-4444-4555-8666-777777777777' },
    actions: store,
    stored: () => undefined,
  };
  const trees: ActionTree[] = [];
  const counted = countTree<TreeNode>(viewId, (changed) => {
    const tree = new ActionTree(
      changed,
      (shown) => shown.actions.ensureLoaded(NEVER),
      () => Promise.resolve(),
    );
    trees.push(tree);
    return tree;
  });
  const [tree] = trees;
  if (tree === undefined) throw new Error('no tree was made');
  store.onDidChange((change) => {
    tree.update(change === 'list' ? [] : change.ids);
  });
  return { source, tree, counted };
}

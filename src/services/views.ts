import type { ExtensionContext } from 'vscode';
import { CompanionTabs } from '../documents/companionTabs.ts';
import { HelpDocument } from '../documents/helpDocument.ts';
import { RunOverviews } from '../documents/runOverview/runOverviews.ts';
import { CallsItem } from '../statusBar/callsItem.ts';
import { RunItem } from '../statusBar/runItem.ts';
import { ActionsView } from '../tree/actionsView.ts';
import type { ActionsViewParts } from '../tree/actionsView.ts';
import { SavedFilters } from '../tree/savedFilters.ts';
import { ledgerPort } from '../worker/ports.ts';
import type { GroundServices } from './ground.ts';
import type { ResultServices } from './results.ts';
import type { RunServices } from './runs.ts';
import type { TenantServices } from './tenant.ts';

/** Services that the user sees: the view, documents beside results, and status bar items. */
export interface ViewServices {
  readonly view: ActionsView;
  readonly savedFilters: SavedFilters;
  readonly companions: CompanionTabs;
  readonly help: HelpDocument;
  readonly calls: CallsItem;
  readonly runOverviews: RunOverviews;
  readonly runItem: RunItem;
}

/** The view and its event, which `extension.ts` registers during activation. */
export type RegisteredView = Pick<ActionsViewParts, 'view' | 'treeChanged'>;

export function createViewServices(
  { globalState }: ExtensionContext,
  registered: RegisteredView,
  parts: GroundServices & TenantServices & ResultServices & RunServices,
): ViewServices {
  const { connections, worker, store, runs, estimateRun } = parts;
  const calls = new CallsItem(async () => {
    const { active } = connections;
    return active === undefined ? undefined : ledgerPort(worker, active).usage();
  });
  parts.onDidCall(() => void calls.update());
  return {
    view: new ActionsView({ ...registered, ...parts }),
    savedFilters: new SavedFilters(globalState),
    companions: new CompanionTabs(),
    help: new HelpDocument(),
    calls,
    runOverviews: new RunOverviews({ store, runs, memento: globalState, estimate: estimateRun }),
    runItem: new RunItem({
      runs,
      estimate: estimateRun,
      missing: async (record) => (await runs.missing(record)).length,
    }),
  };
}

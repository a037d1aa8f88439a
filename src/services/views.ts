import type { EventEmitter, ExtensionContext, Uri } from 'vscode';
import type { NormaliseRules } from '../base/normaliseRules.ts';
import { CompanionTabs } from '../documents/companionTabs.ts';
import { HelpDocument } from '../documents/helpDocument.ts';
import type { ShownActions } from '../connections/shownActions.ts';
import { RemarkThreads } from '../documents/marks/remarkThreads.ts';
import { RunOverviews } from '../documents/runOverview/runOverviews.ts';
import { TableTabs } from '../documents/table/tableTabs.ts';
import { StatusPages } from '../documents/status/statusPages.ts';
import { CaseItem } from '../statusBar/caseItem.ts';
import { CallsItem } from '../statusBar/callsItem.ts';
import { RunItem } from '../statusBar/runItem.ts';
import { AuditView } from '../tree/auditView.ts';
import { ActionsView } from '../tree/actionsView.ts';
import type { ActionsViewParts } from '../tree/actionsView.ts';
import { SavedFilters } from '../tree/savedFilters.ts';
import { ledgerPort } from '../worker/ports.ts';
import { policyPage } from '../messages/policy/policyPage.ts';
import { setContextKey } from '../platform/contextKeys.ts';
import type { CaseServices } from './case.ts';
import { refOf } from '../model/run.ts';
import { actionState, commandState, typeName } from '../tree/words.ts';
import type { GroundServices } from './ground.ts';
import type { ResultServices } from './results.ts';
import type { RunServices } from './runs.ts';
import type { TenantServices } from './tenant.ts';

/** Services that the user sees: the view, documents beside results, and status bar items. */
export interface ViewServices {
  readonly view: ActionsView;
  readonly savedFilters: SavedFilters;
  readonly companions: CompanionTabs;
  readonly statusPages: StatusPages;
  readonly help: HelpDocument;
  readonly calls: CallsItem;
  readonly caseItem: CaseItem;
  readonly remarkThreads: RemarkThreads;
  readonly runOverviews: RunOverviews;
  readonly runItem: RunItem;
  readonly tableTabs: TableTabs;
  readonly auditView: AuditView;
}

/** The view and the events, which `extension.ts` registers during activation. */
export type RegisteredView = Pick<ActionsViewParts, 'view' | 'treeChanged'> & {
  readonly pagesChanged: EventEmitter<Uri>;
};

export function createViewServices(
  { extensionUri, globalState }: ExtensionContext,
  registered: RegisteredView,
  parts: GroundServices & TenantServices & ResultServices & CaseServices & RunServices,
): ViewServices {
  const { actions, auditTrail, connections, sessions, noResults, worker, store, runs, estimateRun, policy } = parts;
  if (!policy.isAllowed('auditTrail')) setContextKey('liveResponse.auditFetch', 'forbidden');
  if (!policy.isAllowed('packs')) setContextKey('liveResponse.packs', 'forbidden');
  const companions = new CompanionTabs();
  const calls = new CallsItem(async () => {
    const { active } = connections;
    return active === undefined || active.cloud === 'pack' ? undefined : ledgerPort(worker, active).usage();
  });
  parts.onDidCall(() => void calls.update());
  const runOverviews = new RunOverviews({
    store,
    runs,
    noResults,
    mayHandOver: () => policy.isAllowed('packs'),
    marks: parts.marks,
    memento: globalState,
    estimate: estimateRun,
  });
  return {
    view: new ActionsView({ ...registered, ...parts }),
    savedFilters: new SavedFilters(globalState),
    companions,
    statusPages: new StatusPages({
      store,
      companions,
      noResults,
      auditTrail,
      changed: registered.pagesChanged,
      onDidChangeActions: (listener) => followList(actions, listener),
      ordered: ({ cloud, tenantId }) =>
        runs.all
          .filter(
            ({ run, order }) => order !== undefined && run.tenant.cloud === cloud && run.tenant.tenantId === tenantId,
          )
          .flatMap(({ run }) => run.members.map((member) => refOf(run, member))),
      saves: parts.saves,
      words: {
        type: typeName,
        action: actionState,
        command: (action, command) => commandState(action, command, undefined),
      },
      knownAction: (ref) => {
        const connection = ref.cloud === 'file' ? undefined : connections.forTenant(ref);
        return connection === undefined ? undefined : sessions.of(connection).known(ref.actionId);
      },
    }),
    auditView: new AuditView(auditTrail, (listener) => followList(actions, listener)),
    help: new HelpDocument(() => policyPage(policy, parts.settings.ownValues(), connections.hidden)),
    calls,
    caseItem: new CaseItem(parts.activeCase),
    remarkThreads: new RemarkThreads({
      ...parts,
      onFailure: (error) => {
        parts.log.failure('remarks', error);
      },
    }),
    runOverviews,
    tableTabs: new TableTabs({
      extension: extensionUri,
      store,
      tables: store.tables,
      runs,
      noResults,
      rules: () => withoutOwn(runOverviews.rules.rules),
      onDidChangeRules: (listener) => runOverviews.onDidChangeRules(listener),
      onTrouble: (error) => {
        parts.log.failure('Table', error);
      },
    }),
    runItem: new RunItem({
      runs,
      estimate: estimateRun,
      counts: (record) => runOverviews.counts(record),
    }),
  };
}

/** Calls the listener when another list is chosen, and when actions of the chosen list change. */
function followList({ shown, onDidChange }: ShownActions, listener: () => void): { dispose: () => void } {
  let list = shown?.actions.onDidChange(listener);
  const choice = onDidChange((next) => {
    list?.dispose();
    list = next?.actions.onDidChange(listener);
    listener();
  });
  return {
    dispose: () => {
      choice.dispose();
      list?.dispose();
    },
  };
}

/**
 * Returns rules without the user's own expression. Tables apply rules to each cell in a thread that holds the tables of
 * all tabs, so that ending it for a slow expression would cost all of them.
 */
function withoutOwn({ host, times, pids, guids, numbers }: NormaliseRules): NormaliseRules {
  return { host, times, pids, guids, numbers };
}

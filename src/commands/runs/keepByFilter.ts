import { l10n } from 'vscode';
import type { ActionFilter } from '../../actions/actionFilter.ts';
import { formatBytes, formatDuration } from '../../messages/format.ts';
import { callsWords, changesWords, fullWords } from '../../messages/runWords.ts';
import { ask, notify } from '../../platform/show/notifications.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';
import { forbidden } from '../../messages/policy/policyWords.ts';
import { createFilterRun, MOST_MEMBERS, orderFilter } from '../../runs/filterRun.ts';
import { countOpen, createOrder } from '../../runs/standingOrder.ts';
import type { Services } from '../../services/services.ts';
import { filterWords } from '../../tree/filterWords.ts';
import { begin } from './fetchRun.ts';
import type { BeginServices } from './fetchRun.ts';

/** Services that are needed to order the results of a filter. */
export type KeepServices = BeginServices & Pick<Services, 'actions' | 'connections' | 'estimateRun' | 'policy'>;

const HOUR_MS = 3_600_000;

/**
 * Orders the results of all sessions that match a filter, also of those that nobody has started yet. Asks for the end of
 * the order, and names what it may take, before anything is fetched. From then on it is a run like any other: shown in
 * the status bar, paused and canceled there.
 */
export async function keepByFilter(services: KeepServices, filter: ActionFilter): Promise<void> {
  const { active } = services.connections;
  if (active === undefined) return;
  if (!services.policy.isAllowed('standingOrders')) {
    void notify('information', forbidden('standingOrders'));
    return;
  }
  if (!services.settings.storageRules().keep) {
    const sentence = l10n.t(
      'Results are not kept on this machine (liveResponse.storage.keepResults), so none can be ordered.',
    );
    void notify('information', sentence);
    return;
  }
  const now = Date.now();
  const conditions = orderFilter(filter, { since: now, grows: true });
  if (conditions === undefined) {
    void notify('information', l10n.t('Filter by a device, a script, a requestor or a comment first.'));
    return;
  }
  const title = filterWords(conditions);
  const { span } = filter;
  const isPast = span !== undefined && 'before' in span && Date.parse(span.before) <= now;
  const growing = [
    { label: l10n.t('For 8 Hours'), lasts: 8 * HOUR_MS, grows: true },
    { label: l10n.t('For 24 Hours'), lasts: 24 * HOUR_MS, grows: true },
    { label: l10n.t('For 3 Days'), lasts: 72 * HOUR_MS, grows: true },
  ];
  const end = await pickOne(
    [
      // No session can begin in a span that is over.
      ...(isPast ? [] : growing),
      {
        label: l10n.t('Until All Have Ended'),
        description: l10n.t('only the sessions that are listed now'),
        lasts: 24 * HOUR_MS,
        grows: false,
      },
    ],
    { title: l10n.t('Keep Results as They Come'), placeHolder: title },
  );
  if (end === undefined) return;
  const wanted = { ...conditions, grows: end.grows };
  const { cloud, tenantId } = active;
  const actions = services.actions.list?.actions ?? [];
  const run = createFilterRun({ filter: wanted, title, tenant: { cloud, tenantId }, actions });
  const order = createOrder(run, now, end.lasts);
  const record = services.runs.note(run);
  const missing = (await services.runs.missing(record)).length;
  const keep = l10n.t('Keep Results');
  const answer = await ask(
    {
      severity: 'information',
      question: l10n.t('Keep the results of {0} as they come?', title),
      details: [
        l10n.t(
          '{0} now, about {1}, in the background. Your clicks go first.',
          callsWords(missing),
          formatDuration(await services.estimateRun(record, missing)),
        ),
        l10n.t('{0} of the listed commands have not ended.', countOpen(run)),
        changesWords(formatDuration(order.endsAt - now), order.mostCalls, formatBytes(order.mostBytes)),
        ...(run.filter.isFull === true ? [fullWords(MOST_MEMBERS)] : []),
        l10n.t('State, type and exit code in the filter do not count.'),
      ],
    },
    keep,
  );
  if (answer !== keep) {
    services.runs.forget(run.key);
    return;
  }
  begin(services, record, { again: true, order });
  await services.runOverviews.show(record);
}

import { l10n } from 'vscode';
import type { Services } from '../../services/services.ts';
import { ORDERS } from '../../tree/arrange.ts';
import type { Order } from '../../tree/arrange.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW, IS_CONNECTED, all } from '../common/when.ts';

/** `liveResponse.sortActions`: sorts by age, device, script or state. */
async function sortActions({ view }: Pick<Services, 'view'>): Promise<void> {
  const labels: Readonly<Record<Order, string>> = {
    age: l10n.t('By Age, Newest First'),
    device: l10n.t('By Device'),
    script: l10n.t('By Script'),
    state: l10n.t('By State, Unfinished First'),
  };
  const items = ORDERS.map((order) => ({
    label: labels[order],
    description: order === view.tree.order ? l10n.t('current') : '',
    order,
  }));
  const placeHolder = l10n.t('Sorts what is loaded');
  const chosen = await pickOne(items, { title: l10n.t('Sort Machine Actions'), placeHolder });
  if (chosen !== undefined) view.sortBy(chosen.order);
}

export const sortActionsCommand = defineCommand({
  name: 'sortActions',
  needs: 'connection',
  menus: [{ menu: 'view/title', group: '2_group@5', when: all(IN_ACTIONS_VIEW, IS_CONNECTED) }],
  run: (services) => sortActions(services),
});

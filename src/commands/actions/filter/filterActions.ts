import { l10n, QuickPickItemKind, ThemeIcon } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { FILTER_FIELDS, isEmptyFilter, MARK_FIELDS, without, withoutMarks } from '../../../actions/actionFilter.ts';
import type { ActionFilter, FilterField } from '../../../actions/actionFilter.ts';
import type { Services } from '../../../services/services.ts';
import { fieldName, fieldValue, filterWords } from '../../../tree/filterWords.ts';
import { keepByFilter } from '../../runs/keepByFilter.ts';
import type { KeepServices } from '../../runs/keepByFilter.ts';
import type { CommandRunner } from '../../common/commandRunner.ts';
import { askForField } from './askForField.ts';
import { confirmInStatusBar, notify } from '../../../platform/show/notifications.ts';
import { askForText, pickFollowing, pickOne } from '../../../platform/show/quickInputs.ts';
import { foldedPattern } from '../../../evidence/text/foldCase.ts';
import { loadedDevices } from './askForDevice.ts';
import { defineCommand } from '../../common/defineCommand.ts';
import { ALWAYS, IN_ACTIONS_VIEW, IS_CONNECTED, MAY_BE_CONNECTED, all } from '../../common/when.ts';

type Step =
  FilterField | 'show' | 'clear' | 'save' | 'keep' | { readonly saved: string } | { readonly typed: ActionFilter };

/**
 * `liveResponse.filterActions`: lists the fields with their conditions, and asks for the condition of the chosen field.
 * Then the list appears again, until the user shows the matching actions. The view does not change before that.
 */
async function filterActions(
  services: KeepServices & Pick<Services, 'actions' | 'connections' | 'marks' | 'savedFilters' | 'sessions'>,
  runner: CommandRunner,
): Promise<void> {
  let filter = services.actions.filter;
  for (let isChanged = false; ; isChanged = true) {
    const step = await askForStep(services, filter, isChanged);
    if (step === undefined) return;
    if (typeof step === 'object') {
      if ('saved' in step) applySaved(services, step.saved);
      else services.actions.showFiltered({ ...filter, ...step.typed });
      return;
    }
    if (step === 'clear') {
      services.actions.showFiltered({});
      return;
    }
    if (step === 'show' || step === 'save' || step === 'keep') {
      services.actions.showFiltered(filter);
      if (step === 'save') await saveFilter(services);
      if (step === 'keep') await keepByFilter(services, filter);
      return;
    }
    const asked = await askForField(services, runner, step, filter);
    if (asked === 'any') filter = without(filter, step);
    else if (asked !== undefined) filter = { ...without(filter, step), ...asked };
  }
}

async function askForStep(
  services: Pick<Services, 'actions' | 'marks' | 'policy' | 'savedFilters'>,
  filter: ActionFilter,
  isChanged: boolean,
): Promise<Step | undefined> {
  const isEmpty = isEmptyFilter(filter);
  const saved = services.savedFilters.all;
  const items: (QuickPickItem & { readonly step?: Step })[] = [
    ...(isChanged
      ? [
          {
            iconPath: new ThemeIcon('check'),
            label: l10n.t('Show Matching Actions'),
            description: filterWords(filter),
            step: 'show' as const,
          },
        ]
      : []),
    ...FILTER_FIELDS.filter((field) => hasShownMarks(services) || !MARK_FIELDS.includes(field)).map((field) => ({
      label: fieldName(field),
      description: fieldValue(filter, field) ?? l10n.t('any'),
      step: field,
    })),
    { label: '', kind: QuickPickItemKind.Separator },
    ...(isEmpty ? [] : [{ iconPath: new ThemeIcon('save'), label: l10n.t('Show and Save…'), step: 'save' as const }]),
    ...(isEmpty || hasMarks(filter) || !services.policy.isAllowed('standingOrders')
      ? []
      : [{ iconPath: new ThemeIcon('eye'), label: l10n.t('Keep Results as They Come…'), step: 'keep' as const }]),
    ...(isEmptyFilter(services.actions.filter)
      ? []
      : [{ iconPath: new ThemeIcon('clear-all'), label: l10n.t('Clear Filter'), step: 'clear' as const }]),
    ...(saved.length === 0 ? [] : [{ label: l10n.t('Saved filters'), kind: QuickPickItemKind.Separator }]),
    ...saved.map((one) => ({ label: one.name, description: filterWords(one.filter), step: { saved: one.name } })),
  ];
  return pickStep(services, items);
}

type StepItem = QuickPickItem & { readonly step?: Step };

/** Asks for a step. A typed text is offered as a device, a script or a comment, without the way through the fields. */
async function pickStep(
  services: Pick<Services, 'actions' | 'marks'>,
  fixed: readonly StepItem[],
): Promise<Step | undefined> {
  const chosen = await pickFollowing({
    fixed: () => fixed,
    typed: (text) => typedSteps(services, text),
    ignoreFocusOut: true,
    matchOnDescription: true,
    texts: () => ({
      title: l10n.t('Filter Machine Actions'),
      placeholder: l10n.t('Type a device, script or comment, or choose a field (all must match)'),
    }),
  });
  return chosen?.step;
}

/** Largest number of devices that a typed text offers. A longer text names fewer. */
const MOST_DEVICES = 5;

/** Returns the conditions that a typed text can mean. A device that is loaded comes with its ids. */
function typedSteps(services: Pick<Services, 'actions' | 'marks'>, text: string): StepItem[] {
  const { actions, marks } = services;
  if (text === '') return [];
  const wanted = foldedPattern(text);
  const devices = loadedDevices(actions.list?.actions ?? []).filter(({ name }) => wanted.test(name));
  const item = (typed: ActionFilter, label: string, description?: string): StepItem => ({
    iconPath: new ThemeIcon('filter'),
    label,
    ...(description === undefined ? {} : { description }),
    step: { typed },
  });
  // VS Code puts labels that begin with the typed text first.
  return [
    ...(hasShownMarks(services) ? typedMarks(text, marks.tags(actions.shown?.tenant)) : []).map((typed) =>
      item(typed, text, filterWords(typed)),
    ),
    ...devices.slice(0, MOST_DEVICES).map((device) => item({ device }, device.name, fieldName('device'))),
    item({ script: text }, filterWords({ script: text })),
    item({ comment: text }, filterWords({ comment: text })),
  ];
}

/** Whether the list has marks: those of a case, or those of its pack. */
function hasShownMarks({ actions: { shown }, marks }: Pick<Services, 'actions' | 'marks'>): boolean {
  return shown === undefined ? marks.isOpen : marks.isShown(shown.tenant);
}

/** Whether a filter is about marks. New actions have none, so that an order by such a filter would keep nothing. */
function hasMarks(filter: ActionFilter): boolean {
  return MARK_FIELDS.some((field) => filter[field] !== undefined);
}

/** Returns the filters by marks that a typed text means: `unreviewed`, `reviewed`, `remarked`, or `tag:` with a tag. */
function typedMarks(text: string, tags: readonly string[]): ActionFilter[] {
  if (text === 'unreviewed' || text === 'reviewed') return [{ reviewed: text === 'reviewed' }];
  if (text === 'remarked') return [{ remarked: true }];
  const tag = text.startsWith('tag:') ? text.slice('tag:'.length).trim() : tags.find((known) => known === text);
  return tag === undefined || tag === '' ? [] : [{ tag }];
}

/** `liveResponse.saveFilter`: saves the filter in use under a name. */
async function saveFilter({
  actions,
  savedFilters,
  connections,
}: Pick<Services, 'actions' | 'connections' | 'savedFilters'>): Promise<void> {
  const { filter } = actions;
  if (isEmptyFilter(filter)) {
    void notify('information', l10n.t('There is no filter to save: choose one with Filter Machine Actions… first.'));
    return;
  }
  const name = await askForText({
    title: l10n.t('Save Filter'),
    prompt: l10n.t('A name for it. A filter of the same name is replaced.'),
    value: filterWords(filter),
    validate: (value) => (value.trim() === '' ? l10n.t('A name is needed.') : undefined),
  });
  if (name === undefined) return;
  await savedFilters.save({ name: name.trim(), filter, tenantId: connections.active?.tenantId ?? '' });
  confirmInStatusBar(l10n.t('Filter saved'), 4000);
}

/** `liveResponse.applySavedFilter`: applies a saved filter. A button on each row deletes the filter. */
async function applySavedFilter(
  services: Pick<Services, 'actions' | 'connections' | 'marks' | 'savedFilters'>,
): Promise<void> {
  const remove = { iconPath: new ThemeIcon('trash'), tooltip: l10n.t('Remove Saved Filter') };
  const { savedFilters } = services;
  const listed = savedFilters.all;
  const chosen = await pickFollowing({
    // A removed filter keeps its row: a second click would else remove the one that took its place.
    fixed: () => {
      const left = new Set(savedFilters.all.map(({ name }) => name));
      return listed.map(({ name, filter }) =>
        left.has(name)
          ? { label: name, description: filterWords(filter), buttons: [remove] }
          : { label: name, description: l10n.t('removed') },
      );
    },
    onButton: ({ label }) => savedFilters.remove(label),
    matchOnDescription: true,
    texts: () => ({
      title: l10n.t('Apply Saved Filter'),
      placeholder: listed.length === 0 ? l10n.t('No filter is saved yet.') : '',
    }),
  });
  if (chosen !== undefined) applySaved(services, chosen.label);
}

/** `liveResponse.removeSavedFilter`: deletes a saved filter. The view does not change. */
async function removeSavedFilter(services: Pick<Services, 'savedFilters'>): Promise<void> {
  const name = await pickSaved(services, l10n.t('Remove Saved Filter'));
  if (name !== undefined) await services.savedFilters.remove(name);
}

async function pickSaved({ savedFilters }: Pick<Services, 'savedFilters'>, title: string): Promise<string | undefined> {
  const items = savedFilters.all.map(({ name, filter }) => ({ label: name, description: filterWords(filter) }));
  const placeHolder = items.length === 0 ? l10n.t('No filter is saved yet.') : '';
  return (await pickOne(items, { title, placeHolder, matchOnDescription: true }))?.label;
}

function applySaved(
  services: Pick<Services, 'actions' | 'connections' | 'marks' | 'savedFilters'>,
  name: string,
): void {
  const { actions, savedFilters, connections } = services;
  const saved = savedFilters.all.find((one) => one.name === name);
  if (saved === undefined) return;
  const filter = hasShownMarks(services) ? saved.filter : withoutMarks(saved.filter);
  const { device } = filter;
  const isOurs = device === undefined || saved.tenantId === connections.active?.tenantId;
  // In another tenant the device has another id, so the filter uses the device's name there.
  actions.showFiltered(isOurs ? filter : { ...filter, device: { name: device.name } });
}

export const filterActionsCommand = defineCommand({
  name: 'filterActions',
  needs: 'connection',
  palette: ALWAYS,
  icon: 'filter',
  menus: [{ menu: 'view/title', group: 'navigation@3', when: all(IN_ACTIONS_VIEW, IS_CONNECTED) }],
  run: (services, { runner }) => filterActions(services, runner),
});

export const clearFilterCommand = defineCommand({
  name: 'clearFilter',
  needs: 'connection',
  icon: 'clear-all',
  palette: all(MAY_BE_CONNECTED, 'liveResponse.filter == some'),
  menus: [
    {
      menu: 'view/title',
      // At the left end, where it moves no other icon.
      group: 'navigation@0',
      when: all(IN_ACTIONS_VIEW, IS_CONNECTED, 'liveResponse.filter == some'),
    },
  ],
  whyNothingToDo: ({ actions }) => (isEmptyFilter(actions.filter) ? l10n.t('No filter is in use.') : undefined),
  run: ({ actions }) => {
    actions.showFiltered({});
  },
});

export const saveFilterCommand = defineCommand({
  name: 'saveFilter',
  needs: 'connection',
  palette: 'false',
  menus: [
    { menu: 'view/title', group: '1_find@3', when: all(IN_ACTIONS_VIEW, IS_CONNECTED, 'liveResponse.filter == some') },
  ],
  run: (services) => saveFilter(services),
});

export const applySavedFilterCommand = defineCommand({
  name: 'applySavedFilter',
  needs: 'connection',
  // Filter Machine Actions… lists the saved filters, too.
  palette: 'false',
  menus: [{ menu: 'view/title', group: '1_find@2', when: all(IN_ACTIONS_VIEW, IS_CONNECTED) }],
  run: (services) => applySavedFilter(services),
});

export const removeSavedFilterCommand = defineCommand({
  name: 'removeSavedFilter',
  needs: 'connection',
  palette: 'false',
  run: (services) => removeSavedFilter(services),
});

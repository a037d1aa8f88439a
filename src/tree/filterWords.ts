import { l10n } from 'vscode';
import { oneLine } from '../platform/remoteText.ts';
import { FILTER_FIELDS, searchedHere } from '../actions/actionFilter.ts';
import type { ActionFilter, FilterField } from '../actions/actionFilter.ts';
import { stateName, typeName } from './words.ts';

/** Returns the name of a field of a filter. */
export function fieldName(field: FilterField): string {
  const names: Readonly<Record<FilterField, string>> = {
    device: l10n.t('Device'),
    script: l10n.t('Script'),
    requestor: l10n.t('Requested by'),
    comment: l10n.t('Comment'),
    type: l10n.t('Type'),
    statuses: l10n.t('State'),
    exitCode: l10n.t('Exit code'),
    span: l10n.t('Time'),
    reviewed: l10n.t('Reviewed'),
    tag: l10n.t('Tag'),
    remarked: l10n.t('Remarks'),
  };
  return names[field];
}

/** Returns the condition of a field in words; undefined if the filter has no condition for the field. */
export function fieldValue(filter: ActionFilter, field: FilterField): string | undefined {
  const { device, requestor, type, statuses, exitCode } = filter;
  switch (field) {
    case 'device':
      if (device === undefined) return undefined;
      return device.machineIds === undefined ? contains(device.name) : oneLine(device.name);
    case 'requestor':
      if (requestor === undefined) return undefined;
      return requestor.isWhole ? oneLine(requestor.name) : contains(requestor.name);
    case 'script':
    case 'comment': {
      const text = filter[field];
      return text === undefined ? undefined : contains(text);
    }
    case 'type':
      return type === undefined ? undefined : typeName(type);
    case 'statuses':
      return statuses?.map(stateName).join(l10n.t(' or '));
    case 'exitCode':
      return exitCode === 'notZero' ? l10n.t('other than 0') : exitCode?.toString();
    case 'span':
      return spanWords(filter.span);
    case 'reviewed':
      if (filter.reviewed === undefined) return undefined;
      return filter.reviewed ? l10n.t('reviewed') : l10n.t('not reviewed');
    case 'tag':
      return filter.tag === undefined ? undefined : oneLine(filter.tag);
    case 'remarked':
      return filter.remarked === undefined ? undefined : l10n.t('with a remark');
  }
}

/** Describes a filter in a few words. The text is also suggested as the filter's name. */
export function filterWords(filter: ActionFilter): string {
  return FILTER_FIELDS.flatMap((field) => {
    const value = fieldValue(filter, field);
    return value === undefined ? [] : [l10n.t('{0}: {1}', fieldName(field), value)];
  }).join(', ');
}

/** Number of actions that match the filter, and number of actions that are loaded. */
export interface FilterCounts {
  readonly matching: number;
  readonly loaded: number;
  /** Whether the server has more actions than are loaded. */
  readonly hasMore: boolean;
}

/**
 * Returns the sentences above the rows: the filter, how many actions match, and whether only the loaded actions were
 * searched.
 */
export function filterSentence(filter: ActionFilter, { matching, loaded, hasMore }: FilterCounts): string {
  const sentence = l10n.t('Filtered by {0}.', filterWords(filter));
  const here = searchedHere(filter);
  if (here.length === 0) {
    if (matching === 0) return `${sentence} ${l10n.t('No action matches.')}`;
    const loadedWords = matching === 1 ? l10n.t('1 action matches.') : l10n.t('{0} actions match.', matching);
    return `${sentence} ${hasMore ? l10n.t('{0} actions are loaded, and there are more.', matching) : loadedWords}`;
  }
  const fields = here.map(fieldName).join(', ');
  const found = hasMore
    ? l10n.t('{0} of the {1} actions loaded match: {2} is only looked for in these.', matching, loaded, fields)
    : l10n.t('{0} of {1} actions match.', matching, loaded);
  const stored = filter.exitCode === undefined ? [] : [l10n.t('Exit codes are known of stored results only.')];
  return [sentence, found, ...stored].join(' ');
}

/** Describes a time range in words. */
export function spanWords(span: ActionFilter['span']): string | undefined {
  if (span === undefined) return undefined;
  if (!('hours' in span)) return l10n.t('{0} to {1} UTC', minutes(span.from), minutes(span.before));
  if (span.hours === 1) return l10n.t('the last hour');
  return span.hours <= 48 ? l10n.t('the last {0} hours', span.hours) : l10n.t('the last {0} days', span.hours / 24);
}

function minutes(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

function contains(text: string): string {
  return l10n.t('contains "{0}"', oneLine(text));
}

import { env, l10n } from 'vscode';
import { LiveResponseError } from '../base/errors.ts';
import type { FailureValues } from '../base/errors.ts';
import type { FailureCode } from '../base/failures.ts';
import { describeFailure } from './failureMessages.ts';
import type { NoResultReason } from '../model/noResultReasons.ts';
import type { OrderEnd, OrderOwner, StandingOrder } from '../model/runRecord.ts';
import { formatBytes, formatUtc } from './format.ts';
import { noResultSentence } from './noResultWords.ts';

/** Rules of a comparison that the user can switch on or off; see `evidence/compare/normalise.ts`. */
type RuleOfChoice = 'host' | 'guids' | 'times' | 'pids' | 'numbers';
type Rule = RuleOfChoice | 'transcriptLine' | 'trailingNuls' | 'own';

/** Facts that the sentences about a row of a run need. */
export interface RowWords {
  readonly state:
    'result' | 'large' | 'unreadable' | 'failed' | 'notFetched' | 'pending' | 'running' | 'never' | 'byDesign';
  readonly member: { readonly commandErrors: readonly string[] };
  readonly reasons: readonly NoResultReason[];
  readonly failure: { readonly code: FailureCode; readonly values: FailureValues } | undefined;
  readonly facts: { readonly rejection: { readonly reason: string } | undefined } | undefined;
}

/**
 * Returns one or two sentences about why a row has no readable result; empty if the row has a readable result. Remote
 * text is put on one line.
 */
export function whyNoResult({ state, member, reasons, failure, facts }: RowWords): string {
  switch (state) {
    case 'result':
      return '';
    case 'large':
      return l10n.t('Too large to be compared: it is read in parts.');
    case 'unreadable': {
      const reason = facts?.rejection?.reason;
      return describeFailure(new LiveResponseError('notAResult', reason === undefined ? {} : { reason })).sentence;
    }
    default:
      return noResultSentence(reasons, failure, member.commandErrors);
  }
}

/** Returns the name of a rule: the text that the rule leaves out of a comparison. */
export function ruleWords(rule: Rule): string {
  const words: Readonly<Record<Rule, string>> = {
    transcriptLine: l10n.t('transcript file name'),
    trailingNuls: l10n.t('trailing NULs'),
    host: l10n.t('own host name'),
    guids: l10n.t('GUIDs'),
    times: l10n.t('dates and times'),
    pids: l10n.t('labeled process IDs'),
    numbers: l10n.t('all numbers'),
    own: l10n.t('your own expression'),
  };
  return words[rule];
}

/** Returns the description of a rule for the user who chooses it. */
export function ruleDetail(rule: RuleOfChoice): string {
  const words: Readonly<Record<RuleOfChoice, string>> = {
    host: l10n.t('Short and full name of the device, as whole words'),
    guids: l10n.t('Such as {0}', '9BDE2193-7641-4C5E-8A0F-2D6B3C1E7F45'),
    times: l10n.t('Dates, dates with times, and times of day with seconds'),
    pids: l10n.t('Numbers behind "PID", "PPID" and "Process ID"'),
    numbers: l10n.t('Sizes, counts, handles, addresses: for tables in which only names matter'),
  };
  return words[rule];
}

/** Returns the name of an order of hosts. */
export function orderWords(order: 'name' | 'exitCode' | 'errors' | 'lines' | 'size' | 'rarest'): string {
  const words: Readonly<Record<typeof order, string>> = {
    name: l10n.t('by name'),
    exitCode: l10n.t('by exit code'),
    errors: l10n.t('by error lines'),
    lines: l10n.t('by lines of output'),
    size: l10n.t('by size'),
    rarest: l10n.t('rarest results first'),
  };
  return words[order];
}

/** Returns e.g. `1 host` or `191 hosts`. */
export function hostsWords(count: number): string {
  return count === 1 ? l10n.t('1 host') : l10n.t('{0} hosts', count);
}

/** Returns e.g. `1 line` or `191 lines`. */
export function linesWords(count: number): string {
  return count === 1 ? l10n.t('1 line') : l10n.t('{0} lines', count.toLocaleString(env.language));
}

/** Returns a sentence about the hosts of a run whose results cannot be fetched, or not yet. */
export function unavailableWords(count: number): string {
  return count === 1
    ? l10n.t('1 host has no result: still pending or running, or its session ended first.')
    : l10n.t('{0} hosts have no result: still pending or running, or their session ended first.', count);
}

/** Returns e.g. `1 call` or `191 calls`. */
export function callsWords(count: number): string {
  return count === 1 ? l10n.t('1 call') : l10n.t('{0} calls', count);
}

/** Returns what an order by filter does, and its limits. */
export function changesWords(time: string, calls: number, bytes: string): string {
  return l10n.t(
    'It asks for changes, usually 1 call every 5 minutes, and more often while commands run: for {0}, {1} calls, and {2} at most. The status bar shows it, and Pause and Cancel stop it.',
    time,
    calls,
    bytes,
  );
}

/** Returns what an order has taken, and its limits. */
export function spentWords({ calls, mostCalls, bytes, mostBytes, endsAt }: StandingOrder): string {
  return l10n.t(
    '{0} of at most {1} calls, {2} of at most {3}, until {4}',
    calls,
    mostCalls,
    formatBytes(bytes),
    formatBytes(mostBytes),
    formatUtc(endsAt),
  );
}

/** Returns who gave an order, as far as this window can tell. */
export function ownerWords({ by, window }: OrderOwner, own: OrderOwner): string {
  const isHere = window === own.window;
  if (by === undefined || own.by === undefined)
    return isHere ? l10n.t('Ordered in this window.') : l10n.t('Ordered in another window, or before a restart.');
  if (by !== own.by) return l10n.t('Ordered by another account than the one that is signed in.');
  return isHere
    ? l10n.t('Ordered in this window, by the account that is signed in.')
    : l10n.t('Ordered in another window or before a restart, by the account that is signed in.');
}

/** Says that a run by filter has no room for further commands, and what to do. */
export function fullWords(most: number): string {
  return l10n.t(
    'More than {0} commands match this filter. The others are left out. Order them with a narrower filter, for example by a span of time.',
    most.toLocaleString(env.language),
  );
}

/** Returns why an order is over, and what to do. */
export function orderEndWords(order: StandingOrder): string {
  const { end } = order;
  if (end === undefined || end === 'allEnded') return l10n.t('All hosts have ended.');
  const reasons: Readonly<Record<Exclude<OrderEnd, 'allEnded'>, string>> = {
    time: l10n.t('its time is over'),
    calls: l10n.t('its calls are used up'),
    bytes: l10n.t('its size is used up'),
    full: l10n.t('the store is full, and older results are not dropped for it'),
  };
  return l10n.t('The order to keep the rest is over: {0}. Fetch the run again to go on.', reasons[end]);
}

/** Number of tags that a row or a line shows. A file of marks can hold thousands. */
const MOST_TAGS = 5;

/** Returns the tags of a result as a row shows them. */
export function tagsWords(tags: readonly string[]): string[] {
  return tags.slice(0, MOST_TAGS).map((tag) => `#${tag}`);
}

/** Returns a number of remarks in words. */
export function remarksWords(count: number): string {
  return count === 1 ? l10n.t('1 remark') : l10n.t('{0} remarks', count);
}

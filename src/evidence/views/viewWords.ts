import { misreadingsOf, normaliseRulesOf } from '../../base/textView.ts';
import type { NamedView, TextView } from '../../base/textView.ts';

/** Names of views in tabs and notes. They are always in English, because notes are parsed by them. */
const VIEW_WORDS: Readonly<Record<NamedView, string>> = {
  utf8: 'UTF-8',
  utf16: 'UTF-16',
  cp437: 'CP437',
  cp850: 'CP850',
  cp852: 'CP852',
  cp857: 'CP857',
  cp866: 'CP866',
  cp932: 'CP932',
  cp936: 'CP936',
  windows1250: 'Windows-1250',
  windows1251: 'Windows-1251',
  windows1252: 'Windows-1252',
  windows1254: 'Windows-1254',
  clixml: 'readable CLIXML',
  terminal: 'a terminal shows it',
  normalised: 'normalised',
};

/**
 * Returns a description of a view for a text that is not shown as received: `as CP850`, `as UTF-8 read as CP850`,
 * `normalised`.
 */
export function describeView(view: TextView): string {
  return normaliseRulesOf(view) === undefined ? `as ${viewName(view)}` : viewName(view);
}

/**
 * Returns the name of a view: `UTF-8 read as CP850`. For a text that was misread twice: `UTF-8 read as CP850, then
 * UTF-8 read as …`.
 */
export function viewName(view: TextView): string {
  const rules = view.startsWith('normalised.') ? normaliseRulesOf(view) : undefined;
  if (rules !== undefined) {
    const chosen = Object.entries(rules).flatMap(([rule, isChosen]) => (isChosen ? [rule] : []));
    return `normalised (${chosen.length === 0 ? 'no rules' : chosen.join(', ')})`;
  }
  const steps = misreadingsOf(view);
  if (steps === undefined) return VIEW_WORDS[view as NamedView];
  // The text itself is in the encoding that is undone last.
  return steps
    .map(({ written, readAs }) => `${VIEW_WORDS[written]} read as ${VIEW_WORDS[readAs]}`)
    .toReversed()
    .join(', then ');
}

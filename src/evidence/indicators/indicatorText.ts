import { defangWritten } from './defangIndicator.ts';
import type { Indicator } from './indicator.ts';
import { makeNameVisible } from '../text/visible.ts';

/** Formats in which indicators are copied. */
export type IndicatorForm = 'table' | 'csv' | 'list';

/** An indicator, with the first result that contains it. */
export interface SourcedIndicator extends Indicator {
  /** Index of that result in the caller's list of results. */
  readonly source: number;
}

/** Returns an indicator as it is shown and copied: on one line, without hidden characters, and defanged on request. */
export function indicatorText({ kind, value }: Pick<Indicator, 'kind' | 'value'>, defanged: boolean): string {
  return makeNameVisible(defanged ? defangWritten(kind, value) : value).text;
}

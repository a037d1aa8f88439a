import { defangWritten } from './defangIndicator.ts';
import type { Indicator } from './indicator.ts';
import { makeNameVisible } from '../text/visible.ts';

/** Forms in which indicators are copied. */
export type IndicatorForm = 'table' | 'csv' | 'list';

/** An indicator, with the result in which it stands first. */
export interface SourcedIndicator extends Indicator {
  /** Index of the result. */
  readonly source: number;
}

/** Returns an indicator as it is shown and copied: visible, on one line, and harmless on request. */
export function indicatorText({ kind, value }: Pick<Indicator, 'kind' | 'value'>, defanged: boolean): string {
  return makeNameVisible(defanged ? defangWritten(kind, value) : value).text;
}

import { defangWritten } from './defangIndicator.ts';
import type { Indicator } from './indicator.ts';
import { makeNameVisible } from '../text/visible.ts';

/** What indicators are copied as. */
export type IndicatorForm = 'table' | 'csv' | 'list';

/** An indicator, and in which of several results it stands first. */
export interface SourcedIndicator extends Indicator {
  /** Index of the result. */
  readonly source: number;
}

/** How an indicator is shown and copied: visible, on one line, harmless where that is wanted. */
export function indicatorText({ kind, value }: Pick<Indicator, 'kind' | 'value'>, defanged: boolean): string {
  return makeNameVisible(defanged ? defangWritten(kind, value) : value).text;
}

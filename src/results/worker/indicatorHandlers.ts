import { collectIndicators } from '../../evidence/indicators.ts';
import type { Indicator } from '../../evidence/indicators.ts';
import type { LineSpan } from '../../evidence/large/groupSections.ts';
import { spansOf } from '../../evidence/large/groupSections.ts';
import type { Range } from '../../evidence/quote.ts';
import type { ResultRef, ResultStream } from '../../evidence/uri.ts';

/** What the worker finds in texts: half a second for a large one, too long for the extension host's thread. */
export interface IndicatorCalls {
  /** The indicators of a text, or of ranges of it; undefined where there is no such text. */
  readonly indicators: {
    args: [ref: ResultRef, stream: ResultStream, ranges: readonly Range[] | undefined];
    answer: Indicator[] | undefined;
  };
}

export function createIndicatorHandlers(
  text: (ref: ResultRef, stream: ResultStream, lines?: readonly LineSpan[]) => string | undefined,
): {
  readonly [Method in keyof IndicatorCalls]: (
    ...args: IndicatorCalls[Method]['args']
  ) => IndicatorCalls[Method]['answer'];
} {
  return {
    indicators: (ref, stream, ranges) => {
      const found = text(ref, stream, ranges === undefined ? undefined : spansOf(ranges));
      return found === undefined ? undefined : collectIndicators(found, ranges);
    },
  };
}

import type { IndicatorKind } from './kinds.ts';

/** An indicator of a text. It is listed once, even if the text contains it several times. */
export interface Indicator {
  readonly kind: IndicatorKind;
  /** The indicator as the text contains it at the first place. */
  readonly value: string;
  readonly count: number;
  /** Line of the first place, from 1. */
  readonly firstLine: number;
  /** Whether the output itself had defanged the indicator: `evil[.]example`. */
  readonly isDefanged?: true;
}

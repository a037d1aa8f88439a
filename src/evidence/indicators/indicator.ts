import type { IndicatorKind } from './kinds.ts';

/** One indicator of a text, however often it stands there. */
export interface Indicator {
  readonly kind: IndicatorKind;
  /** The indicator as it is written at its first place. */
  readonly value: string;
  readonly count: number;
  /** From 1. */
  readonly firstLine: number;
  /** The output itself had made it harmless: `evil[.]example`. */
  readonly isDefanged?: true;
}

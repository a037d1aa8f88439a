import type { IndicatorKind } from './kinds.ts';

/** One indicator of a text, however often it stands there. */
export interface Indicator {
  readonly kind: IndicatorKind;
  /** As it was written where it stands first. */
  readonly value: string;
  readonly count: number;
  /** From 1. */
  readonly firstLine: number;
  /** The output itself had made it harmless: `evil[.]example`. */
  readonly isDefanged?: true;
}

import type { Range } from '../base/places.ts';
import { defang } from '../evidence/indicators/defang.ts';
import { copyAsItIs } from './copyAsItIs.ts';
import type { CopiedText } from './copyAsItIs.ts';

/** The ranges of a text that are copied, and the format of the copy. */
export interface CopyRules {
  /** Undefined for the complete text. */
  readonly ranges: readonly Range[] | undefined;
  readonly form: 'defanged' | 'asItIs';
}

/** Cuts a text, shows its NULs, and defangs it if the rules request it. */
export function copyText(text: string, { ranges, form }: CopyRules): CopiedText {
  const copied = copyAsItIs(text, ranges);
  return form === 'defanged' ? { ...copied, ...defang(copied.text) } : copied;
}

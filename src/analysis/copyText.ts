import { defang } from '../evidence/indicators/defang.ts';
import type { Range } from '../evidence/text/lines.ts';
import { copyAsItIs } from './copyAsItIs.ts';
import type { CopiedText } from './copyAsItIs.ts';

/** The stretches of a text that are copied, and the form that they take. */
export interface CopyRules {
  /** Undefined: all of it. */
  readonly ranges: readonly Range[] | undefined;
  readonly form: 'defanged' | 'asItIs';
}

/** Cuts a text, shows its NULs and, where that is wanted, defangs it. */
export function copyText(text: string, { ranges, form }: CopyRules): CopiedText {
  const copied = copyAsItIs(text, ranges);
  return form === 'defanged' ? { ...copied, ...defang(copied.text) } : copied;
}

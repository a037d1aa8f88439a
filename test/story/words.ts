import { readFileSync } from 'node:fs';
import module from 'node:module';

/** Languages of the interface. */
export type Language = 'en' | 'tr';

const holder = globalThis as { bundle?: Readonly<Record<string, string>> };
const turkish = JSON.parse(readFileSync('l10n/bundle.l10n.tr.json', 'utf8')) as Readonly<Record<string, string>>;

/** The part of VS Code that the sentences need: it looks a sentence up in the bundle of the moment. */
const VSCODE = `
export const env = { language: 'en-GB' };
export const l10n = {
  t: (text, ...values) =>
    (globalThis.bundle?.[text] ?? text).replace(/\\{(\\d+)\\}/gu, (place, index) => String(values[Number(index)] ?? place)),
};`;

module.registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode'
      ? { url: `data:text/javascript,${encodeURIComponent(VSCODE)}`, shortCircuit: true }
      : next(specifier, context),
});

const messages = await import('../../src/messages/noResultWords.ts');
const runWords = await import('../../src/messages/runWords.ts');

/** Returns what `write` says in a language. */
export function inLanguage(language: Language, write: () => string): string {
  const { bundle } = holder;
  if (language === 'tr') holder.bundle = turkish;
  try {
    return write();
  } finally {
    if (bundle === undefined) delete holder.bundle;
    else holder.bundle = bundle;
  }
}

/** The product's own sentence about a missing result. */
export const { noResultSentence } = messages;

/** The product's own sentence for a row of a run. */
export const { whyNoResult } = runWords;

import { readFileSync } from 'node:fs';
import module from 'node:module';

/*
 * Lets tests load the product's sentences outside VS Code. Import this file, and then the sentences by import().
 */

/** Languages of the interface. */
export type Language = 'en' | 'tr';

const holder = globalThis as { bundle?: Readonly<Record<string, string>> };

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

/** Returns what `write` says in a language. Outside of it, sentences are English. */
export function inLanguage(language: Language, write: () => string): string {
  if (language === 'tr')
    holder.bundle = JSON.parse(readFileSync('l10n/bundle.l10n.tr.json', 'utf8')) as Readonly<Record<string, string>>;
  try {
    return write();
  } finally {
    delete holder.bundle;
  }
}

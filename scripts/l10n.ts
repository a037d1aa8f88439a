import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Source of the translations: all texts of the interface. Each text is its own key. */
export const L10N_FILE = 'l10n/bundle.l10n.json';

/** Returns the texts that the source passes to `l10n.t`, in alphabetical order. */
export async function findTexts(): Promise<string[]> {
  const texts = new Set<string>();
  for (const file of await readdir('src', { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const source = await readFile(path.join('src', file), 'utf8');
    for (const [, single, double] of source.matchAll(/l10n\.t\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/gu)) {
      texts.add((single ?? double ?? '').replaceAll(/\\(.)/gu, '$1'));
    }
  }
  return [...texts].sort();
}

if (import.meta.main) {
  const texts = await findTexts();
  await mkdir(path.dirname(L10N_FILE), { recursive: true });
  const bundle = Object.fromEntries(texts.map((text) => [text, text]));
  await writeFile(L10N_FILE, `${JSON.stringify(bundle, undefined, 2)}\n`);
  console.log(`${texts.length} texts in ${L10N_FILE}`);
}

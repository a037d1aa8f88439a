import { readFile } from 'node:fs/promises';
import { L10N_FILE } from './l10n.ts';

type Texts = Readonly<Record<string, string>>;

/** The two files of texts: those of package.json and those of the source. */
const SOURCES = ['package.nls.json', L10N_FILE];

/** The problems of a translation, one line each. */
export type TranslationProblems = readonly string[];

/** Returns the path of a language's translation of one of the two files. */
export function translationOf(source: string, language: string): string {
  return source.replace(/\.json$/u, `.${language}.json`);
}

/**
 * Returns the parts of a text that the editor or the code reads, in alphabetical order. A translation must contain them
 * unchanged.
 */
export function fixedParts(text: string): readonly string[] {
  const kinds = [
    /\{\d+\}/gu, // placeholders
    /\]\([^)]*\)/gu, // targets of links
    /`[^`]+`/gu, // code
    /\$\([\w~-]+\)/gu, // icons
  ];
  return kinds.flatMap((kind) => text.match(kind) ?? []).sort();
}

/** Compares a translation with the English texts: the same keys, and in each text the same fixed parts. */
export function compareTexts(english: Texts, translated: Texts): TranslationProblems {
  const problems: string[] = [];
  for (const [key, text] of Object.entries(english)) {
    const own = translated[key];
    if (own === undefined) problems.push(`missing: ${key}`);
    else if (own.trim() === '') problems.push(`empty: ${key}`);
    else {
      const wanted = fixedParts(text).join(' ');
      const held = fixedParts(own).join(' ');
      if (held !== wanted) problems.push(`changed: ${key}: has ${held || 'nothing'}, needs ${wanted || 'nothing'}`);
    }
  }
  for (const key of Object.keys(translated)) if (!(key in english)) problems.push(`orphaned: ${key}`);
  return problems;
}

/** Checks both files of a language. A missing file is a problem, too. */
export async function checkTranslation(language: string): Promise<TranslationProblems> {
  const problems = await Promise.all(
    SOURCES.map(async (source) => {
      const file = translationOf(source, language);
      const translated = await readTexts(file).catch(() => undefined);
      if (translated === undefined) return [`${file}: cannot be read`];
      return compareTexts(await readTexts(source), translated).map((problem) => `${file}: ${problem}`);
    }),
  );
  return problems.flat();
}

async function readTexts(file: string): Promise<Texts> {
  return JSON.parse(await readFile(file, 'utf8')) as Texts;
}

if (import.meta.main) {
  const problems = await checkTranslation(process.argv[2] ?? 'tr');
  for (const problem of problems) console.log(problem);
  console.log(problems.length === 0 ? 'complete' : `${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

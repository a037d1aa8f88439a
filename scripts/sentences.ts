import { globSync, readFileSync } from 'node:fs';

/** The mean sentence length, in words, that the README and ARCHITECTURE.md are held to. */
export const MAX_MEAN_WORDS = 18;

/** Words above which a sentence is listed as long. */
const LONG_SENTENCE_WORDS = 30;

/** Words below which a piece of text is a label (of a table's cell, of a list's item) rather than a sentence. */
const MIN_SENTENCE_WORDS = 4;

/** The sentences of a document, and how long they are. */
export interface SentenceCount {
  readonly sentences: number;
  readonly words: number;
  /** Words a sentence; 0 for a document without sentences. */
  readonly mean: number;
  /** Sentences of more than 30 words, as plain text. */
  readonly long: readonly string[];
}

/** Counts the sentences of a Markdown text and their words. Headings, code blocks and link targets do not count. */
export function countSentences(markdown: string): SentenceCount {
  const sentences = blocksOf(markdown)
    .flatMap(splitSentences)
    .filter((sentence) => countWords(sentence) >= MIN_SENTENCE_WORDS);
  const words = sentences.reduce((sum, sentence) => sum + countWords(sentence), 0);
  return {
    sentences: sentences.length,
    words,
    mean: sentences.length === 0 ? 0 : words / sentences.length,
    long: sentences.filter((sentence) => countWords(sentence) > LONG_SENTENCE_WORDS),
  };
}

/** Returns the paragraphs, list items and table cells of a Markdown text, as plain text. */
function blocksOf(markdown: string): string[] {
  const prose = markdown
    .replaceAll(/^ *(`{3,}|~{3,})[^]*?^ *\1/gmu, '\n')
    .replaceAll(/<!--[^]*?-->/gu, '')
    .replaceAll(/^#+ .*$/gmu, '\n')
    .replaceAll(/^[ >]*(?:[-*+]|\d+\.) /gmu, '\n\n')
    // A code span counts as one word, whatever it holds.
    .replaceAll(/`[^`\n]+`/gu, 'Code')
    .replaceAll(/!\[[^\]]*\]\([^)]*\)/gu, '')
    .replaceAll(/\]\([^)]*\)/gu, ']')
    .replaceAll(/^\|[\s|:-]+\|$/gmu, '')
    .replaceAll(/(?<!\\)\||^\|/gmu, '\n\n')
    .replaceAll(/[*_[\]]/gu, '');
  return prose.split(/\n\s*\n/u).map((block) => block.replaceAll(/\s+/gu, ' ').trim());
}

function splitSentences(block: string): string[] {
  return block.split(/(?<=[.!?]["”)]?) (?=[^\p{Ll}])/u);
}

function countWords(text: string): number {
  return text.match(/[\p{L}\p{N}][\p{L}\p{N}'’.-]*/gu)?.length ?? 0;
}

if (import.meta.main) {
  const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  const files = named.length > 0 ? named : globSync(['*.md', 'docs/**/*.md'], { exclude: ['THIRD_PARTY_NOTICES.md'] });
  for (const file of files.sort()) {
    const { sentences, words, mean, long } = countSentences(readFileSync(file, 'utf8'));
    console.log(
      `${mean.toFixed(1)} words a sentence (${words} in ${sentences}, ${long.length} longer than ${LONG_SENTENCE_WORDS}): ${file}`,
    );
    if (process.argv.includes('--long')) for (const sentence of long) console.log(`    ${sentence}`);
  }
}

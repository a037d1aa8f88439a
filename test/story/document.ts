import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { openStory } from './produce.ts';
import type { Produced } from './produce.ts';
import { SITUATIONS } from './situations.ts';
import { inLanguage } from '../rig/sentences.ts';
import { noResultSentence } from './words.ts';

/** Path of the document. */
export const DOCUMENT = path.join(import.meta.dirname, '..', '..', 'docs', 'reference', 'no-result.md');

const HEAD = `# Why there is no result

Written by \`npm run no-result\` from \`test/story/\`. The local tenant produces each situation, and the product's own client meets it. The row's tooltip, the page, the overview of a run and its exports use these sentences. To show one costs no call; those about a refused or missing result need an attempt to fetch it. **Ask About the Device (1 call)** on a page, and **Ask About Devices** in an overview, add what Defender says about the device.

In brackets stands the origin of the first reason: \`documented\` by Microsoft, \`seen\` in real answers, or \`inferred\` by us. What is inferred is worded as a probability. Times are examples. Below each situation stand the sentences in English and in Turkish.
`;

/** Returns both sentences of a situation. Times and ports are replaced, because they differ in each run. */
export function sentencesOf({ reasons, failure, deviceErrors }: Produced): Readonly<Record<'en' | 'tr', string>> {
  const write = (): string => withExamples(noResultSentence(reasons, failure, deviceErrors));
  return { en: inLanguage('en', write), tr: inLanguage('tr', write) };
}

/** Replaces times and ports in a sentence with examples. */
export function withExamples(sentence: string): string {
  return sentence
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/gu, '2026-11-23 21:04:00 UTC')
    .replaceAll(/localhost:\d+/gu, 'blob.core.windows.net');
}

/** Returns the document, formatted as the project's formatter formats it. */
export async function writeDocument(): Promise<string> {
  const story = await openStory();
  const rows: string[] = [];
  try {
    for (const situation of SITUATIONS) {
      const produced = await story.produce(situation);
      const { en, tr } = sentencesOf(produced);
      rows.push(`- **${situation.what}** (${produced.reasons[0]?.source ?? ''})\n  - ${toItem(en)}\n  - ${toItem(tr)}`);
    }
  } finally {
    await story.stop();
  }
  return format(`${HEAD}\n${rows.join('\n')}\n`, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' });
}

/** Returns the stored document with plain line ends. */
export async function readDocument(): Promise<string> {
  return (await readFile(DOCUMENT, 'utf8')).replaceAll('\r\n', '\n');
}

function toItem(text: string): string {
  return text.replaceAll('<', '&lt;');
}

import '../rig/sentences.ts';

const messages = await import('../../src/messages/noResultWords.ts');
const runWords = await import('../../src/messages/runWords.ts');

/** The product's own sentence about a missing result. */
export const { noResultSentence } = messages;

/** The product's own sentence for a row of a run. */
export const { whyNoResult } = runWords;

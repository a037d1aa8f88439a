import { MarkdownString } from 'vscode';
import { oneLine } from '../remoteText.ts';

/** A fact: what it is called, in our words, and its value from anywhere. Without a value it is left out. */
export type Fact = readonly [name: string, value: string | null | undefined];

/** What a hover shows of a value: whoever needs more opens the result. */
const MAX_VALUE = 1000;

/**
 * Makes a hover of lines, as one block of code: there VS Code makes no link of an address, no image and no command.
 * Plain Markdown would link every address that a device names.
 */
export function hoverOfLines(lines: readonly string[]): MarkdownString {
  const shown = lines.map((line) => cut(oneLine(line)));
  return new MarkdownString().appendCodeblock(shown.join('\n'), 'text');
}

/** Makes a hover of facts, a line each. Values are code, as in {@link hoverOfLines}. */
export function hoverOfFacts(facts: readonly Fact[]): MarkdownString {
  const markdown = new MarkdownString();
  for (const [name, value] of facts) {
    if (value === null || value === undefined || value === '') continue;
    markdown.appendMarkdown(`**${name}:** ${codeSpan(cut(oneLine(value)))}  \n`);
  }
  return markdown;
}

/** Returns a text as inline code: its fence is longer than any run of back-ticks in it. */
export function codeSpan(text: string): string {
  let longest = 0;
  let run = 0;
  for (const character of text) {
    run = character === '`' ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  const fence = '`'.repeat(longest + 1);
  // Blanks keep a back-tick at an end off the fence; the renderer takes one away on each side.
  return `${fence} ${text} ${fence}`;
}

function cut(text: string): string {
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE)}…`;
}

import { MarkdownString } from 'vscode';
import { oneLine } from '../remoteText.ts';

/**
 * Fact for a hover. Its name is a text of this extension; its value may come from anywhere. A fact without a value is
 * left out.
 */
export type Fact = readonly [name: string, value: string | null | undefined];

/** Largest part of a value that a hover shows, in UTF-16 units. The complete value is in the opened result. */
const MAX_VALUE = 1000;

/**
 * Makes a hover from lines, as one code block. In a code block VS Code makes no links, images or commands. Plain
 * Markdown would link every address that a device names.
 */
export function hoverOfLines(lines: readonly string[]): MarkdownString {
  const shown = lines.map((line) => cut(oneLine(line)));
  return new MarkdownString().appendCodeblock(shown.join('\n'), 'text');
}

/**
 * Makes a hover from facts, one fact on each line. Values are written as code, for the reason in {@link hoverOfLines}.
 */
export function hoverOfFacts(facts: readonly Fact[]): MarkdownString {
  const markdown = new MarkdownString();
  for (const [name, value] of facts) {
    if (value === null || value === undefined || value === '') continue;
    markdown.appendMarkdown(`**${name}:** ${codeSpan(cut(oneLine(value)))}  \n`);
  }
  return markdown;
}

/** Returns a text as inline code. Its fence has more backticks than any sequence of backticks in the text. */
export function codeSpan(text: string): string {
  let longest = 0;
  let run = 0;
  for (const character of text) {
    run = character === '`' ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  const fence = '`'.repeat(longest + 1);
  // Spaces separate a backtick at the beginning or end of the text from the fence. The renderer removes one space on
  // each side.
  return `${fence} ${text} ${fence}`;
}

function cut(text: string): string {
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE)}…`;
}

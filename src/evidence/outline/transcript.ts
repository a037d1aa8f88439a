import { textAt } from '../../base/atIndex.ts';
import { MAX_ITEMS, nameOf } from './outlineItem.ts';
import type { OutlineItem, OutlineText } from './outlineItem.ts';

const STARS = /^\*{20,}$/u;
const PROMPT = /^PS(?: [^>]{1,260})?> ?(\S.*)$/u;

/**
 * Outlines the text that `Start-Transcript` writes: a heading between two lines of stars, commands with their prompts,
 * an end.
 */
export function outlineTranscript({ lines, start }: OutlineText): readonly OutlineItem[] | undefined {
  let head = start;
  while (head < lines.length && lines[head]?.trim() === '') head++;
  if (!STARS.test(textAt(lines, head)) || lines[head + 1]?.endsWith('PowerShell transcript start') !== true)
    return undefined;
  const starts: { readonly at: number; readonly name: string; readonly kind: 'section' | 'command' }[] = [];
  const timeOf = (from: number): string => {
    const line = lines.slice(from, from + 4).find((one) => /^(?:Start|End) time: \d+$/u.test(one));
    return line?.replace(/^\w+ time: /u, '') ?? '';
  };
  for (let at = head; at < lines.length && starts.length <= MAX_ITEMS; at++) {
    const line = textAt(lines, at);
    const command = PROMPT.exec(line);
    const title = STARS.test(line) ? /PowerShell transcript (start|end)$/u.exec(textAt(lines, at + 1)) : null;
    if (title !== null) {
      starts.push({ at, name: nameOf(`Transcript ${textAt(title, 1)} ${timeOf(at + 2)}`, '–'), kind: 'section' });
    } else if (command !== null) starts.push({ at, name: nameOf(textAt(command, 1), '–'), kind: 'command' });
  }
  if (starts.length > MAX_ITEMS) return undefined;
  return starts.map(({ at, name, kind }, index) => {
    let lastLine = (starts[index + 1]?.at ?? lines.length) - 1;
    while (lastLine > at && lines[lastLine]?.trim() === '') lastLine--;
    return { name, detail: '', kind, firstLine: at, lastLine, children: [] };
  });
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { LiveResponseError } from '../../src/base/errors.ts';
import type { Count, Ending, Fault } from './fault.ts';
import { FAULTS } from './table.ts';
import { describeFailure, stepLabel } from './words.ts';

/** Path of the table. */
export const DOCUMENT = path.join(import.meta.dirname, '..', '..', 'docs', 'faults.md');

const HEAD = `# What can go wrong, and what you get

Written by \`npm run faults\` from \`test/faults/\`, where every row is produced for real by the local tenant and checked
against its recording. After each of them the same result was fetched again, byte for byte; the token went to the API
alone, and neither it nor a link's signature was in an error or the log.

Calls are those that the API counts (100 a minute, 1,500 an hour); downloads are requests to the blob host, which do
not count. Hosts, ids, numbers and times are examples.
`;

const FOOT = `## Several windows on one machine

They share one database of calls (\`test/faults/sharedBudget.test.ts\`, in processes of their own):

| What happens | What the client does |
| --- | --- |
| four processes want more than the windows allow | no window is exceeded, nothing is refused, every call is answered |
| two processes work in the background, and somebody clicks in a third | the click takes the reserve and does not queue |
| a process is killed between sending and answer | the others go on; its call counts until its deadline (100 s) is over |
`;

/** Returns the table as Markdown, formatted as the project's formatter formats it. */
export async function writeDocument(): Promise<string> {
  const parts = Object.entries(FAULTS).map(([theme, rows]) => `## ${theme}\n\n${writeTable(rows)}`);
  const config = await resolveConfig(DOCUMENT);
  return format([HEAD, ...parts, FOOT].join('\n'), { ...config, parser: 'markdown' });
}

/** Returns the stored table with plain line ends. */
export async function readDocument(): Promise<string> {
  return (await readFile(DOCUMENT, 'utf8')).replaceAll('\r\n', '\n');
}

function writeTable(rows: readonly Fault[]): string {
  const lines = rows.map((fault) => {
    const { sentence, steps } = read(fault.ends);
    const cells = [
      `${fault.happens} (${fault.where})`,
      fault.client,
      `${count(fault.apiCalls)} / ${count(fault.downloads)}`,
      sentence,
      steps,
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return [
    '| What happens (where) | What the client does | Calls / downloads | What you read | Next steps |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
}

function count(expected: Count): string {
  if (typeof expected === 'number') return expected.toString();
  const [least, most] = expected;
  return most >= 1000 ? `${least} and refusals` : `${least}–${most}`;
}

function read(ends: Ending): { readonly sentence: string; readonly steps: string } {
  if (ends.kind === 'ok') return { sentence: 'What was asked for, whole', steps: '–' };
  if (ends.kind === 'failure' && ends.code === 'cancelled')
    return { sentence: 'Nothing: it was your wish', steps: '–' };
  const error =
    ends.kind === 'failure'
      ? new LiveResponseError(ends.code, ends.values)
      : new LiveResponseError('notAResult', { reason: ends.reason });
  const { sentence, steps } = describeFailure(error);
  return { sentence: `“${sentence}”`, steps: steps.length === 0 ? '–' : steps.map(stepLabel).join(' · ') };
}

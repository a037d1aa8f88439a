import type { MarkLine } from '../../../../src/case/marks/markLine.ts';
import { refOf } from '../../../../src/base/resultUri.ts';
import type { PackInput } from '../../../../src/runs/pack/packFiles.ts';
import { packInput } from './samplePack.ts';

const REMARK = '33333333-3333-4333-8333-333333333333';

/** Words of a remark that would be a link, a command and a text backwards if they were not inert. */
export const REMARK_TEXT =
  'A run key\n[Open](command:workbench.action.quit) https://attacker.example/x $(pass) \u202egpj.exe';

/** Returns the beginning of a line that this writer wrote in this minute. */
function head(who: string, minute: number): { readonly v: 1; readonly at: string; readonly who: string } {
  return { v: 1, at: new Date(Date.UTC(2026, 10, 24, 9, minute)).toISOString(), who };
}

/**
 * Returns what a pack with marks is made of. Two people marked its first two results: reviewed, a tag, and a remark that
 * was changed later. One of them marked a host without a result, too.
 */
export function markedInput(): Omit<PackInput, 'marks'> & { readonly marks: ReadonlyMap<string, readonly MarkLine[]> } {
  const input = packInput();
  const [first, second] = input.rows;
  const missing = input.rows.find(({ facts }) => facts === undefined);
  if (first?.facts === undefined || second === undefined || missing === undefined) throw new Error('there are no rows');
  const lines = { ...refOf(first.ref), stream: 'output' as const, sha256: first.facts.sha256 };
  const remark = { what: 'remark' as const, on: { ...lines, lines: [2, 3] as const }, id: REMARK };
  const marks = new Map<string, readonly MarkLine[]>([
    [
      'bob',
      [
        { ...head('bob', 3), what: 'tag', on: refOf(second.ref), tag: 'run-key', set: true },
        { ...head('bob', 4), what: 'reviewed', on: refOf(missing.ref), set: true },
      ],
    ],
    [
      'analyst-2',
      [
        { ...head('analyst-2', 0), what: 'reviewed', on: refOf(first.ref), set: true },
        { ...head('analyst-2', 1), ...remark, text: 'first words' },
        { ...head('analyst-2', 2), ...remark, text: REMARK_TEXT },
      ],
    ],
  ]);
  return { ...input, marks };
}

import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { loadSource } from '../../../scripts/manifest.ts';
import type { ResultRef } from '../../../src/base/resultUri.ts';
import type { ResultMarks } from '../../../src/case/marks/mergeMarks.ts';
import type { buildOverview } from '../../../src/documents/runOverview/runOverviewText.ts';
import { usualRules } from '../../../src/evidence/compare/normalise.ts';
import { findRuns } from '../../../src/runs/runs.ts';
import { toRows } from '../../../src/runs/runRows.ts';
import { FAKE, fakeVscode } from '../policy/fakeVscode.ts';
import { action, TENANT } from '../results/fixtures.ts';
import { explainMember } from '../runs/explainMember.ts';
import { onLines, REMARK } from './markScene.ts';

suite('the overview of a run in a case', () => {
  let build: typeof buildOverview;
  before(async () => {
    fakeVscode({});
    ({ buildOverview: build } = await loadSource<{ buildOverview: typeof buildOverview }>(
      'src/documents/runOverview/runOverviewText.ts',
      FAKE,
    ));
  });

  const actions = ['dc1', 'dc2', 'dc3'].map((name) => action({ id: `id-${name}`, computerDnsName: name }));

  function overview(marksOf: ((ref: ResultRef) => ResultMarks) | undefined): string[] {
    const [run] = findRuns(actions, TENANT);
    assert.ok(run !== undefined);
    const record = { run, state: 'none', failures: {} } as const;
    return build({
      record,
      isActive: false,
      rows: toRows(record, () => undefined, explainMember),
      comparison: { groups: [], rareLines: [], moreRareLines: 0, uncounted: [] },
      rules: { rules: usualRules, most: 3 },
      order: 'name',
      mayHandOver: false,
      marksOf,
      owner: {},
      eta: undefined,
    }).text.split('\n');
  }

  test('says how many are reviewed, never by whom, and has a column with tags and remarks', () => {
    const remark = { key: 'eve x', id: REMARK, who: 'eve', at: '', on: onLines(1, 1), text: '[x](command:y)' };
    const lines = overview(({ actionId }) => ({
      isReviewed: actionId !== 'id-dc2',
      tags: actionId === 'id-dc3' ? ['odd', 'seen'] : [],
      remarks: actionId === 'id-dc3' ? [remark] : [],
    }));
    assert.ok(lines.some((line) => line.endsWith(' · reviewed 2 of 3')));
    const all = lines.slice(lines.findIndex((line) => line.startsWith('ALL HOSTS')) + 1);
    assert.match(all[0] ?? '', /^ {2}\[x\] dc1 /u);
    assert.match(all[1] ?? '', /^ {2}\[ \] dc2 /u);
    assert.match(all[2] ?? '', /^ {2}\[x\] dc3 +#odd · #seen · 1 remark {2}/u);
    assert.ok(lines.every((line) => !line.includes('eve') && !line.includes('command:')));
  });

  test('without a case it has neither', () => {
    const lines = overview(undefined);
    assert.ok(lines.every((line) => !/reviewed|\[[ x]\]/u.test(line)));
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ActionFilter } from '../../../src/actions/actionFilter.ts';
import { toRecordTest } from '../../../src/actions/recordFilter.ts';
import { auditRecord } from '../results/fixtures.ts';

const NOW = Date.UTC(2026, 10, 23, 22);
const ONE = auditRecord({ comment: 'why' });

function fits(filter: ActionFilter, record = ONE): boolean {
  return toRecordTest(filter, NOW)(record);
}

suite('a filter for actions, asked about a record', () => {
  test('what a record can answer says yes to the one that is described, and no to another', () => {
    const cases: readonly (readonly [yes: ActionFilter, no: ActionFilter])[] = [
      [{ device: { name: 'DC' } }, { device: { name: 'dc2' } }],
      [{ device: { name: 'x', machineIds: ['ab12'.repeat(10)] } }, { device: { name: 'dc1', machineIds: ['b'] } }],
      [{ script: 'COLLECT' }, { script: 'collected' }],
      [{ requestor: { name: 'anna@contoso.com', isWhole: true } }, { requestor: { name: 'anna', isWhole: true } }],
      [{ comment: 'WHY' }, { comment: 'because' }],
      [{ type: 'LiveResponse' }, { type: 'Isolate' }],
      [{ span: { hours: 1 } }, { span: { hours: 0.5 } }],
    ];
    for (const [yes, no] of cases) {
      assert.ok(fits(yes), JSON.stringify(yes));
      assert.ok(!fits(no), JSON.stringify(no));
    }
    assert.ok(fits({}));
    assert.ok(!fits({ device: { name: 'dc' }, comment: 'because' }));
  });

  test('what a record cannot answer leaves it out', () => {
    const unanswered: readonly ActionFilter[] = [
      { statuses: ['Succeeded'] },
      { exitCode: 0 },
      { reviewed: false },
      { tag: 'x' },
      { remarked: true },
    ];
    for (const filter of unanswered) assert.ok(!fits(filter), JSON.stringify(filter));
    for (const kind of ['console', 'file'] as const) {
      assert.ok(!fits({ script: 'collect' }, { ...ONE, kind }), kind);
      assert.ok(fits({ device: { name: 'dc1' } }, { ...ONE, kind }), kind);
    }
    const bare = auditRecord({ deviceId: '', device: '', at: undefined });
    assert.ok(!fits({ device: { name: 'dc1' } }, bare));
    assert.ok(!fits({ span: { hours: 1 } }, bare));
  });
});

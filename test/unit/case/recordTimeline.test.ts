import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { recordTimeline } from '../../../src/case/record/recordTimeline.ts';
import type { RecordedResult, RecordLine } from '../../../src/case/record/recordLine.ts';
import { ref } from '../results/fixtures.ts';

const RESULT: RecordedResult = {
  ...ref(),
  connection: 'Contoso',
  stream: 'errors',
  sha256: 'ab'.repeat(32),
  lines: [
    [5, 9],
    [12, 12],
  ],
};

function file(...lines: readonly Partial<RecordLine>[]): Parameters<typeof recordTimeline>[0][number] {
  return {
    name: 'anna.20261123T224700Z.0123abcd.jsonl',
    lines: lines.map((change, seq) => ({
      hash: '',
      bytes: 0,
      line: {
        v: 1,
        seq,
        prev: '',
        at: '2026-11-23T22:47:00.000Z',
        who: 'anna',
        tool: '0.1.0',
        what: 'begun',
        ...change,
      },
    })),
  };
}

suite('the timeline of a record', () => {
  test('each result of a step is an event that leads back to its lines', () => {
    const other = { ...RESULT, actionId: 'other', lines: [] };
    const [first, second] = recordTimeline([
      file({ what: 'quoted', results: [RESULT, other], note: 'notes.md', clock: { server: '', offset: -3 } }),
    ]);
    assert.deepEqual(first, {
      message: `Result Quoted: ${RESULT.actionId}#0 lines 5–9, 12–12 in notes.md`,
      datetime: '2026-11-23T22:47:00.000+00:00',
      timestamp_desc: 'Result Quoted (local clock)',
      data_type: 'live_response:record',
      user: 'anna',
      tool: '0.1.0',
      server_offset_seconds: -3,
      action_id: RESULT.actionId,
      command_index: 0,
      link: `live-response:/?cloud=commercial&tenant=${RESULT.tenantId}&action=${RESULT.actionId}&index=0&stream=errors#L5-L9,L12`,
      sha256: RESULT.sha256,
    });
    assert.equal(second?.['action_id'], 'other');
  });

  test('steps of all files stand in the order of their time; those without a result have their file', () => {
    const pack = { name: 'pack.zip', sha256: 'cd'.repeat(32), size: 9 };
    const found = recordTimeline([
      file({ at: '2026-11-24T00:00:00.000Z', what: 'packed', file: pack, seal: 'ef' }),
      file({ what: 'begun' }, { at: '2026-11-23T23:00:00.000Z', what: 'newerStep' }),
    ]);
    assert.deepEqual(
      found.map(({ message }) => message),
      ['Record Begun', 'newerStep', 'Pack Written: pack.zip'],
    );
    assert.deepEqual([found[2]?.['file_sha256'], found[2]?.['seal']], [pack.sha256, 'ef']);
  });

  test('of some results, only their steps, and none of those that are told elsewhere', () => {
    const lines = file(
      { what: 'begun' },
      { what: 'fetched', results: [RESULT] },
      { what: 'quoted', results: [RESULT] },
    );
    const found = recordTimeline([lines], ({ actionId }) => actionId === RESULT.actionId, ['fetched']);
    assert.deepEqual(
      found.map(({ timestamp_desc }) => timestamp_desc),
      ['Result Quoted (local clock)'],
    );
    assert.deepEqual(
      recordTimeline([lines], () => false),
      [],
    );
  });

  test('a line of a colleague that is no link of ours, or that names what every object has, is text', () => {
    const odd = {
      ...RESULT,
      stream: 'x&y#z\n' as 'output',
      cloud: '[x](command:y)' as 'custom',
      lines: [[9, 5]] as const,
    };
    const [event] = recordTimeline([file({ what: 'constructor', results: [odd], note: '\u202e\n' })]);
    assert.equal(event?.timestamp_desc, 'constructor (local clock)');
    assert.equal(event['link'], undefined, 'what no citation can be is no link');
    assert.equal(JSON.stringify(event).includes('\n'), false);
  });

  test('the user is the writer of the file, whomever its lines name', () => {
    const [event] = recordTimeline([{ ...file({ who: 'alice' }), name: 'mallory.20261123T224700Z.0123abcd.jsonl' }]);
    assert.equal(event?.['user'], 'mallory');
  });
});

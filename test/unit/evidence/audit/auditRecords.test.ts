import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { buildAuditNote } from '../../../../src/evidence/audit/auditNote.ts';
import { readAuditExport } from '../../../../src/evidence/audit/auditRecords.ts';
import type { AuditRecord } from '../../../../src/evidence/audit/auditRecords.ts';
import { splitRecords } from '../../../../src/evidence/audit/splitRecords.ts';

const rowsOf = (text: string): unknown[] | undefined => splitRecords(text, 10)?.rows.map(({ fields }) => fields);

function only(text: string): AuditRecord {
  const [record, ...others] = readAuditExport(text)?.records ?? [];
  assert.ok(record !== undefined && others.length === 0);
  return record;
}

suite('an export of advanced hunting', () => {
  test('JSON: one object, an array with something else in it, one object a line', () => {
    assert.deepEqual(rowsOf(' {"a":1}\n'), [{ a: 1 }]);
    assert.deepEqual(splitRecords('[1,{"a":1}]', 10), {
      rows: [{ fields: { a: 1 }, raw: '{"a":1}', place: 2 }],
      more: 1,
    });
    assert.deepEqual(rowsOf('{"a":1}\n\n{"b":2}'), [{ a: 1 }, { b: 2 }]);
  });

  test('of more records than are wanted, the first are read, and the others are counted', () => {
    for (const text of ['[{"a":1},7,{"a":2},{"a":3},{"a":4}]', '{"a":1}\n7\n{"a":2}\n{"a":3}\n{"a":4}']) {
      const { rows, more } = splitRecords(text, 2) ?? {};
      assert.deepEqual(
        rows?.map(({ fields, place }) => [fields, place]),
        [
          [{ a: 1 }, 1],
          [{ a: 2 }, 3],
        ],
      );
      assert.equal(more, 3);
    }
  });

  test('CSV: empty lines are no rows, and a quotation mark that is not closed takes no others', () => {
    assert.deepEqual(rowsOf('Name,B\n1,2\n\n3,4\n'), [
      { Name: '1', B: '2' },
      { Name: '3', B: '4' },
    ]);
    assert.deepEqual(rowsOf('Name,B\n"1,2\n3,4\n'), [
      { Name: '"1', B: '2' },
      { Name: '3', B: '4' },
    ]);
    // A million quotation marks in one cell are not followed, so they stay as they are.
    const long = `"${'""'.repeat(500_010)}"`;
    assert.deepEqual(rowsOf(`Name,B\n${long},2\n3,4\n`), [
      { Name: long, B: '2' },
      { Name: '3', B: '4' },
    ]);
  });

  test('commands may be a list; an event that is no object names nothing', () => {
    const record = only('{"ActionType":"RunLiveResponseSession","RawEventData":{"Commands":["dir","ls"]}}');
    assert.deepEqual([record.kind, record.commandsWhole], ['console', '["dir","ls"]']);
    const other = only('{"ActionType":"x","RawEventData":"[1]","DeviceName":"dc1"}');
    assert.deepEqual([other.kind, other.device, other.commandsWhole], ['other', 'dc1', '']);
  });
});

suite('a note about a record', () => {
  test('a row of CSV as received, with its hash; its action and hidden characters are named', () => {
    const record = only('Timestamp,ActionType,DeviceName\n2026-11-23T21:02:00Z,LiveResponseGetFile,dc1\n');
    const note = buildAuditNote(record, 'a.csv', 'id-1');
    const hash = createHash('sha256').update(record.raw).digest('hex');
    assert.equal(
      note,
      `Audit record: file collected · on \`dc1\` · at \`2026-11-23T21:02:00Z\` · probably action \`id-1\` · from \`a.csv\`, row 1 · SHA-256 of the record \`${hash}\`\n\n\`\`\`csv\n${record.raw}\n\`\`\`\n`,
    );
    assert.doesNotMatch(buildAuditNote(record, 'a.csv', undefined), /probably/u);
    const hidden = buildAuditNote(only('{"DeviceName":"dc1\u202e"}'), 'a.json', undefined);
    assert.match(hidden, /\n1 hidden characters are shown/u);
    assert.ok(hidden.includes('```json\n{"DeviceName":"dc1<U+202E>"}\n```'));
  });
});

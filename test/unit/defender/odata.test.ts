import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { toODataQuery } from '../../../src/defender/odata.ts';

suite('the query of a list', () => {
  test('it always orders, newest first, and skips nothing on the first page', () => {
    assert.equal(
      toODataQuery({ liveResponseOnly: false, top: 50, skip: 0 }),
      '$orderby=creationDateTimeUtc%20desc&$top=50',
    );
  });

  test('live response and a device are filtered for together', () => {
    const query = new URLSearchParams(toODataQuery({ liveResponseOnly: true, machineId: 'ab12', top: 10, skip: 20 }));
    assert.deepEqual(Object.fromEntries(query), {
      $filter: "type eq 'LiveResponse' and machineId eq 'ab12'",
      $orderby: 'creationDateTimeUtc desc',
      $top: '10',
      $skip: '20',
    });
  });

  test('a quote cannot end a text: it is doubled', () => {
    const hostile = "x' or type eq 'Isolate&$top=1#";
    const query = toODataQuery({ liveResponseOnly: false, machineId: hostile, top: 1, skip: 0 });
    assert.equal(new URLSearchParams(query).get('$filter'), "machineId eq 'x'' or type eq ''Isolate&$top=1#'");
    assert.equal(query.split('&').length, 3);
  });

  test('a span of creation times stands unquoted', () => {
    const created = { from: '2026-11-23T20:00:00.000Z', to: '2026-11-23T21:00:00.000Z' };
    const query = decodeURIComponent(toODataQuery({ liveResponseOnly: false, created, top: 1000, skip: 0 }));
    assert.ok(
      query.startsWith(
        '$filter=creationDateTimeUtc ge 2026-11-23T20:00:00.000Z and creationDateTimeUtc le 2026-11-23T21:00:00.000Z&',
      ),
      query,
    );
  });
});

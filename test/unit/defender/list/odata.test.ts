import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { toMachineQuery, toODataQuery } from '../../../../src/defender/list/odata.ts';

suite('the query of a list', () => {
  test('one of a kind is asked for as it is, several in brackets beside the other conditions', () => {
    const filterOf = (statuses: readonly string[]): string | null =>
      new URLSearchParams(
        toODataQuery({ liveResponseOnly: false, where: { type: 'Isolate', statuses }, top: 1, skip: 0 }),
      ).get('$filter');
    assert.equal(filterOf(['Failed']), "type eq 'Isolate' and status eq 'Failed'");
    assert.equal(filterOf(['Failed', 'TimeOut']), "type eq 'Isolate' and (status eq 'Failed' or status eq 'TimeOut')");
    assert.equal(filterOf([]), "type eq 'Isolate'");
  });

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

  test('since a moment: by the last update oldest first, or by creation, the time without quotes', () => {
    const time = '2026-11-23T20:45:00.000Z';
    const query = (by: 'update' | 'creation'): URLSearchParams =>
      new URLSearchParams(toODataQuery({ liveResponseOnly: true, since: { by, time }, top: 10_000, skip: 0 }));
    assert.deepEqual(Object.fromEntries(query('update')), {
      $filter: `type eq 'LiveResponse' and lastUpdateDateTimeUtc gt ${time}`,
      $orderby: 'lastUpdateDateTimeUtc asc',
      $top: '10000',
    });
    assert.equal(query('creation').get('$filter'), `type eq 'LiveResponse' and creationDateTimeUtc gt ${time}`);
    assert.equal(query('creation').get('$orderby'), 'creationDateTimeUtc desc');
  });

  test('devices are asked for by the beginning of their name, in lower case', () => {
    const query = new URLSearchParams(toMachineQuery("O'Brien", 100));
    assert.equal(query.get('$filter'), "startswith(computerDnsName,'o''brien')");
    assert.equal(query.get('$top'), '100');
  });
});

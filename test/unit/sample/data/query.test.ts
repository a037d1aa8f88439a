import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { scenarioRef } from '../../../../src/sample/data/catalogue.ts';
import { apiUrl, ask, linkPath, list, odata, startTenant } from '../harness.ts';

const { tenant } = startTenant();
const newestFirst = { $orderby: 'creationDateTimeUtc desc' };

async function count($filter: string): Promise<number> {
  return (await list(tenant, odata({ $filter }))).value.length;
}

interface Failure {
  readonly error: { readonly code: string; readonly message: string; readonly target: string };
}

async function fails(path: string, query: string, status: number, code: string): Promise<Failure['error']> {
  const answer = await ask(tenant, path, query);
  const { error } = JSON.parse(answer.body) as Failure;
  assert.deepEqual([answer.status, error.code], [status, code], error.message);
  assert.deepEqual(Object.keys(error), ['code', 'message', 'target']);
  assert.match(error.target, /^[\da-f-]{36}$/u);
  return error;
}

void suite('the sample tenant answers queries', () => {
  void test('filters: comparison, and, or, not, in, parentheses, doubled quotes', async () => {
    const { value: all } = await list(tenant);
    const expected = (test: (action: (typeof all)[number]) => boolean): number => all.filter(test).length;
    assert.equal(
      await count("type eq 'LiveResponse'"),
      expected((action) => action.type === 'LiveResponse'),
    );
    assert.equal(
      await count("type ne 'LiveResponse'"),
      expected((action) => action.type !== 'LiveResponse'),
    );
    assert.equal(
      await count("type eq 'LiveResponse' and (status eq 'Failed' or status eq 'TimeOut')"),
      expected((action) => action.type === 'LiveResponse' && ['Failed', 'TimeOut'].includes(action.status)),
    );
    assert.equal(
      await count("type eq 'LiveResponse' and status eq 'Failed' or status eq 'TimeOut'"),
      expected(
        (action) => (action.type === 'LiveResponse' && action.status === 'Failed') || action.status === 'TimeOut',
      ),
      'and binds closer than or',
    );
    assert.equal(
      await count("not (status eq 'Succeeded')"),
      expected((action) => action.status !== 'Succeeded'),
    );
    const [first, second] = all;
    assert.ok(first && second);
    assert.equal(await count(`id in ('${first.id}','${second.id}', 'x')`), 2);
    assert.equal(await count(`id eq ${first.id.toUpperCase()}`), 1, 'an unquoted GUID');
    assert.equal(
      await count(`machineId eq '${first.machineId}'`),
      expected((action) => action.machineId === first.machineId),
    );
    assert.equal(await count("requestor eq 'it''s nobody'"), 0);
  });

  void test('times are compared to the last of seven digits', async () => {
    const { value } = await list(tenant, odata({ $orderby: 'lastUpdateDateTimeUtc asc' }));
    const position = 120;
    const time = value[position]?.lastUpdateDateTimeUtc ?? '';
    assert.equal(await count(`lastUpdateDateTimeUtc eq ${time}`), 1);
    assert.equal(await count(`lastUpdateDateTimeUtc gt ${time}`), value.length - position - 1);
    assert.equal(await count(`lastUpdateDateTimeUtc ge ${time}`), value.length - position);
    assert.equal(await count(`lastUpdateDateTimeUtc lt ${time}`), position);
    assert.equal(
      (await count(`creationDateTimeUtc le 2026-11-22T21:00:00Z`)) +
        (await count(`creationDateTimeUtc gt 2026-11-22T21:00:00Z`)),
      266,
    );
  });

  void test('pages by skip and top are the whole, in order', async () => {
    const { value: whole } = await list(tenant, odata(newestFirst));
    const pages = [];
    for (let skip = 0; skip < 300; skip += 50) {
      const page = await list(tenant, odata({ ...newestFirst, $top: '50', $skip: String(skip), $count: 'true' }));
      assert.equal(page['@odata.count'], 266);
      assert.equal(page['@odata.nextLink'], undefined, 'top cut it, not the page maximum');
      pages.push(...page.value);
    }
    assert.deepEqual(pages, whole);
    const times = whole.map((action) => Date.parse(action.creationDateTimeUtc));
    assert.deepEqual(
      times,
      times.toSorted((left, right) => right - left),
    );
    assert.notDeepEqual((await list(tenant)).value, whole, 'without an order nobody is promised one');
  });

  void test('orders by several fields', async () => {
    const { value } = await list(tenant, odata({ $orderby: 'status asc, creationDateTimeUtc desc' }));
    const sorted = value.toSorted(
      (left, right) =>
        left.status.localeCompare(right.status) ||
        Date.parse(right.creationDateTimeUtc) - Date.parse(left.creationDateTimeUtc),
    );
    assert.deepEqual(
      value.map(({ id }) => id),
      sorted.map(({ id }) => id),
    );
  });

  void test('a page maximum gives next links, which keep filter and order and end', async () => {
    const small = startTenant(30).tenant;
    const query = odata({ ...newestFirst, $filter: "type eq 'LiveResponse'", $top: '70' });
    const seen = [];
    let next: string | undefined = query;
    let pages = 0;
    while (next !== undefined) {
      const page = await list(small, next);
      seen.push(...page.value);
      pages += 1;
      const link = page['@odata.nextLink'];
      assert.ok(link === undefined || link.startsWith(`${apiUrl}/api/machineactions?`));
      next = link?.slice(link.indexOf('?') + 1);
    }
    assert.equal(pages, 3);
    assert.deepEqual(seen, (await list(tenant, query)).value);
  });

  void test('what the service refuses is refused: 400 ODataError', async () => {
    const path = '/api/machineactions';
    const refuse = async (parts: Readonly<Record<string, string>>): Promise<string> =>
      (await fails(path, odata(parts), 400, 'ODataError')).message;
    assert.match(await refuse({ $filter: "computerDnsName eq 'dc1'" }), /cannot be used/u);
    assert.match(await refuse({ $filter: "nothing eq 'dc1'" }), /Could not find a property/u);
    assert.match(await refuse({ $filter: "creationDateTimeUtc gt '2026-11-22T21:00:00Z'" }), /incompatible/u);
    await refuse({ $filter: 'status eq Failed' });
    await refuse({ $filter: "status eq 'Failed" });
    await refuse({ $filter: "(status eq 'Failed'" });
    await refuse({ $filter: "status eq 'Failed' status eq 'Failed'" });
    await refuse({ $filter: 'creationDateTimeUtc gt 2026-13-45T99:00:00Z' });
    await refuse({ $filter: '' });
    await refuse({ $filter: 'id in ()' });
    await refuse({ $filter: 'constructor eq 1' });
    await refuse({ $orderby: 'computerDnsName' });
    await refuse({ $orderby: 'creationDateTimeUtc sideways' });
    await refuse({ $top: '10001' });
    await refuse({ $top: '-1' });
    await refuse({ $skip: 'x' });
    await refuse({ $select: 'id' });
  });

  void test('unknown things are 404, a bad index 400, anything but GET 403', async () => {
    const { actionId } = scenarioRef('exitZero');
    const nobody = '00000000-0000-4000-8000-000000000000';
    await fails(`/api/machineactions/${nobody}`, '', 404, 'ResourceNotFound');
    await fails(linkPath(nobody, 0), '', 404, 'ResourceNotFound');
    await fails(linkPath(actionId, 9), '', 404, 'ResourceNotFound');
    await fails(linkPath(actionId, 0), '', 404, 'ResourceNotFound'); // PutFile
    await fails(linkPath(actionId, '-1'), '', 400, 'InvalidInput');
    await fails(linkPath(actionId, 'x'), '', 400, 'InvalidInput');
    await fails(linkPath(actionId, 1).replace('(', '%28').replace(')', '%29'), '', 404, 'NotFound');
    await fails('/api/alerts', '', 404, 'NotFound');
    await fails('/api/machineactions/%', '', 400, 'BadRequest');
    const post = await tenant.answer({
      method: 'POST',
      path: `/api/machineactions/${actionId}/cancel`,
      query: '',
      apiUrl,
    });
    assert.equal(post.status, 403);
  });

  void test('machines are found by the start of their name, by id and by name', async () => {
    const answer = await ask(tenant, '/api/machines', odata({ $filter: "startswith(computerDnsName,'lt-0533')" }));
    const { value } = JSON.parse(answer.body) as { value: { id: string; computerDnsName: string }[] };
    assert.equal(value.length, 2);
    const [machine] = value;
    assert.equal((await ask(tenant, `/api/machines/${machine?.id ?? ''}`)).status, 200);
    assert.equal((await ask(tenant, '/api/machines/dc1.fabrikam.example')).status, 200);
    await fails('/api/machines/nobody', '', 404, 'ResourceNotFound');
  });
});

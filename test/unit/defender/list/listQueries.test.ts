import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../../src/base/errors.ts';
import { ListQueries } from '../../../../src/defender/list/listQueries.ts';
import type { ActionQuery } from '../../../../src/defender/list/odata.ts';
import type { ActionPage } from '../../../../src/defender/schema.ts';
import { action } from '../../results/fixtures.ts';
import { failure } from '../expected.ts';

const QUERY: ActionQuery = { liveResponseOnly: false, top: 1, skip: 0 };
const FIRST: ActionPage = { actions: [action()], total: undefined, nextLink: undefined };

suite('what a server takes', () => {
  test('a failure of a simpler query is told, if the query is not its cause', async () => {
    const queries = new ListQueries();
    const asked: ActionQuery[] = [];
    const send = (query: ActionQuery): Promise<ActionPage> => {
      asked.push(query);
      const code = asked.length === 1 ? 'badRequest' : 'offline';
      return Promise.reject(new LiveResponseError(code));
    };
    await assert.rejects(queries.ask(QUERY, send), failure('offline'));
    assert.deepEqual(
      asked.map(({ order }) => order),
      [undefined, 'none'],
    );
  });

  test('whether it leaves out rows is checked for the fifty lists that were read last', async () => {
    const queries = new ListQueries();
    let calls = 0;
    const send = (): Promise<ActionPage> => {
      calls++;
      return Promise.resolve(FIRST);
    };
    const listOf = (at: number): ActionQuery => ({ ...QUERY, where: { requestor: `user ${at}` } });
    for (let at = 0; at < 51; at++) await queries.ask(listOf(at), send);
    calls = 0;
    // Of the first list it is not known any more with which row it begins.
    await queries.ask({ ...listOf(0), skip: 1 }, send);
    assert.equal(calls, 1);
    await queries.ask({ ...listOf(1), skip: 1 }, send);
    assert.equal(calls, 3);
  });
});

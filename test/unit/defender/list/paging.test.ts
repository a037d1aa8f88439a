import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../../src/base/errors.ts';
import { ListPlace, walkPages } from '../../../../src/defender/list/paging.ts';
import type { AskPage } from '../../../../src/defender/list/paging.ts';
import type { ActionPage } from '../../../../src/defender/schema.ts';
import { action } from '../../results/fixtures.ts';
import { failure } from '../expected.ts';

const REFUSED = new LiveResponseError('badRequest', { status: 400 });

/** Creates a server that answers in turn, and the requests that it got. */
function server(...answers: readonly (ActionPage | LiveResponseError)[]): {
  readonly ask: AskPage;
  readonly asked: (readonly [skip: number, link: string | undefined])[];
} {
  const asked: (readonly [number, string | undefined])[] = [];
  const ask: AskPage = (skip, link) => {
    const next = answers[asked.length];
    asked.push([skip, link]);
    assert.ok(next !== undefined, 'one request too many');
    return next instanceof LiveResponseError ? Promise.reject(next) : Promise.resolve(next);
  };
  return { ask, asked };
}

function page(ids: string, nextLink?: string): ActionPage {
  return { actions: Array.from(ids, (id) => action({ id })), total: undefined, nextLink };
}

async function walk(ask: AskPage): Promise<string[]> {
  const pages: string[] = [];
  for await (const actions of walkPages(ask, 2)) pages.push(actions.map(({ id }) => id).join(''));
  return pages;
}

suite('the pages of a list', () => {
  test('a server that refuses its own link is asked for the rows behind the known ones, and for no link any more', async () => {
    const { ask, asked } = server(page('ab', 'x'), REFUSED, page('cd', 'y'), page('e'));
    assert.deepEqual(await walk(ask), ['ab', 'cd', 'e']);
    assert.deepEqual(asked, [
      [0, undefined],
      [2, 'x'],
      [2, undefined],
      [4, undefined],
    ]);
  });

  test('any other failure of a link ends it', async () => {
    const { ask } = server(page('ab', 'x'), new LiveResponseError('offline'));
    await assert.rejects(walk(ask), failure('offline'));
  });

  test('a full page of known rows is passed over, because newer rows have moved the list', async () => {
    const { ask, asked } = server(page('ab'), page('c'));
    const request = { ask, size: 2, skip: 2, isKnown: (id: string) => 'ab'.includes(id) };
    const { actions, hasMore } = await new ListPlace().next(request);
    assert.deepEqual([actions.map(({ id }) => id).join(''), hasMore], ['abc', false]);
    assert.deepEqual(asked, [
      [2, undefined],
      [4, undefined],
    ]);
  });
});

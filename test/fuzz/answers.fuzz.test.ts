import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { readJson, toApiError } from '../../src/defender/answers.ts';
import { isLiveResponseError } from '../../src/base/errors.ts';
import { ResultLink } from '../../src/defender/download/resultLink.ts';
import { readRetryAfter } from '../../src/defender/retry.ts';
import { readAction, readActionPage, readLink } from '../../src/defender/schema.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { ask, linkPath, startTenant } from '../unit/sample/harness.ts';
import { answerOf, editJson, edits } from './support/answers.ts';
import { mutate, mutations } from './support/mutations.ts';
import { describeSeed, times } from './support/settings.ts';
import { readStrictJson } from './support/strictJson.ts';
import { anyText } from './support/texts.ts';

const STRUCTURAL_RUNS = 3_000;
const BYTEWISE_RUNS = 2_000;
const NOW = Date.UTC(2026, 10, 23, 21, 4);
const HOUR_MS = 3_600_000;

const status = fc.constantFrom(200, 204, 301, 400, 401, 403, 404, 409, 418, 429, 500, 502, 503, 504);
const retryAfter = fc.oneof(
  fc.constantFrom('0', '30', '-5', '1.5', '1e9', '9'.repeat(400), 'Mon, 23 Nov 2026 21:05:00 GMT', 'never', '', ' 7 '),
  fc.string(),
);

suite(`answers of the API (${describeSeed})`, () => {
  const bodies: string[] = [];

  before(async () => {
    const { tenant } = startTenant(3);
    const { actionId, commandIndex } = scenarioRef('exitZero');
    const paths = [
      ['/api/machineactions', '$top=2&$count=true'],
      ['/api/machineactions', "$filter=type eq 'LiveResponse'"],
      ['/api/machineactions', '$filter=nonsense'],
      [`/api/machineactions/${actionId}`, ''],
      [linkPath(actionId, commandIndex), ''],
      [linkPath(actionId, 99), ''],
      ['/api/machineactions/nothing', ''],
    ] as const;
    for (const [path, query] of paths) bodies.push((await ask(tenant, path, encodeURI(query))).body);
    bodies.push(JSON.stringify({ error: { code: 'TooManyRequests', message: 'per 01:00:00', target: 'x' } }));
    bodies.push(
      JSON.stringify({ value: 'https://a.blob.core.windows.net/c/b?se=2026-11-23T21:34:00Z&sig=SECRET&rscd=x' }),
    );
  });

  test('a structurally changed answer gives a value or an error of ours', () => {
    fc.assert(
      fc.property(fc.nat(), edits, status, retryAfter, (which, changes, code, header) => {
        const body: unknown = JSON.parse(bodies[which % bodies.length] ?? '{}');
        readAll(editJson(body, changes), code, header);
      }),
      times(STRUCTURAL_RUNS),
    );
  });

  test('an answer with changed bytes gives a value or an error of ours', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), mutations, status, retryAfter, async (which, changes, code, header) => {
        const bytes = mutate(Buffer.from(bodies[which % bodies.length] ?? ''), changes);
        let body: unknown;
        try {
          ({ body } = await readJson(answerOf(bytes), 'h'));
        } catch (error) {
          assert.ok(isLiveResponseError(error), inspect(error));
          assert.equal(error.code, 'incompleteAnswer');
          const reading = readStrictJson(new TextDecoder().decode(bytes));
          assert.ok(!reading.ok && reading.cut, 'what was called cut off is not');
          return;
        }
        readAll(body, code, header);
      }),
      times(BYTEWISE_RUNS),
    );
  });

  test('unknown keys and unheard values of a status are no fault', () => {
    const list = JSON.parse(bodies[0] ?? '{}') as { value: Record<string, unknown>[] };
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.jsonValue(), fc.string(), (key, value, word) => {
        const known = list.value[0] ?? {};
        const unknown = Object.hasOwn(known, key) || key === 'lastUpdateTimeUtc' ? {} : { [key]: value };
        const body = { ...list, value: [{ ...unknown, ...known, type: word, status: word, requestSource: word }] };
        const [action] = readActionPage(body).actions;
        assert.equal(action?.status, word);
        assert.equal(action.type, word);
      }),
      times(500),
    );
  });

  test('a link never shows its signature, whatever it looks like', () => {
    fc.assert(
      fc.property(fc.webUrl(), fc.webQueryParameters(), anyText, (url, query, name) => {
        let link: ResultLink;
        try {
          link = new ResultLink(`${url}?sig=SECRET&${query}&rscd=${encodeURIComponent(name.toWellFormed())}`);
        } catch (error) {
          assert.ok(isLiveResponseError(error) && !inspect(error).includes('SECRET'));
          return;
        }
        const shown = `${inspect(link, { showHidden: true, depth: 5 })}${JSON.stringify(link)}${String(link)}`;
        assert.ok(!shown.includes('SECRET'));
        try {
          link.addressFor(['localhost:1']);
        } catch (error) {
          assert.ok(isLiveResponseError(error) && !inspect(error).includes('SECRET'));
        }
      }),
      times(500),
    );
  });

  test('a Retry-After that is neither seconds nor a date names no time', () => {
    for (const header of ['-5', '1.5', 'never', '', '5 seconds'])
      assert.equal(readRetryAfter(header, NOW), undefined, header);
    assert.equal(readRetryAfter('9'.repeat(400), NOW), NOW + HOUR_MS);
    assert.equal(readRetryAfter(' 7 ', NOW), NOW + 7_000);
    assert.equal(readRetryAfter('Mon, 23 Nov 2026 21:05:00 GMT', NOW), NOW + 60_000);
  });
});

function readAll(body: unknown, status: number, header: string): void {
  for (const read of [readActionPage, readAction, readLink]) {
    try {
      const value = read(body);
      if (typeof value === 'string') readLinkText(value);
    } catch (error) {
      assert.ok(isLiveResponseError(error), inspect(error));
      assert.equal(error.code, 'unexpectedAnswer');
      assert.equal(typeof error.values.path, 'string');
    }
  }
  const error = toApiError(
    { ...answerOf(Buffer.alloc(0)), status, headers: { 'retry-after': header } },
    body,
    'h',
    NOW,
  );
  assert.ok(isLiveResponseError(error));
  assert.equal(typeof error.code, 'string');
  if (status !== 429) return;
  assert.equal(error.code, 'rateLimited');
  const { retryAt } = error.values;
  // A longer pause would stop the budget for good. Without a time the ledger itself knows what to do.
  if (retryAt !== undefined) assert.ok(retryAt >= NOW && retryAt <= NOW + HOUR_MS, String(retryAt));
}

function readLinkText(text: string): void {
  try {
    assert.equal(typeof new ResultLink(text).host, 'string');
  } catch (error) {
    assert.ok(isLiveResponseError(error), inspect(error));
  }
}

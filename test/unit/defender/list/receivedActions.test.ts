import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createDefenderClient } from '../../../../src/defender/client.ts';
import type { DefenderClient } from '../../../../src/defender/client.ts';
import type { MachineAction } from '../../../../src/defender/schema.ts';
import { answer, patience } from '../expected.ts';
import { SimulatedClock } from '../simulatedClock.ts';

const QUERY = { liveResponseOnly: true, top: 50, skip: 0 } as const;
const DATE = 'Mon, 23 Nov 2026 21:04:41 GMT';

/**
 * Returns an action in a form that the API may use: an unused key, white space, an escape, a number in an unusual form.
 */
function written(number: number, comment = ''): string {
  return `{ "id":"${number}", "\\u0074ype": "LiveResponse","creationDateTimeUtc": "2026-11-23T21:02:00Z",
  "requestorComment": "${comment}", "errorHResult": 0.0, "later": [1, {"value": []}]}`;
}

const pageOf = (elements: readonly string[]): string => `{"@odata.context":"x", "value":[${elements.join(' ,\n')}]}`;

/** Creates a client whose requests are answered in turn. */
function clientFor(...bodies: readonly string[]): DefenderClient {
  const left = [...bodies];
  const clock = new SimulatedClock();
  return createDefenderClient({
    apiUrl: 'https://api.security.microsoft.com',
    getAccessToken: () => Promise.resolve('token'),
    transport: {
      api: () => Promise.resolve(answer(200, left.shift() ?? '', { date: DATE })),
      download: () => Promise.reject(new Error('nothing is downloaded here')),
    },
    clock,
  });
}

const textsOf = (client: DefenderClient, actions: readonly MachineAction[]): (string | undefined)[] =>
  actions.map((action) => client.receivedAction(action)?.text);

suite('what an action was read from', () => {
  test('of a page with two lists: the elements of the one that is read', async () => {
    const client = clientFor(`{"value":[${written(1)},${written(2)}], "value":[${written(3)}]}`);
    const { actions } = await client.listMachineActions(QUERY, patience());
    assert.deepEqual(
      actions.map(({ id }) => id),
      ['3'],
    );
    assert.deepEqual(textsOf(client, actions), [written(3)]);
  });

  test('one that was asked for: the whole answer, when its headers came, and the server’s Date', async () => {
    const client = clientFor(`${written(1)}\n`);
    const action = await client.getMachineAction('1', patience());
    assert.deepEqual(client.receivedAction(action), {
      text: `${written(1)}\n`,
      from: 'action',
      receivedAt: new SimulatedClock().now(),
      serverDate: DATE,
    });
  });

  test('those of a list: each its own element, character for character', async () => {
    const texts = [1, 2, 3].map((number) => written(number, '日本, ]} \\"'));
    const client = clientFor(pageOf(texts));
    const { actions } = await client.listMachineActions(QUERY, patience());
    assert.deepEqual(textsOf(client, actions), texts);
    const [first] = actions;
    assert.equal(first === undefined ? '' : client.receivedAction(first)?.from, 'list');
  });

  test('one that another window received: the same action, with the same text, and no call', async () => {
    const [window, other] = [clientFor(written(1)), clientFor()];
    const action = await window.getMachineAction('1', patience());
    const received = window.receivedAction(action);
    assert.ok(received !== undefined);
    const { text, ...how } = received;
    const heard = other.readFound(text, how);
    assert.ok(heard !== undefined);
    assert.deepEqual(heard, action);
    assert.deepEqual(other.receivedAction(heard), received);
    // The action was not read from a text of the API.
    const read = other.readFound(JSON.stringify(action), undefined);
    assert.ok(read !== undefined);
    assert.deepEqual(read, action);
    assert.equal(other.receivedAction(read), undefined);
    for (const none of ['{"id": 1}', '[]', '{']) assert.equal(other.readFound(none, how), undefined);
  });

  test('of the same action each version has its own text', async () => {
    const client = clientFor(written(1, 'older'), written(1, 'newer'));
    const older = await client.getMachineAction('1', patience());
    const newer = await client.getMachineAction('1', patience());
    assert.deepEqual(textsOf(client, [older, newer]), [written(1, 'older'), written(1, 'newer')]);
  });

  test('of very many only the latest are kept, and none of an answer that is larger than all of them', async () => {
    const pages = Array.from({ length: 30 }, (_, page) =>
      pageOf(Array.from({ length: 50 }, (__, row) => written(page * 50 + row, 'x'.repeat(1000)))),
    );
    const client = clientFor(...pages, pageOf([written(1), written(2, 'x'.repeat(600_000))]));
    const all: MachineAction[] = [];
    while (all.length < 1500) all.push(...(await client.listMachineActions(QUERY, patience())).actions);
    const kept = textsOf(client, all);
    const known = kept.filter((text) => text !== undefined);
    assert.ok(known.length > 200 && known.length < 600, known.length.toString());
    assert.ok(kept.slice(0, -known.length).every((text) => text === undefined));
    assert.deepEqual(
      known.map((text) => (JSON.parse(text) as { id: string }).id),
      all.slice(-known.length).map(({ id }) => id),
    );
    const { actions } = await client.listMachineActions(QUERY, patience());
    assert.deepEqual(textsOf(client, actions), [undefined, undefined]);
  });
});

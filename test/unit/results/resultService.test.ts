import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isClick, meterOf } from '../../../src/base/urgency.ts';
import type { CallMeter } from '../../../src/base/urgency.ts';
import { isLiveResponseError, LiveResponseError } from '../../../src/base/errors.ts';
import type { MachineAction } from '../../../src/defender/schema.ts';
import { failure, patience } from '../defender/expected.ts';
import { action, command, ref } from './fixtures.ts';
import { BYTES, flush, Scene, SHA256 } from './scene.ts';

suite('opening a result', () => {
  test('it is fetched, stored with all that is known of it, and answered', async () => {
    const scene = new Scene();
    const opening = scene.service.open(ref(), { signal: patience() });
    await scene.land();
    const facts = await opening;
    assert.deepEqual(scene.asked, ['result 0']);
    assert.deepEqual(
      [facts.sha256, facts.size, facts.fetchedAt, facts.fetchedBy, facts.mismatches, facts.transcript?.errorLines],
      [SHA256, BYTES.length, 7, 'anna@contoso.com', [], 1],
    );
    assert.deepEqual(facts.name, {
      connection: 'Contoso',
      device: 'dc1',
      script: 'collect.ps1',
      createdAt: '2026-11-23T21:02:00.1234567Z',
    });
    assert.equal(await scene.store.text(ref(), 'output'), 'the output');
    assert.deepEqual(Buffer.from((await scene.store.raw(ref())) ?? []), BYTES);
  });

  test('what its action was read from is stored beside it; when and by which version it was fetched, within', async () => {
    const scene = new Scene();
    const asked: unknown[] = [];
    const text = { text: '{"as": "received"}', from: 'list', receivedAt: 3, serverDate: undefined } as const;
    scene.received = (known) => {
      asked.push(known);
      return text;
    };
    const opening = scene.service.open(ref(), { signal: patience() });
    await scene.land();
    const facts = await opening;
    assert.deepEqual([facts.answeredAt, facts.fetchedAt, facts.fetchedWith], [5, 7, '0.1.0']);
    assert.equal((await scene.store.call('receivedAction', ref()))?.text, text.text);
    assert.equal(asked[0], scene.known);
  });

  test('a result is kept, too, where nobody can say who fetched it', async () => {
    const scene = new Scene();
    scene.account = () => Promise.reject(new LiveResponseError('databaseFailed'));
    const opening = scene.service.open(ref(), { signal: patience() });
    await scene.land();
    assert.equal((await opening).fetchedBy, undefined);
  });

  test('a result that is larger than the person allows is refused with that limit, and not begun in pieces', async () => {
    const scene = new Scene();
    scene.maxBytes = 2e8;
    const values = { size: 3e8, limit: 2e8 };
    const isRefused = assert.rejects(scene.service.open(ref(), { signal: patience() }), failure('tooLarge', values));
    await scene.land(new LiveResponseError('tooLarge', values));
    await isRefused;
    assert.deepEqual(scene.asked, ['result 0']);
  });

  test('a result that is stored costs no call', async () => {
    const scene = new Scene();
    const first = scene.service.open(ref(), { signal: patience() });
    await scene.land();
    await first;
    scene.known = undefined;
    assert.equal((await scene.service.open(ref(), { signal: patience() })).sha256, SHA256);
    assert.deepEqual(scene.asked, ['result 0']);
  });
});

suite('whether there is a result to ask for', () => {
  const gate = (known: MachineAction | undefined, atServer = action()): { scene: Scene; opening: Promise<unknown> } => {
    const scene = new Scene();
    scene.known = known;
    scene.atServer = atServer;
    return { scene, opening: scene.service.open(ref(), { signal: patience() }) };
  };
  const with1 = (status: string, commandStatus: string, type = 'RunScript'): MachineAction =>
    action({ status, commands: [command({ commandStatus, command: { type, params: [] } })] });

  for (const [what, known, code, values] of [
    ['a PutFile', with1('Succeeded', 'Completed', 'PutFile'), 'noResultByDesign', {}],
    ['a GetFile', with1('Succeeded', 'Completed', 'GetFile'), 'resultIsFile', {}],
    ['a command whose session ended before it', with1('TimeOut', 'Created'), 'commandNeverRan', { state: 'TimeOut' }],
  ] as const) {
    test(`${what} costs no call: ${code}`, async () => {
      const { scene, opening } = gate(known);
      await assert.rejects(opening, failure(code, values));
      assert.deepEqual(scene.asked, []);
    });
  }

  test('a command that was running is asked after once, and still runs', async () => {
    const { scene, opening } = gate(with1('InProgress', 'Executing'), with1('InProgress', 'Executing'));
    await assert.rejects(opening, failure('commandNotFinished', { state: 'Executing' }));
    assert.deepEqual(scene.asked, ['action']);
  });

  test('a command that was running and has ended meanwhile is fetched, with the newer action', async () => {
    const { scene, opening } = gate(with1('InProgress', 'Executing'), action({ requestorComment: 'newer' }));
    await scene.land();
    await opening;
    assert.deepEqual(scene.asked, ['action', 'result 0']);
    assert.equal(scene.store.known(ref())?.action.requestorComment, 'newer');
  });

  test('an action that was never loaded is asked for once', async () => {
    const { scene, opening } = gate(undefined);
    await scene.land();
    await opening;
    assert.deepEqual(scene.asked, ['action', 'result 0']);
  });

  test('a command that the action does not have is not found, after a look at the server', async () => {
    const { scene, opening } = gate(action({ commands: [] }), action({ commands: [] }));
    await assert.rejects(opening, failure('notFound'));
    assert.deepEqual(scene.asked, ['action']);
  });

  test('a failed script is fetched: its result explains the failure', async () => {
    const { scene, opening } = gate(with1('Failed', 'Failed'));
    await scene.land();
    await opening;
    assert.deepEqual(scene.asked, ['result 0']);
  });
});

suite('a command without a result', () => {
  test('is refused with the words that the device left', async () => {
    const scene = new Scene();
    const failed = command({ commandStatus: 'Failed', errors: ['Script execution failed', 'Time is up'] });
    scene.known = action({ status: 'Failed', commands: [failed] });
    const opening = scene.service.open(ref(), { signal: patience() });
    const refused = assert.rejects(
      opening,
      failure('noResult', { status: 404, deviceErrors: ['Script execution failed', 'Time is up'] }),
    );
    await scene.land(new LiveResponseError('noResult', { status: 404 }));
    await refused;
  });

  test('is refused as before where the device left no word, and so is every other failure', async () => {
    for (const [errors, code] of [
      [null, 'noResult'],
      [['Script execution failed'], 'timeout'],
    ] as const) {
      const scene = new Scene();
      scene.known = action({ status: 'Failed', commands: [command({ errors: errors && [...errors] })] });
      const refused = assert.rejects(scene.service.open(ref(), { signal: patience() }), (error: unknown) => {
        assert.ok(isLiveResponseError(error) && error.code === code);
        return error.values.deviceErrors === undefined;
      });
      await scene.land(new LiveResponseError(code));
      await refused;
    }
  });
});

suite('several callers at once', () => {
  test('the same result is fetched once, and all hear how far it is', async () => {
    const scene = new Scene();
    const heard: string[] = [];
    const opening = ['one', 'two'].map((name) =>
      scene.service.open(ref(), {
        signal: patience(),
        onProgress: (received, total) => heard.push(`${name} ${received}/${total ?? ''}`),
      }),
    );
    await scene.land();
    const [one, two] = await Promise.all(opening);
    assert.equal(one, two);
    assert.deepEqual(scene.asked, ['result 0']);
    assert.deepEqual(heard, ['one 5/10', 'two 5/10']);
  });

  test('two results are fetched side by side', async () => {
    const scene = new Scene();
    scene.known = action({ commands: [command(), command({ index: 1 })] });
    const opening = [0, 1].map((commandIndex) => scene.service.open(ref({ commandIndex }), { signal: patience() }));
    await flush();
    assert.deepEqual(scene.asked, ['result 0', 'result 1']);
    await scene.land();
    await scene.land();
    await Promise.all(opening);
  });

  test('one of two may cancel: the other gets the result', async () => {
    const scene = new Scene();
    const leaving = new AbortController();
    const cancelled = scene.service.open(ref(), { signal: leaving.signal });
    const staying = scene.service.open(ref(), { signal: patience() });
    await flush();
    leaving.abort();
    await assert.rejects(cancelled, failure('cancelled'));
    assert.equal(scene.signals[0]?.aborted, false);
    await scene.land();
    assert.equal((await staying).sha256, SHA256);
  });

  test('when nobody waits any more the download is given up', async () => {
    const scene = new Scene();
    const leaving = new AbortController();
    const both = [1, 2].map(() => scene.service.open(ref(), { signal: leaving.signal }));
    await flush();
    leaving.abort();
    for (const one of both) await assert.rejects(one, failure('cancelled'));
    assert.equal(scene.signals[0]?.aborted, true);
    assert.equal(await scene.store.facts(ref()), undefined);
  });

  test('who comes after a cancelled download starts a new one, and the old one cannot disturb it', async () => {
    const scene = new Scene();
    scene.slowToCancel = true;
    const leaving = new AbortController();
    const cancelled = scene.service.open(ref(), { signal: leaving.signal });
    await flush();
    leaving.abort();
    await assert.rejects(cancelled, failure('cancelled'));
    const second = scene.service.open(ref(), { signal: patience() });
    await flush();
    await scene.land();
    const third = scene.service.open(ref(), { signal: patience() });
    await flush();
    assert.deepEqual(scene.asked, ['result 0', 'result 0'], 'the third joins the second');
    await scene.land();
    assert.equal(await second, await third);
  });

  test('a failure reaches all, and the next try starts anew', async () => {
    const scene = new Scene();
    const both = [1, 2].map(() => scene.service.open(ref(), { signal: patience() }));
    for (const one of both) one.catch(() => undefined);
    await scene.land(new LiveResponseError('offline'));
    for (const one of both) await assert.rejects(one, failure('offline'));
    const again = scene.service.open(ref(), { signal: patience() });
    await scene.land();
    assert.equal((await again).sha256, SHA256);
  });

  test('an answer that was paid for is stored also when everyone leaves meanwhile', async () => {
    const scene = new Scene();
    const leaving = new AbortController();
    scene.onPut = () => {
      leaving.abort();
    };
    const cancelled = assert.rejects(scene.service.open(ref(), { signal: leaving.signal }), failure('cancelled'));
    await scene.land();
    await cancelled;
    assert.equal((await scene.service.open(ref(), { signal: patience() })).sha256, SHA256);
    assert.deepEqual(scene.asked, ['result 0']);
  });

  test('a signal that was aborted before costs nothing', async () => {
    const scene = new Scene();
    await assert.rejects(scene.service.open(ref(), { signal: AbortSignal.abort() }), failure('cancelled'));
    await flush();
    assert.deepEqual(scene.asked, []);
  });

  test('a click that joins what is under way in the background hurries it up', async () => {
    const scene = new Scene();
    const background = scene.service.open(ref(), { signal: patience(), priority: 'background' });
    await flush();
    const [priority] = scene.priorities;
    assert.ok(priority !== undefined && !isClick(priority));
    const click = scene.service.open(ref(), { signal: patience() });
    await flush();
    assert.equal(isClick(priority), true);
    await scene.land();
    await Promise.all([background, click]);
    assert.deepEqual(scene.asked, ['result 0']);
  });

  test('background work that joins a click leaves it a click', async () => {
    const scene = new Scene();
    const click = scene.service.open(ref(), { signal: patience() });
    const background = scene.service.open(ref(), { signal: patience(), priority: 'background' });
    await flush();
    assert.deepEqual(scene.priorities.map(isClick), [true]);
    await scene.land();
    await Promise.all([background, click]);
  });

  for (const by of ['call', 'size'] as const) {
    test(`what the account of the first caller refuses (${by}) is fetched for the one that joined`, async () => {
      const scene = new Scene();
      const meter = (isAllowed: boolean): CallMeter => ({
        take: () => Promise.resolve(isAllowed),
        giveBack: () => undefined,
      });
      const admits = (): boolean => by === 'call';
      const first = scene.service.open(ref(), {
        signal: patience(),
        priority: 'background',
        meter: meter(by !== 'call'),
        admits,
      });
      const second = scene.service.open(ref(), { signal: patience(), priority: 'background', meter: meter(true) });
      const refused = assert.rejects(first, failure('cancelled'));
      await flush();
      // The client asks before it calls, and at the length that the answer states.
      const limits = scene.limits[0];
      assert.equal(await meterOf(limits?.priority ?? 'click')?.take(), by !== 'call');
      if (by === 'size') assert.equal(limits?.admits?.(10), false);
      await scene.land(new LiveResponseError('cancelled'));
      await refused;
      await scene.land();
      assert.equal((await second).sha256, SHA256);
      assert.deepEqual(scene.asked, ['result 0', 'result 0']);
    });
  }

  test('any other failure reaches the one that joined, and is not tried again', async () => {
    const scene = new Scene();
    const both = [1, 2].map(() => scene.service.open(ref(), { signal: patience(), priority: 'background' }));
    const failed = both.map((one) => assert.rejects(one, failure('notFound')));
    await scene.land(new LiveResponseError('notFound'));
    await Promise.all(failed);
    assert.deepEqual(scene.asked, ['result 0']);
  });
});

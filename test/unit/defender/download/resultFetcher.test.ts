import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Urgency } from '../../../../src/base/urgency.ts';
import type { DefenderClient } from '../../../../src/defender/client.ts';
import type { DownloadFacts } from '../../../../src/defender/download/download.ts';
import { LiveResponseError } from '../../../../src/base/errors.ts';
import type { FailureCode } from '../../../../src/base/failures.ts';
import { systemClock } from '../../../../src/base/clock.ts';
import { MemorySink } from '../../../../src/defender/download/downloadSink.ts';
import { createResultFetcher } from '../../../../src/defender/download/resultFetcher.ts';
import { ResultLink } from '../../../../src/defender/download/resultLink.ts';
import { answer, AZURE, failure, patience } from '../expected.ts';
import { settle, SimulatedClock } from '../simulatedClock.ts';

const LIMITS = { maxBytes: 1000 };
const FACTS: DownloadFacts = {
  size: 1,
  sha256: '2d71',
  receivedAt: 0,
  answeredAt: 0,
  promisedName: undefined,
  blob: {},
};

interface Scene {
  readonly client: DefenderClient;
  /** The requests: links by command, downloads by the link's command. */
  readonly asked: string[];
  /** Ends the downloads under way. */
  readonly finish: () => void;
}

/** Creates a client whose downloads fail with these codes in turn; later ones wait for `finish`. */
function scene(...codes: readonly FailureCode[]): Scene {
  const asked: string[] = [];
  const failures = [...codes];
  let waiting: (() => void)[] = [];
  const unused = (): Promise<never> => Promise.reject(new Error('not part of fetching a result'));
  return {
    asked,
    finish: () => {
      for (const end of waiting.splice(0)) end();
      waiting = [];
    },
    client: {
      listMachineActions: unused,
      getMachineAction: unused,
      receivedAction: () => undefined,
      readFound: () => undefined,
      findMachines: unused,
      getMachine: unused,
      getPackageLink: unused,
      getResultLink: (_actionId, commandIndex, _signal, priority) => {
        asked.push(`link ${commandIndex}${typeof priority === 'string' ? ` ${priority}` : ''}`);
        return Promise.resolve(new ResultLink(`https://a.blob.core.windows.net/c/${commandIndex}?sig=x`));
      },
      downloadResult: async (link, signal, _limits, download) => {
        asked.push(`download ${new URL(link.addressFor([])).pathname.slice(3)}`);
        const code = failures.shift();
        await download.read(answer(200, 'x', { ...AZURE, 'content-length': '1' }), {
          host: 'h',
          limits: LIMITS,
          expectAzure: true,
          clock: systemClock,
        });
        if (code !== undefined) throw new LiveResponseError(code);
        return new Promise((resolve, reject) => {
          waiting.push(() => {
            resolve(FACTS);
          });
          signal.addEventListener('abort', () => {
            reject(new LiveResponseError('cancelled'));
          });
        });
      },
    },
  };
}

suite('a link whose result was larger than its limit', () => {
  /** Fetches results that all are too large, and returns the requests. Between two, this much time passes. */
  async function fetchTwice(ms: number, expiry: string, ...commands: readonly number[]): Promise<string[]> {
    const clock = new SimulatedClock();
    const { client, asked } = scene(...commands.map(() => 'tooLarge' as const));
    const getResultLink: DefenderClient['getResultLink'] = async (...args) => {
      const link = await client.getResultLink(...args);
      return new ResultLink(`${link.addressFor([])}${expiry}`);
    };
    const { fetchResult } = createResultFetcher({ ...client, getResultLink }, clock);
    for (const command of commands) {
      await assert.rejects(fetchResult('a', command, patience(), LIMITS), failure('tooLarge'));
      clock.sleep(ms);
    }
    return asked.filter((one) => one.startsWith('link'));
  }
  const HALF_AN_HOUR = '&se=2026-11-23T21:30:00Z';

  test('costs no second call, as long as it is valid', async () => {
    assert.deepEqual(await fetchTwice(60_000, HALF_AN_HOUR, 0, 0), ['link 0']);
    assert.deepEqual(await fetchTwice(60_000, HALF_AN_HOUR, 0, 1, 0), ['link 0', 'link 1']);
  });

  test('is not used after it has expired, or right before, or if it does not say until when it is valid', async () => {
    assert.deepEqual(await fetchTwice(31 * 60_000, HALF_AN_HOUR, 0, 1, 0), ['link 0', 'link 1', 'link 0']);
    assert.deepEqual(await fetchTwice(29.5 * 60_000, HALF_AN_HOUR, 0, 0), ['link 0', 'link 0']);
    assert.deepEqual(await fetchTwice(1, '', 0, 0), ['link 0', 'link 0']);
    assert.deepEqual(await fetchTwice(1, '', 0, 1, 0), ['link 0', 'link 1', 'link 0']);
  });
});

suite('fetching a result', () => {
  test('it takes one link and one download', async () => {
    const { client, asked, finish } = scene();
    const fetching = createResultFetcher(client, systemClock).fetchResult('a', 0, patience(), LIMITS);
    await settle();
    finish();
    assert.deepEqual(await fetching, { ...FACTS, bytes: Buffer.from('x') });
    assert.deepEqual(asked, ['link 0', 'download 0']);
  });

  test('its priority is that of its link', async () => {
    const { client, asked, finish } = scene();
    const fetching = createResultFetcher(client, systemClock).fetchResult('a', 0, patience(), {
      ...LIMITS,
      priority: 'background',
    });
    await settle();
    finish();
    await fetching;
    assert.deepEqual(asked, ['link 0 background', 'download 0']);
  });

  test('a refused link is replaced once', async () => {
    const { client, asked, finish } = scene('linkRefused');
    const fetching = createResultFetcher(client, systemClock).fetchResult('a', 0, patience(), LIMITS);
    await settle();
    finish();
    assert.deepEqual(await fetching, { ...FACTS, bytes: Buffer.from('x') });
    assert.deepEqual(asked, ['link 0', 'download 0', 'link 0', 'download 0']);
  });

  test('a second refusal is the answer, and no third link is made', async () => {
    const { client, asked } = scene('linkRefused', 'linkRefused');
    await assert.rejects(
      createResultFetcher(client, systemClock).fetchResult('a', 0, patience(), LIMITS),
      failure('linkRefused'),
    );
    assert.equal(asked.filter((one) => one.startsWith('link')).length, 2);
  });

  test('a link that came expired is not tried but replaced, once: then the blob host decides', async () => {
    for (const [expired, then] of [
      [1, []],
      [2, []],
      [1, ['linkRefused']],
    ] as const) {
      const { client, asked, finish } = scene(...then);
      let left: number = expired;
      const getResultLink: DefenderClient['getResultLink'] = async (...args) => {
        const link = await client.getResultLink(...args);
        const date = left-- > 0 ? 'Mon, 23 Nov 2026 21:34:41 GMT' : 'Mon, 23 Nov 2026 21:04:41 GMT';
        return new ResultLink(`${link.addressFor([])}&se=2026-11-23T21:34:41Z`, date);
      };
      const fetching = createResultFetcher({ ...client, getResultLink }, systemClock).fetchResult(
        'a',
        0,
        patience(),
        LIMITS,
      );
      fetching.catch(() => undefined);
      await settle();
      finish();
      if (then.length === 0) assert.deepEqual(await fetching, { ...FACTS, bytes: Buffer.from('x') });
      else await assert.rejects(fetching, failure('linkRefused'));
      assert.deepEqual(asked, ['link 0', 'link 0', 'download 0']);
    }
  });

  for (const code of ['noResult', 'tooLarge', 'notFromStorage', 'foreignDownloadHost', 'incompleteDownload'] as const) {
    test(`${code} is no reason for another link`, async () => {
      const { client, asked } = scene(code);
      await assert.rejects(
        createResultFetcher(client, systemClock).fetchResult('a', 0, patience(), LIMITS),
        failure(code),
      );
      assert.deepEqual(asked, ['link 0', 'download 0']);
    });
  }

  test('four are under way at once, and a link is made only when its download can begin', async () => {
    const { client, asked, finish } = scene();
    const { fetchResult: fetch } = createResultFetcher(client, systemClock);
    const all = [0, 1, 2, 3, 4, 5].map((index) => fetch('a', index, patience(), LIMITS));
    await settle();
    const links = (): string[] => asked.filter((one) => one.startsWith('link'));
    assert.deepEqual(links(), ['link 0', 'link 1', 'link 2', 'link 3']);
    finish();
    await settle();
    assert.deepEqual(links().slice(4), ['link 4', 'link 5']);
    finish();
    assert.equal((await Promise.all(all)).length, 6);
  });

  test('a failure frees its place', async () => {
    const { client, asked, finish } = scene('noResult', 'noResult', 'noResult', 'noResult');
    const { fetchResult: fetch } = createResultFetcher(client, systemClock);
    const all = [0, 1, 2, 3, 4].map((index) => fetch('a', index, patience(), LIMITS));
    const settled = Promise.allSettled(all);
    await settle();
    finish();
    assert.deepEqual(
      (await settled).map(({ status }) => status),
      ['rejected', 'rejected', 'rejected', 'rejected', 'fulfilled'],
    );
    assert.ok(asked.includes('link 4'));
  });

  test('one that waits for its place can be cancelled: it costs no call and the next one moves up', async () => {
    const { client, asked, finish } = scene();
    const { fetchResult: fetch } = createResultFetcher(client, systemClock);
    const first = [0, 1, 2, 3].map((index) => fetch('a', index, patience(), LIMITS));
    const leaving = new AbortController();
    const cancelled = fetch('a', 4, leaving.signal, LIMITS);
    const next = fetch('a', 5, patience(), LIMITS);
    await settle();
    leaving.abort();
    await assert.rejects(cancelled, failure('cancelled'));
    finish();
    await settle();
    finish();
    await Promise.all([...first, next]);
    assert.deepEqual(
      asked.filter((one) => one.startsWith('link')),
      ['link 0', 'link 1', 'link 2', 'link 3', 'link 5'],
    );
  });

  test('one that is cancelled while it is under way frees its place', async () => {
    const { client, asked, finish } = scene();
    const { fetchResult: fetch } = createResultFetcher(client, systemClock);
    const leaving = new AbortController();
    const cancelled = fetch('a', 0, leaving.signal, LIMITS);
    const others = [1, 2, 3, 4].map((index) => fetch('a', index, patience(), LIMITS));
    await settle();
    assert.ok(!asked.includes('link 4'));
    leaving.abort();
    await assert.rejects(cancelled, failure('cancelled'));
    await settle();
    assert.ok(asked.includes('link 4'));
    finish();
    await Promise.all(others);
  });

  test('one whose signal was aborted before asks for nothing', async () => {
    const { client, asked } = scene();
    await assert.rejects(
      createResultFetcher(client, systemClock).fetchResult('a', 0, AbortSignal.abort(), LIMITS),
      failure('cancelled'),
    );
    assert.deepEqual(asked, []);
  });

  test('a click does not wait for large files that are saved', async () => {
    const { client, asked, finish } = scene();
    const { fetchResult, fetchInto } = createResultFetcher(client, systemClock);
    const all = [0, 1, 2, 3, 4, 5].map((index) => fetchInto(new MemorySink())('a', index, patience(), LIMITS));
    const click = fetchResult('a', 9, patience(), { ...LIMITS, priority: 'click' });
    await settle();
    assert.ok(asked.includes('download 9') && asked.includes('download 3') && !asked.includes('download 4'));
    finish();
    await click;
    for (let turn = 0; turn < 2; turn++) {
      await settle();
      finish();
    }
    await Promise.all(all);
  });

  test('a click does not wait behind background downloads', async () => {
    const { client, asked, finish } = scene();
    const { fetchResult: fetch } = createResultFetcher(client, systemClock);
    const background = { ...LIMITS, priority: 'background' as const };
    const all = [0, 1, 2, 3, 4, 5].map((index) => fetch('a', index, patience(), background));
    all.push(fetch('a', 9, patience(), { ...LIMITS, priority: 'click' }));
    await settle();
    const first = asked.indexOf('link 9 click');
    finish();
    await settle();
    const second = asked.indexOf('link 9 click');
    finish();
    await settle();
    finish();
    await Promise.all(all);
    // Immediately, or at the latest as the next one.
    assert.ok(first >= 0 || (second >= 0 && second < asked.indexOf('link 4 background')), asked.join());
  });

  test('clicks do not wait, either, for background work that waits itself, and one that joins it hurries it up', async () => {
    const { client, asked, finish } = scene();
    const { fetchResult: fetch } = createResultFetcher(client, systemClock);
    const urgency = new Urgency('background');
    const all = [0, 1, 2, 3, 4].map((index) => fetch('a', index, patience(), { ...LIMITS, priority: 'background' }));
    all.push(fetch('a', 5, patience(), { ...LIMITS, priority: urgency }));
    await settle();
    assert.equal(asked.filter((one) => one.startsWith('link')).length, 4);
    urgency.raise();
    await settle();
    assert.ok(
      asked.some((one) => one.startsWith('link 5')),
      asked.join(),
    );
    assert.ok(!asked.some((one) => one.startsWith('link 4')), asked.join());
    for (let turn = 0; turn < 4; turn++) {
      finish();
      await settle();
    }
    await Promise.all(all);
  });
});

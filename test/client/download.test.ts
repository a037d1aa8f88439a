import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createHttpTransport } from '../../src/defender/http.ts';
import type { DownloadedResult } from '../../src/defender/download/download.ts';
import type { DefenderClientOptions } from '../../src/defender/client.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { fails, failureOf, LIMITS, openStage, patience, SMALL, until } from './localClient.ts';
import type { Stage } from './localClient.ts';

let stage: Stage;
let whole: DownloadedResult;
before(async () => {
  stage = await openStage();
  whole = await fetchSmall();
});
after(() => stage.stop());
beforeEach(() => {
  stage.clear();
});

function fetchSmall(options: Partial<DefenderClientOptions> = {}, signal = patience()): Promise<DownloadedResult> {
  return stage.fetcher(options)(SMALL.actionId, SMALL.commandIndex, signal, LIMITS);
}

/** Asserts that the downloaded result is complete and unchanged. */
function assertWhole({ bytes, sha256 }: DownloadedResult): void {
  assert.equal(sha256, whole.sha256);
  assert.equal(createHash('sha256').update(bytes).digest('hex'), whole.sha256);
}

suite('a download that is disturbed once', () => {
  for (const [what, action] of [
    ['the connection is reset before the answer', { kind: 'reset' }],
    ['the connection is reset in the middle', { kind: 'resetMidBody', afterBytes: 100 }],
    ['the body ends early', { kind: 'truncate', afterBytes: 100, promised: true }],
    ['the body ends early and the length says so', { kind: 'truncate', afterBytes: 100, promised: false }],
    ['the length promises more', { kind: 'contentLength', announced: 1_000_000 }],
    ['the length promises less', { kind: 'contentLength', announced: 100 }],
    ['the host is busy', { kind: 'answer', status: 503 }],
    ['the host has a fault', { kind: 'answer', status: 503 }],
  ] as const) {
    test(`${what}: it is repeated with the same link, and whole`, async () => {
      stage.tenant.faults.add({ door: 'blob', action });
      assertWhole(await fetchSmall());
      assert.equal(stage.tenant.recording.calls('link').length, 1);
      // A rest that the answer states to belong to a shorter whole is not the rest: the download starts again.
      const downloads = action.kind === 'contentLength' && action.announced > whole.bytes.length ? 3 : 2;
      assert.equal(stage.tenant.recording.calls('download').length, downloads);
      assert.equal(stage.tenant.faults.pending(), 0);
    });
  }

  test('it may be slow: what trickles in is whole in the end', async () => {
    stage.tenant.faults.add({ door: 'blob', action: { kind: 'drip', bytesPerSecond: whole.bytes.length * 2 } });
    assertWhole(await fetchSmall());
    assert.deepEqual(stage.heard(), ['link 200', 'download 200']);
  });
});

suite('bytes that are compressed', () => {
  test('what is stored compressed comes compressed, and the hash is of that', async () => {
    const body = gzipSync('{"script_output": "packed", "script_errors": ""}');
    const headers = { 'content-encoding': 'gzip', 'x-ms-request-id': 'a', 'x-ms-version': '2020-06-12' };
    stage.tenant.faults.add({ door: 'blob', action: { kind: 'answer', status: 200, headers, body } });
    const { bytes, sha256 } = await fetchSmall();
    assert.ok(body.equals(bytes));
    assert.equal(sha256, createHash('sha256').update(body).digest('hex'));
  });
});

suite('a download that stays disturbed', () => {
  for (const [what, action, codes] of [
    ['cut off', { kind: 'truncate', afterBytes: 100, promised: true }, ['incompleteDownload', 'connectionLost']],
    ['reset', { kind: 'resetMidBody', afterBytes: 100 }, ['connectionLost']],
    ['answered with 503', { kind: 'answer', status: 503 }, ['serverError']],
  ] as const) {
    test(`when it is ${what} every time, four attempts with one link are all`, async () => {
      stage.tenant.faults.add({ door: 'blob', times: Infinity, action });
      const error = await failureOf(fetchSmall(), stage);
      assert.ok(
        codes.some((code) => code === error.code),
        error.code,
      );
      assert.equal(error.values.host, stage.tenant.blobHost);
      assert.equal(stage.tenant.recording.calls('link').length, 1);
      assert.equal(stage.tenant.recording.calls('download').length, 4);
    });
  }
});

suite('a link that is refused', () => {
  test('an expired one is replaced once, and nobody notices', async (context) => {
    const short = await openStage({ linkLifetimeSeconds: 2 });
    context.after(() => short.stop());
    short.tenant.faults.add({ door: 'blob', delayMs: 2200 });
    const { actionId, commandIndex } = SMALL;
    const { sha256 } = await short.fetcher()(actionId, commandIndex, patience(), LIMITS);
    assert.match(sha256, /^[\da-f]{64}$/u);
    assert.deepEqual(short.heard(), ['link 200', 'download 403', 'link 200', 'download 200']);
    const [first, second] = short.tenant.recording.calls('download');
    assert.notEqual(first?.query, second?.query);
  });

  test('one that was tampered with is refused twice, and that is the answer', async () => {
    const { api, download } = createHttpTransport();
    const transport = {
      api,
      download: (request: Parameters<typeof download>[0]) =>
        download({ ...request, url: request.url.replace(/([?&])sp=[a-z]+/u, '$1sp=racwd') }),
    };
    await fails(fetchSmall({ transport }), stage, 'linkRefused', {
      status: 403,
      serverCode: 'AuthenticationFailed',
      host: stage.tenant.blobHost,
    });
    assert.deepEqual(stage.heard(), ['link 200', 'download 403', 'link 200', 'download 403']);
  });

  test('a link to a foreign host is refused without a request to it', async () => {
    await fails(fetchSmall({ downloadHosts: () => [] }), stage, 'foreignDownloadHost', { host: stage.tenant.blobHost });
    assert.deepEqual(stage.heard(), ['link 200']);
    assert.equal(stage.tenant.recording.at('blob').length, 0);
  });

  test('the right host with another port is a foreign one', async () => {
    await fails(fetchSmall({ downloadHosts: () => ['localhost', 'localhost:1'] }), stage, 'foreignDownloadHost');
    assert.equal(stage.tenant.recording.at('blob').length, 0);
  });
});

suite('what is no result', () => {
  for (const expectAzureHeaders of [true, false]) {
    test(`a sign-in page with 200 is refused at once (Azure's headers ${expectAzureHeaders ? '' : 'not '}expected)`, async () => {
      stage.tenant.faults.add({ door: 'blob', action: { kind: 'html' } });
      await fails(fetchSmall({ expectAzureHeaders }), stage, 'notFromStorage', { status: 200 });
      assert.deepEqual(stage.heard(), ['link 200', 'download 200']);
    });
  }

  test('an answer of something in between, without the headers of Azure, is refused', async () => {
    const action = { kind: 'answer', status: 200, body: '{"script_output": "forged", "script_errors": ""}' } as const;
    stage.tenant.faults.add({ door: 'blob', action });
    await fails(fetchSmall(), stage, 'notFromStorage');
  });

  test('a redirect is not followed', async () => {
    const location = `${stage.tenant.apiUrl}/api/machineactions`;
    stage.tenant.faults.add({ door: 'blob', action: { kind: 'redirect', location, status: 307 } });
    await fails(fetchSmall(), stage, 'redirected', { status: 307, host: stage.tenant.blobHost });
    assert.deepEqual(stage.heard(), ['link 200', 'download 307']);
  });

  test('a blob that is gone is no result, and costs no second link', async () => {
    stage.tenant.faults.add({ door: 'blob', action: { kind: 'answer', status: 404 } });
    await fails(fetchSmall(), stage, 'noResult', { status: 404 });
    assert.deepEqual(stage.heard(), ['link 200', 'download 404']);
  });
});

suite('a connection that is no longer needed', () => {
  const LARGE = scenarioRef('largeLog');
  /** Outcome of the last download, in the tenant's recording. */
  const outcome = (): string | undefined => stage.tenant.recording.calls('download').at(-1)?.outcome;

  test('a result that is too large is refused, and its connection closed', async () => {
    const fetching = stage.fetcher()(LARGE.actionId, LARGE.commandIndex, patience(), { maxBytes: 1000 });
    const error = await fails(fetching, stage, 'tooLarge', { limit: 1000 });
    assert.ok((error.values.size ?? 0) > 10_000_000);
    assert.deepEqual(stage.heard(), ['link 200', 'download 200']);
    await until(() => outcome() !== 'open');
    assert.equal(outcome(), 'left');
  });

  for (const [what, action] of [
    ['a fault', { kind: 'answer', status: 404, body: Buffer.alloc(8_000_000) }],
    ['a page', { kind: 'html', body: '<p>'.repeat(3_000_000) }],
  ] as const) {
    test(`${what} with a body that nobody reads does not keep its connection`, async () => {
      stage.tenant.faults.add({ door: 'blob', action });
      await failureOf(fetchSmall(), stage);
      await until(() => outcome() !== 'open');
      assert.notEqual(outcome(), 'open');
    });
  }

  test('cancelling closes the connection in the middle of the body', async () => {
    stage.tenant.faults.add({ door: 'blob', action: { kind: 'drip', bytesPerSecond: 100_000 } });
    const leaving = new AbortController();
    const fetching = stage.fetcher()(LARGE.actionId, LARGE.commandIndex, leaving.signal, {
      ...LIMITS,
      onProgress: () => {
        leaving.abort();
      },
    });
    await fails(fetching, stage, 'cancelled');
    await until(() => outcome() !== 'open');
    assert.equal(outcome(), 'left');
    assert.deepEqual(stage.heard(), ['link 200', 'download 200']);
  });

  test('cancelling before the first byte closes the connection as well', async () => {
    stage.tenant.faults.add({ door: 'blob', holdMs: 60_000 });
    const leaving = new AbortController();
    const fetching = fetchSmall({}, leaving.signal);
    fetching.catch(() => undefined);
    await until(() => stage.tenant.recording.calls('download').length === 1);
    leaving.abort();
    await fails(fetching, stage, 'cancelled');
    await until(() => outcome() !== 'open');
    assert.equal(outcome(), 'left');
  });
});

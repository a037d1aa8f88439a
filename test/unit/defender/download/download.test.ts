import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { systemClock } from '../../../../src/base/clock.ts';
import { isLiveResponseError, LiveResponseError } from '../../../../src/base/errors.ts';
import { Download } from '../../../../src/defender/download/download.ts';
import type { DownloadLimits } from '../../../../src/defender/download/download.ts';
import { MemorySink } from '../../../../src/defender/download/downloadSink.ts';
import type { HttpAnswer } from '../../../../src/defender/transport.ts';
import { answer, AZURE, failure } from '../expected.ts';
import { SimulatedClock } from '../simulatedClock.ts';

const HOST = 'a.blob.core.windows.net';
const BYTES = Buffer.from('{"script_output": "日本\\u0000"}');
const LIMITS = { maxBytes: 1000 };

async function readBlob(
  from: HttpAnswer,
  host: string,
  limits: DownloadLimits,
  expectAzure: boolean,
): Promise<Awaited<ReturnType<Download['finish']>> & { readonly bytes: Uint8Array }> {
  const sink = new MemorySink();
  const download = new Download(sink);
  await download.read(from, { host, limits, expectAzure, clock: systemClock });
  return { ...(await download.finish(host)), bytes: sink.bytes() };
}

function blob(headers: Readonly<Record<string, string>> = {}, body: Uint8Array | readonly Uint8Array[] = BYTES) {
  const size = body instanceof Uint8Array ? body.length : body.reduce((sum, { length }) => sum + length, 0);
  return answer(200, body, { ...AZURE, 'content-length': size.toString(), ...headers });
}

suite('reading a blob', () => {
  test('of a file that states no size, no more is taken than the limit, or than there is room for', async () => {
    const chunks = Array.from({ length: 20 }, () => new Uint8Array(100));
    const md5 = { ...AZURE, 'content-md5': 'x' };
    await assert.rejects(readBlob(answer(200, chunks, md5), HOST, LIMITS, true), (error) => {
      assert.ok(isLiveResponseError(error) && error.values.size === undefined);
      return failure('tooLarge', { limit: 1000 })(error);
    });
    const asked: number[] = [];
    const admits = (size: number): boolean => asked.push(size) > 0 && size < 300;
    await assert.rejects(readBlob(answer(200, chunks, md5), HOST, { ...LIMITS, admits }, true), failure('tooLarge'));
    assert.deepEqual(asked, [100, 200, 300]);
  });

  test('it gives the bytes as they came, their hash, and what the host said of them', async () => {
    const said = {
      date: 'Mon, 23 Nov 2026 21:04:41 GMT',
      'last-modified': 'Mon, 23 Nov 2026 21:04:04 GMT',
      etag: '"0x8D"',
      'content-md5': createHash('md5').update(BYTES).digest('base64'),
    };
    const chunks = [BYTES.subarray(0, 5), BYTES.subarray(5, 5), BYTES.subarray(5)];
    const read = await readBlob(blob(said, chunks), HOST, LIMITS, true);
    assert.deepEqual(Buffer.from(read.bytes), BYTES);
    assert.equal(read.sha256, createHash('sha256').update(BYTES).digest('hex'));
    assert.deepEqual(read.blob, {
      date: said.date,
      lastModified: said['last-modified'],
      etag: said.etag,
      contentMd5: said['content-md5'],
      requestId: AZURE['x-ms-request-id'],
    });
  });

  test('a part that does not say where it belongs is not taken for the whole', async () => {
    const part = answer(206, BYTES.subarray(5), AZURE);
    await assert.rejects(
      readBlob(part, HOST, LIMITS, true),
      failure('incompleteDownload', { host: HOST, status: 206 }),
    );
  });

  test('it notes when the headers came, and not when the bytes had', async () => {
    const clock = new SimulatedClock();
    const headersAt = clock.now();
    const slow = async function* (): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      await clock.pass(20_000);
      yield BYTES;
    };
    const download = new Download(new MemorySink());
    const { status, headers } = blob();
    await download.read({ status, headers, body: slow() }, { host: HOST, limits: LIMITS, expectAzure: true, clock });
    assert.equal(clock.now(), headersAt + 20_000);
    assert.equal((await download.finish(HOST)).answeredAt, headersAt);
  });

  test('an empty blob is one', async () => {
    const read = await readBlob(blob({ 'content-length': '0' }, []), HOST, LIMITS, true);
    assert.equal(read.bytes.length, 0);
    assert.equal(read.sha256, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  test('it tells how far it is, with the size where that is known', async () => {
    const steps: (readonly [number, number | undefined])[] = [];
    const onProgress = (received: number, total: number | undefined): void => {
      steps.push([received, total]);
    };
    const chunks = [BYTES.subarray(0, 4), BYTES.subarray(4)];
    const length = { 'content-length': BYTES.length.toString() };
    await readBlob(blob(length, chunks), HOST, { ...LIMITS, onProgress }, true);
    const md5 = { 'content-md5': createHash('md5').update(BYTES).digest('base64') };
    await readBlob(answer(200, chunks, { ...AZURE, ...md5 }), HOST, { ...LIMITS, onProgress }, true);
    const total = BYTES.length;
    assert.deepEqual(steps, [
      [4, total],
      [total, total],
      [4, undefined],
      [total, undefined],
    ]);
  });

  test('fewer or more bytes than announced are incomplete', async () => {
    for (const announced of [BYTES.length + 1, BYTES.length - 1]) {
      await assert.rejects(
        readBlob(blob({ 'content-length': announced.toString() }), HOST, LIMITS, true),
        failure('incompleteDownload', { host: HOST, size: BYTES.length, limit: announced }),
      );
    }
  });

  test('bytes that do not fit the Content-MD5 are incomplete', async () => {
    const other = createHash('md5').update('other').digest('base64');
    await assert.rejects(readBlob(blob({ 'content-md5': other }), HOST, LIMITS, true), failure('incompleteDownload'));
  });

  test('what is announced as too large is refused before a byte of it is taken', async () => {
    let taken = false;
    async function* body(): AsyncGenerator<Uint8Array> {
      taken = true;
      yield await Promise.resolve(BYTES);
    }
    const announced = { status: 200, headers: { ...AZURE, 'content-length': '1001' }, body: body() };
    await assert.rejects(readBlob(announced, HOST, LIMITS, true), failure('tooLarge', { size: 1001, limit: 1000 }));
    assert.equal(taken, false);
  });

  test('what turns out to be too large is given up on the way', async () => {
    const chunks = Array.from({ length: 20 }, () => new Uint8Array(100));
    await assert.rejects(readBlob(blob({}, chunks), HOST, LIMITS, true), failure('tooLarge', { limit: 1000 }));
    const { bytes } = await readBlob(blob({}, chunks.slice(0, 10)), HOST, LIMITS, true);
    assert.equal(bytes.length, 1000);
  });
});

suite('what is no blob', () => {
  test('a refusal whose body is cut is told by its status; a cancel meanwhile is a cancel', async () => {
    const broken = (error: Error): HttpAnswer => ({
      status: 403,
      headers: AZURE,
      // eslint-disable-next-line require-yield
      body: (async function* (): AsyncGenerator<Uint8Array> {
        await Promise.resolve();
        throw error;
      })(),
    });
    for (const [error, code] of [
      [new LiveResponseError('connectionLost'), 'linkRefused'],
      [new LiveResponseError('cancelled'), 'cancelled'],
    ] as const)
      await assert.rejects(readBlob(broken(error), HOST, LIMITS, true), failure(code));
  });

  for (const [status, code] of [
    [302, 'redirected'],
    [403, 'linkRefused'],
    [404, 'noResult'],
    [500, 'serverError'],
    [503, 'serverError'],
  ] as const) {
    test(`${status} is ${code}`, async () => {
      await assert.rejects(
        readBlob(answer(status, '', AZURE), HOST, LIMITS, true),
        failure(code, { status, host: HOST }),
      );
    });
  }

  test("a refusal's code is read from its header, else from its XML, and nothing else of it", async () => {
    const xml =
      '\ufeff<?xml version="1.0"?><Error><Code>AuthenticationFailed</Code><Message>sig=secret</Message></Error>';
    for (const [headers, body] of [
      [{ 'x-ms-error-code': 'AuthenticationFailed' }, ''],
      [{}, xml],
    ] as const) {
      await assert.rejects(readBlob(answer(403, body, headers), HOST, LIMITS, true), (error) => {
        assert.ok(!JSON.stringify(error).includes('secret'));
        return failure('linkRefused', { serverCode: 'AuthenticationFailed' })(error);
      });
    }
    await assert.rejects(readBlob(answer(403, 'no'), HOST, LIMITS, true), failure('linkRefused', { status: 403 }));
  });

  test("a 200 without Azure's headers comes from something in between", async () => {
    for (const headers of [{}, { 'x-ms-version': '1' }, { 'x-ms-request-id': '1' }]) {
      await assert.rejects(readBlob(answer(200, BYTES, headers), HOST, LIMITS, true), failure('notFromStorage'));
    }
  });

  test("where Azure's headers are not expected a blob without them is read", async () => {
    const bare = answer(200, BYTES, { 'content-length': BYTES.length.toString() });
    assert.equal((await readBlob(bare, HOST, LIMITS, false)).bytes.length, BYTES.length);
  });

  test('a page of HTML is never a result', async () => {
    const page = (type: string): ReturnType<typeof blob> => blob({ 'content-type': type });
    for (const expectAzure of [true, false]) {
      for (const type of ['text/html', 'Text/HTML; charset=utf-8']) {
        await assert.rejects(readBlob(page(type), HOST, LIMITS, expectAzure), failure('notFromStorage'));
      }
    }
  });
});

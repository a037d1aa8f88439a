import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { HttpAnswer, HttpRequest, Transport } from '../../../../src/defender/transport.ts';
import { scenarioRef } from '../../../../src/sample/data/catalogue.ts';
import type { sampleScenarios } from '../../../../src/sample/data/catalogue.ts';
import { createSampleTransport, sampleApiUrl } from '../../../../src/sample/api/sampleTransport.ts';
import { linkPath, readResult, startedAt } from '../harness.ts';

function get(url: string, signal = new AbortController().signal, headers: Record<string, string> = {}): HttpRequest {
  return { method: 'GET', url, headers, signal };
}

async function bytesOf(answer: HttpAnswer): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function start(): { readonly transport: Transport; readonly clock: { now: number } } {
  const clock = { now: startedAt };
  return { transport: createSampleTransport({ startedAt, now: () => clock.now }), clock };
}

async function linkOf(transport: Transport, name: keyof typeof sampleScenarios): Promise<string> {
  const { actionId, commandIndex } = scenarioRef(name);
  const answer = await transport.api(get(sampleApiUrl + linkPath(actionId, commandIndex)));
  assert.equal(answer.status, 200);
  return (JSON.parse((await bytesOf(answer)).toString()) as { value: string }).value;
}

void suite('the sample transport', () => {
  void test('a link has the parts of a real one, lives 30 minutes, and its blob answers like Azure', async () => {
    const { transport } = start();
    const { actionId } = scenarioRef('exitZero');
    const link = new URL(await linkOf(transport, 'exitZero'));
    assert.equal(link.hostname, 'sample.blob.core.windows.net');
    assert.deepEqual(
      [...link.searchParams.keys()],
      ['se', 'sp', 'sv', 'sr', 'rscd', 'skoid', 'sktid', 'skt', 'ske', 'sks', 'skv', 'sig'],
    );
    assert.ok(link.search.includes(`rscd=attachment%3B%20filename%3Doutput_${actionId}_1.json`));
    assert.equal(Date.parse(link.searchParams.get('se') ?? ''), startedAt + 30 * 60_000);

    const answer = await transport.download(get(link.href));
    const body = await bytesOf(answer);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-length'], String(body.length));
    assert.equal(answer.headers['content-type'], 'application/octet-stream');
    assert.equal(answer.headers['content-disposition'], `attachment; filename=output_${actionId}_1.json`);
    assert.equal(answer.headers['date'], new Date(startedAt).toUTCString());
    for (const name of ['etag', 'last-modified', 'x-ms-request-id', 'x-ms-version']) {
      assert.ok(answer.headers[name], name);
    }
    assert.equal(readResult(body).exit_code, 0);
  });

  void test('an expired link is a 403 in XML with a BOM; a new one works', async () => {
    const { transport, clock } = start();
    const link = await linkOf(transport, 'exitZero');
    clock.now += 30 * 60_000 - 1;
    assert.equal((await transport.download(get(link))).status, 200);
    clock.now += 1;
    const answer = await transport.download(get(link));
    const body = await bytesOf(answer);
    assert.equal(answer.status, 403);
    assert.equal(answer.headers['x-ms-error-code'], 'AuthenticationFailed');
    assert.deepEqual([...body.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
    assert.match(body.toString(), /<Code>AuthenticationFailed<\/Code>.*RequestId:[\s\S]*<AuthenticationErrorDetail>/su);
    assert.ok(body.includes(answer.headers['x-ms-request-id'] ?? 'none'));
    assert.equal((await transport.download(get(await linkOf(transport, 'exitZero')))).status, 200);
  });

  void test('a changed link is refused', async () => {
    const { transport } = start();
    const link = await linkOf(transport, 'exitZero');
    const other = await linkOf(transport, 'exitOne');
    assert.equal((await transport.download(get(link.replace('se=2026', 'se=2036')))).status, 403);
    assert.equal(
      (await transport.download(get(link.replace(new URL(link).pathname, new URL(other).pathname)))).status,
      403,
    );
    assert.equal((await transport.download(get(link.slice(0, link.indexOf('?'))))).status, 403);
  });

  void test('a part of a blob can be asked for', async () => {
    const { transport } = start();
    const link = await linkOf(transport, 'getFile');
    const whole = await bytesOf(await transport.download(get(link)));
    const part = await transport.download(get(link, undefined, { Range: 'bytes=100-' }));
    assert.equal(part.status, 206);
    assert.equal(part.headers['content-range'], `bytes 100-${String(whole.length - 1)}/${String(whole.length)}`);
    assert.ok(whole.subarray(100).equals(await bytesOf(part)));
    assert.equal((await transport.download(get(link, undefined, { range: 'bytes=999999999-' }))).status, 416);
  });

  void test('other hosts are unknown', async () => {
    const { transport } = start();
    await assert.rejects(transport.api(get('https://api.security.microsoft.com/api/machineactions')), {
      code: 'ENOTFOUND',
    });
    await assert.rejects(transport.download(get('https://other.blob.core.windows.net/x')), { code: 'ENOTFOUND' });
  });

  void test('an aborted signal stops a request before it starts and a body on its way', async () => {
    const { transport } = start();
    await assert.rejects(transport.api(get(`${sampleApiUrl}/api/machineactions`, AbortSignal.abort())), {
      name: 'AbortError',
    });
    const controller = new AbortController();
    const answer = await transport.download(get(await linkOf(transport, 'largeLog'), controller.signal));
    let received = 0;
    await assert.rejects(
      async () => {
        for await (const chunk of answer.body) {
          received += chunk.length;
          if (received > 1_000_000) {
            controller.abort();
          }
        }
      },
      { name: 'AbortError' },
    );
    assert.ok(received > 1_000_000 && received < 1_200_000);
  });
});

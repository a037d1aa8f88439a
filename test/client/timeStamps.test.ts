import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite, test } from 'node:test';
import { inLanguage } from '../rig/sentences.ts';
import { isLiveResponseError } from '../../src/base/errors.ts';
import type { LiveResponseError } from '../../src/base/errors.ts';
import { caseTools } from '../../src/case/caseTools.ts';
import type { StampedHeads } from '../../src/case/anchors/stampHeads.ts';
import { createTenantStamps } from '../../src/defender/tenantClient.ts';
import { createAuthority, hasOpenSsl } from '../unit/case/authority.ts';
import type { Authority } from '../unit/case/authority.ts';
import { stamping } from '../unit/case/authorityServer.ts';
import type { Answering, AuthorityServer } from '../unit/case/authorityServer.ts';
import { hasPython, verify } from '../unit/case/scene.ts';
import type { Scene } from '../unit/case/scene.ts';
import { useStampScene } from '../unit/case/stampScene.ts';

const { describeFailure } = await import('../../src/messages/failureMessages.ts');

/** Longest wait of a test for an answer that never comes, ms. */
const SHORT_MS = 300;

suite('a time stamp that is asked for', { skip: !hasOpenSsl || !hasPython, timeout: 120_000 }, () => {
  let authority: Authority;
  let server: AuthorityServer;
  let scene: Scene;
  useStampScene((made) => {
    ({ authority, server, scene } = made);
  });

  const anchors = async (): Promise<string[]> =>
    (await readdir(path.join(scene.folder, 'anchors')).catch(() => [])).sort();

  function stamp({
    url = server.url,
    signal = new AbortController().signal,
    timeoutMs = 60_000,
  } = {}): Promise<StampedHeads> {
    return caseTools.stampHeads(scene.folder, { url, send: createTenantStamps(), timeoutMs }, signal);
  }

  /** Asks in vain. Asserts that nothing is written, and returns the failure with its sentences. */
  async function fails(options: Parameters<typeof stamp>[0] = {}): Promise<{ error: LiveResponseError; said: string }> {
    const error: unknown = await stamp(options).catch((one: unknown) => one);
    assert.ok(isLiveResponseError(error), String(error));
    assert.deepEqual(await anchors(), []);
    const said = inLanguage('en', () => describeFailure(error).sentence);
    const turkish = inLanguage('tr', () => describeFailure(error).sentence);
    assert.notEqual(said, turkish);
    return { error, said };
  }

  async function failsWith(answer: Answering, reason: string, sentence: RegExp): Promise<void> {
    server.answer = answer;
    const asked = server.requests.length;
    const { error, said } = await fails();
    assert.deepEqual([error.code, error.values.reason, error.values.host], ['fileFailed', reason, server.host]);
    assert.match(said, sentence);
    assert.ok(describeFailure(error).steps.includes('tryAgain'));
    assert.equal(server.requests.length, asked + 1, 'a request is not repeated by itself');
  }

  test('it stands beside its head, and the verifier accepts it', async () => {
    const { file, head, time } = await stamp();
    assert.ok(Math.abs(time - Date.now()) < 600_000);
    const name = path.basename(file);
    assert.deepEqual(await anchors(), [name, `${name}.tsr`]);
    const writer = scene.writer('anna', Date.now);
    // A word that a verifier does not know is no fault.
    for (const by of ['timeStamp', 'stamp'] as const)
      await writer.append({ what: 'anchored', head, by: by as 'timeStamp' });
    await writer.close();
    const { status, text } = verify(scene.folder, '--ca', authority.ca, '--head', head);
    assert.equal(status, 0, text);
    assert.match(text, /\.heads: stamped \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/mu);
    assert.match(text, /^the given head: \d{8}T\d{6}Z\.heads$/mu);
    const {
      faults,
      anchors: [anchor],
    } = await caseTools.verifyCase({
      folder: scene.folder,
      compareResult: () => Promise.resolve('absent'),
      ssh: { environment: {}, platform: process.platform },
      signal: new AbortController().signal,
    });
    assert.deepEqual(faults, []);
    assert.deepEqual([anchor?.head, anchor?.stamp], [head, `${name}.tsr`]);
  });

  test('a stamp or a signature that somebody put there first is neither written over nor taken for one of this head', async () => {
    const first = await stamp();
    await rm(first.file);
    const folder = path.dirname(first.file);
    // Names of this minute, whichever the next one would be.
    const now = Date.now();
    const names = Array.from({ length: 120 }, (_, second) =>
      new Date(now + (second - 60) * 1000).toISOString().replace(/\.\d+/u, '').replaceAll(/[-:]/gu, ''),
    );
    for (const name of names) await writeFile(path.join(folder, `${name}.heads.tsr`), 'mine');
    const { file } = await stamp();
    assert.match(path.basename(file), /^\d{8}T\d{6}Z-2\.heads$/u);
    for (const name of names) assert.equal(await readFile(path.join(folder, `${name}.heads.tsr`), 'utf8'), 'mine');
    const { status, text } = verify(scene.folder, '--ca', authority.ca);
    assert.equal(status, 0, text);
  });

  test('without a record, nobody is asked', async () => {
    await rm(path.join(scene.folder, 'record'), { recursive: true });
    const { error, said } = await fails();
    assert.equal(error.values.reason, 'nothingRecorded');
    assert.match(said, /^Nothing is recorded/u);
    assert.deepEqual(server.requests, []);
  });

  test('a refusal is told in the words of the authority, at most 200 characters of them', async () => {
    const strict = await createAuthority('sha512');
    try {
      const refusing = stamping((query) => strict.reply(query));
      await failsWith(
        refusing,
        'stampRefused',
        /^127\.0\.0\.1:\d+ refused to stamp \(02 Message digest algorithm is not supported\.\)\. Try again later/u,
      );
    } finally {
      await strict.stop();
    }
    const words = Buffer.alloc(5000, 'x');
    const long = stamping(() => der(0x30, der(0x30, Buffer.from([2, 1, 2]), der(0x30, der(0x0c, words)))));
    await failsWith(long, 'stampRefused', /\(02 x{197}\)/u);
  });

  test('a stamp of another hash, or for another query, is not kept', async () => {
    const sentence = /^127\.0\.0\.1:\d+ stamped something else\. Try again/u;
    const changed = (at: number) =>
      stamping((query) => {
        const other = Buffer.from(query);
        other[at] = (other[at] ?? 0) ^ 1;
        return authority.reply(other);
      });
    await failsWith(changed(30), 'stampOther', sentence);
    await failsWith(changed(65), 'stampOther', sentence);
    // An answer to an older query.
    server.answer = stamping((query) => authority.reply(query));
    await stamp();
    const [older] = server.requests.slice(-1);
    await rm(path.join(scene.folder, 'anchors'), { recursive: true });
    await failsWith(
      stamping(() => authority.reply(older?.body ?? Buffer.of())),
      'stampOther',
      sentence,
    );
  });

  test('what is no stamp is not kept, whatever it says of itself', async () => {
    const sentence = /^127\.0\.0\.1:\d+ gave no time stamp \(HTTP \d+\)\. Check the address/u;
    for (const body of ['', '<html>Sign in</html>', '0\u0003', '\0'.repeat(65_536), 'x'.repeat(1_000_000)])
      await failsWith(
        stamping(() => Buffer.from(body)),
        'noStamp',
        sentence,
      );
    const query = stamping((asked) => asked);
    await failsWith(query, 'noStamp', sentence);
    for (const status of [204, 301, 302, 307, 400, 401, 404, 429, 500, 503])
      await failsWith(
        async ({ body }, response) => {
          const elsewhere = { location: `http://127.0.0.1:${new URL(server.url).port}/elsewhere` };
          response.writeHead(status, elsewhere).end(status === 204 ? undefined : await authority.reply(body));
        },
        'noStamp',
        sentence,
      );
    assert.ok(
      server.requests.every(({ path: target }) => target === '/stamp'),
      'no redirect was followed',
    );
  });

  test('an answer without end is read up to 64 kB, and its connection closed', async () => {
    let closed: Promise<unknown> | undefined;
    await failsWith(
      (_request, response) => {
        closed = new Promise((resolve) => response.on('close', resolve));
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(16_384, 0x30)));
          if (!response.destroyed) response.once('drain', more);
        };
        response.writeHead(200);
        more();
      },
      'noStamp',
      /gave no time stamp/u,
    );
    await closed;
  });

  test('an answer that is packed is read as far as any other: a bomb is none', async () => {
    server.answer = async ({ body }, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(await authority.reply(body)));
    await rm((await stamp()).file.replace(/[^/\\]*$/u, ''), { recursive: true });
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    await failsWith(
      (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
      'noStamp',
      /gave no time stamp/u,
    );
    server.answer = (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip');
    assert.equal((await fails()).error.code, 'connectionLost');
  });

  test('an answer whose head is no head of HTTP is told', async () => {
    for (const head of ['0'.repeat(200), '']) {
      server.answer = (_request, response) => response.socket?.end(head);
      assert.equal((await fails()).error.code, 'connectionLost', head);
    }
    server.answer = (_request, response) =>
      response.socket?.end(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`);
    assert.equal((await fails()).error.code, 'connectionLost');
  });

  test('one that does not answer, stops in its answer, or trickles is given up', async () => {
    const hanging: readonly Answering[] = [
      () => undefined,
      (_request, response) => response.socket?.end('HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
      (_request, response) => response.writeHead(200, { 'content-length': '5000' }).write('0'),
      (_request, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('0'), 20);
        response.on('close', () => {
          clearInterval(timer);
        });
      },
    ];
    for (const answer of hanging) {
      server.answer = answer;
      const { error, said } = await fails({ timeoutMs: SHORT_MS });
      assert.equal(error.code, 'timeout');
      assert.equal(said, `${server.host} did not answer in time.`);
    }
  });

  test('one that closes early, before and in its answer, is told', async () => {
    for (const answer of [
      (_request, response) => response.destroy(),
      (_request, response) => {
        response.writeHead(200, { 'content-length': '5000' });
        response.write('0', () => response.destroy());
      },
      (_request, response) => {
        response.writeHead(200);
        response.write('0', () => response.destroy());
      },
    ] satisfies Answering[]) {
      server.answer = answer;
      const { error, said } = await fails();
      assert.equal(error.code, 'connectionLost');
      assert.ok(said.startsWith(`The connection to ${server.host} broke off.`), said);
    }
  });

  test('nobody there, and a name that nobody has, are told', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const { port } = free.address() as { port: number };
    await new Promise((resolve) => free.close(resolve));
    const { error, said } = await fails({ url: `http://127.0.0.1:${port}/` });
    assert.equal(error.code, 'offline');
    assert.match(said, /cannot be reached\. Is this machine online\?/u);
    assert.equal((await fails({ url: 'http://nobody.invalid/' })).error.code, 'unknownHost');
    const tls = await fails({ url: server.url.replace('http:', 'https:') });
    assert.match(tls.error.code, /^(?:tls|connectionLost)$/u);
  });

  test('a person can give up while it waits: nothing is written, and the connection is closed', async () => {
    const controller = new AbortController();
    let closed: Promise<unknown> | undefined;
    server.answer = (_request, response) => {
      closed = new Promise((resolve) => response.on('close', resolve));
      controller.abort();
    };
    const { error } = await fails({ signal: controller.signal });
    assert.equal(error.code, 'cancelled');
    await closed;
  });
});

/** Returns a value of DER with its tag and length. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import fc from 'fast-check';
import { readStamp, stampQuery } from '../../../src/case/anchors/stampMessages.ts';
import { times } from '../../fuzz/support/settings.ts';
import { createAuthority, hasOpenSsl } from './authority.ts';
import type { Authority } from './authority.ts';

const HEAD = createHash('sha256').update('heads').digest('hex');
const NONCE = `4${randomBytes(16).toString('hex').slice(1)}`;
const OTHER = '41'.repeat(16);

suite('messages of RFC 3161', { skip: !hasOpenSsl }, () => {
  let folder: string;
  let authority: Authority;
  let reply: Buffer;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'live-response-stamp-'));
    authority = await createAuthority();
    reply = await authority.reply(stampQuery(HEAD, NONCE));
  });
  after(async () => {
    await authority.stop();
    await rm(folder, { recursive: true });
  });

  function openssl(...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout;
  }

  test('the query says what OpenSSL reads in it, and is the one that OpenSSL writes', async () => {
    const query = stampQuery(HEAD, NONCE);
    assert.equal(query.length, 77);
    await writeFile(path.join(folder, 'own.tsq'), query);
    const text = openssl('ts', '-query', '-in', 'own.tsq', '-text');
    assert.match(text, /^Version: 1$/mu);
    assert.match(text, /^Hash Algorithm: sha256$/mu);
    assert.match(text, /^Policy OID: unspecified$/mu);
    assert.match(text, new RegExp(`^Nonce: 0x${NONCE}$`, 'imu'));
    assert.match(text, /^Certificate required: yes$/mu);
    assert.match(text, /^Extensions:$/mu);
    const bytes = [...text.matchAll(/^ {4}[\da-f]{4} - ((?:[\da-f]{2}[ -]){16})/gmu)].map(([, hex = '']) => hex);
    assert.equal(bytes.join('').replaceAll(/[ -]/gu, ''), HEAD);
    // Written again by OpenSSL, it has the same bytes but for the nonce, which OpenSSL makes itself.
    openssl('ts', '-query', '-digest', HEAD, '-sha256', '-cert', '-no_nonce', '-out', 'theirs.tsq');
    const { stdout } = spawnSync('openssl', ['ts', '-query', '-in', 'theirs.tsq', '-text'], { cwd: folder });
    const lines = (shown: string): string[] => shown.split('\n').filter((line) => !line.startsWith('Nonce'));
    assert.deepEqual(lines(text), lines(stdout.toString()));
  });

  test('its answer is a stamp with a time, and one of nothing else', () => {
    const read = readStamp(reply, HEAD, NONCE);
    assert.ok(read?.kind === 'granted' && Math.abs(read.time - Date.now()) < 600_000);
    assert.deepEqual(
      readStamp(
        reply,
        HEAD.replace(/^./u, (one) => (one === '0' ? '1' : '0')),
        NONCE,
      ),
      {
        kind: 'stampOther',
      },
    );
    assert.deepEqual(readStamp(reply, HEAD, OTHER), { kind: 'stampOther' });
  });

  test('an answer without a nonce is no answer to this query', async () => {
    openssl('ts', '-query', '-digest', HEAD, '-sha256', '-cert', '-no_nonce', '-out', 'none.tsq');
    const query = spawnSync('cat', ['none.tsq'], { cwd: folder }).stdout;
    assert.deepEqual(readStamp(await authority.reply(query), HEAD, NONCE), { kind: 'stampOther' });
  });

  test('one with open lengths, as BER allows, is read, and OpenSSL verifies it', async () => {
    const open = toOpenLengths(reply);
    assert.ok(open.length > reply.length);
    assert.deepEqual(readStamp(open, HEAD, NONCE), readStamp(reply, HEAD, NONCE));
    await writeFile(path.join(folder, 'open.tsr'), open);
    const verified = openssl('ts', '-verify', '-digest', HEAD, '-in', 'open.tsr', '-CAfile', authority.ca);
    assert.match(verified, /Verification: OK/u);
  });

  test('a refusal says its words, or none', async () => {
    const strict = await createAuthority('sha512');
    try {
      const read = readStamp(await strict.reply(stampQuery(HEAD, NONCE)), HEAD, NONCE);
      assert.deepEqual(read, { kind: 'stampRefused', words: '02 Message digest algorithm is not supported.' });
    } finally {
      await strict.stop();
    }
    assert.deepEqual(readStamp(Buffer.from('30053003020102', 'hex'), HEAD, NONCE), {
      kind: 'stampRefused',
      words: '02',
    });
  });

  test('garbage, its own query, cut and lengthened answers are none', () => {
    const query = stampQuery(HEAD, NONCE);
    for (const bytes of [
      ...['', '30', '3000', '3080', '30800000', '3003020100', '30053003020100', '3084ffffffff', '30ff', '02010a'],
      ...['3030', '24800480', '30'.repeat(40), `3082${'00'.repeat(40)}`],
    ].map((hex) => Buffer.from(hex, 'hex')))
      assert.equal(readStamp(bytes, HEAD, NONCE), undefined, bytes.toString('hex'));
    for (const bytes of [query, Buffer.from('<html>'), Buffer.alloc(65_536), reply.subarray(0, -1)])
      assert.equal(readStamp(bytes, HEAD, NONCE), undefined);
    assert.equal(readStamp(Buffer.concat([reply, Buffer.of(0)]), HEAD, NONCE), undefined);
    assert.equal(readStamp(Buffer.concat([reply, reply]), HEAD, NONCE), undefined);
  });

  test('lengths that are open within each other end in time, however many', () => {
    for (const unit of ['3080', '2480', 'a080', '0480']) {
      const deep = Buffer.from(unit.repeat(32_768), 'hex');
      assert.equal(readStamp(deep, HEAD, NONCE), undefined);
      assert.equal(readStamp(Buffer.concat([deep, Buffer.alloc(65_536)]), HEAD, NONCE), undefined);
    }
  });

  test('a time that is none is not shown as one', () => {
    const at = reply.indexOf(Buffer.from('180f', 'hex'));
    assert.ok(at > 0);
    for (const time of [
      '20260230000000Z',
      '20261301000000Z',
      '2026113000000Z0',
      'Mon, 30 Nov 26Z',
      '+02026113000000',
    ]) {
      assert.equal(time.length, 15);
      const changed = Buffer.from(reply);
      changed.write(time, at + 2, 'latin1');
      assert.equal(readStamp(changed, HEAD, NONCE), undefined, time);
    }
  });

  test('whatever is changed in an answer, reading it ends, and only a stamp of this head for this query is granted', () => {
    const change = fc.array(fc.tuple(fc.nat(reply.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(change, fc.nat(reply.length), (changes, cut) => {
        const changed = Buffer.from(cut % 3 === 0 ? reply.subarray(0, cut) : reply);
        for (const [at, byte] of changes) if (at < changed.length) changed[at] = byte;
        if (readStamp(changed, HEAD, NONCE)?.kind !== 'granted') return;
        const hex = changed.toString('hex');
        assert.ok(hex.includes(HEAD) && hex.includes(NONCE));
      }),
      times(20_000),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.notEqual(readStamp(Buffer.from(bytes), HEAD, NONCE)?.kind, 'granted');
      }),
      times(5000),
    );
  });
});

/** Writes the constructed values of a message with open lengths, down to the signed part. */
function toOpenLengths(bytes: Buffer, depth = 0): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1] ?? 0;
    const digits = first > 0x80 ? first - 0x80 : 0;
    const start = at + 2 + digits;
    const end = start + (digits === 0 ? first : bytes.readUIntBE(at + 2, digits));
    const body = bytes.subarray(start, end);
    const isStampInfo = tag === 0x04 && depth === 6;
    if (isStampInfo) {
      // In two pieces.
      const pieces = [body.subarray(0, 20), body.subarray(20)].flatMap((one) => [Buffer.of(4, one.length), one]);
      parts.push(Buffer.from('2480', 'hex'), ...pieces, Buffer.alloc(2));
    } else if ((tag & 0x20) !== 0 && depth < 6 && tag !== 0x31) {
      parts.push(Buffer.of(tag, 0x80), toOpenLengths(body, depth + 1), Buffer.alloc(2));
    } else parts.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

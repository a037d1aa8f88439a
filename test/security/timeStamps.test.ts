import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { homedir, hostname, userInfo } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { isAuthority } from '../../src/case/anchors/authorityAddress.ts';
import { caseTools } from '../../src/case/caseTools.ts';
import { createTenantStamps } from '../../src/defender/tenantClient.ts';
import { hasOpenSsl } from '../unit/case/authority.ts';
import type { Authority } from '../unit/case/authority.ts';
import { serveAuthority } from '../unit/case/authorityServer.ts';
import type { AuthorityServer } from '../unit/case/authorityServer.ts';
import type { Scene } from '../unit/case/scene.ts';
import { useStampScene } from '../unit/case/stampScene.ts';

const { signal } = new AbortController();
const send = createTenantStamps();

suite('what an authority for time stamps gets', { skip: !hasOpenSsl, timeout: 60_000 }, () => {
  let authority: Authority;
  let server: AuthorityServer;
  let scene: Scene;
  useStampScene((made) => {
    ({ authority, server, scene } = made);
  });

  test('is the hash and a number: no tenant, device, case, person or machine, in no part of the request', async () => {
    const { head } = await caseTools.stampHeads(scene.folder, { url: server.url, send }, signal);
    const [request, ...more] = server.requests;
    assert.ok(request);
    assert.equal(more.length, 0);
    const { method, path: target, headers, body } = request;
    assert.deepEqual([method, target], ['POST', '/stamp']);
    const sent = new Map(headers.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), headers[at + 1]]] : [])));
    assert.match(sent.get('user-agent') ?? '', /^axios\/[\d.]+$/u);
    sent.delete('user-agent');
    assert.deepEqual(Object.fromEntries(sent), {
      accept: 'application/timestamp-reply',
      'accept-encoding': 'identity',
      'content-type': 'application/timestamp-query',
      'content-length': '77',
      host: server.host,
      connection: sent.get('connection'),
    });
    assert.match(sent.get('connection') ?? '', /^(?:close|keep-alive)$/u);
    const hex = body.toString('hex');
    const [before = '', behind = ''] = hex.split(head);
    assert.equal(before, '304b0201013031300d060960864801650304020105000420');
    assert.match(behind, /^02104[\da-f]{31}0101ff$/u);
    const record = await readFile((await scene.files())[0] ?? '', 'utf8');
    const names = [
      ...[scene.made.id, scene.made.name, '2026-17', scene.folder, path.basename(scene.folder), 'anna', 'Contoso'],
      ...['11111111-1111', '22222222-2222', hostname(), userInfo().username, homedir(), record.slice(0, 40)],
    ];
    const wire = [target, ...headers, body.toString('latin1')].join('\n');
    for (const name of names.filter((one) => one.length > 3)) assert.ok(!wire.includes(name), name);
  });

  test('differs between two queries for one head in the number alone, so that an old answer does not fit', async () => {
    for (let time = 0; time < 2; time++) await caseTools.stampHeads(scene.folder, { url: server.url, send }, signal);
    const [one, other] = server.requests.map(({ body }) => body.toString('hex'));
    assert.ok(one !== undefined && other !== undefined);
    const numberAt = one.indexOf('02104') + 4;
    assert.equal(one.slice(0, numberAt), other.slice(0, numberAt));
    assert.notEqual(one, other);
  });

  test('no cookie that it sets, and no redirect that it gives, leads anywhere', async () => {
    const elsewhere = await serveAuthority(authority);
    try {
      for (const location of [elsewhere.url, '/other', `//${elsewhere.host}/`, 'file:///etc/passwd']) {
        server.answer = (_request, response) => response.writeHead(307, { location, 'set-cookie': 'a=b' }).end();
        await assert.rejects(caseTools.stampHeads(scene.folder, { url: server.url, send }, signal), {
          code: 'fileFailed',
        });
      }
      assert.deepEqual(elsewhere.requests, []);
      assert.equal(server.requests.length, 4);
      for (const { headers, path: target } of server.requests) {
        assert.equal(target, '/stamp');
        assert.doesNotMatch(headers.join('\n'), /cookie|authorization/iu);
      }
    } finally {
      await elsewhere.stop();
    }
  });
});

suite('the address of an authority', () => {
  test('has https or http, ASCII, and nothing that two programs read in two ways', () => {
    for (const address of [
      'https://tsa.example',
      'http://tsa.example:8080/stamp?profile=2',
      'https://xn--bcher-kva.example/',
      'http://[::1]:8080/',
      'http://127.0.0.1/',
    ])
      assert.ok(isAuthority(address), address);
    for (const address of [
      ...[
        '',
        'tsa.example',
        '//tsa.example',
        'ftp://tsa.example',
        'file:///etc/passwd',
        'command:x',
        'HTTPS://a.example',
      ],
      ...['https://', 'http://:80/', 'https://a.example:99999/', 'https://[::1', 'https://?a'],
      // Credentials, fragments, and what a parser takes for a slash.
      ...['https://user@tsa.example', 'https://u:p@tsa.example', 'https://tsa.example/#a', 'https://tsa.example/@'],
      ...['https://good.example\\@evil.example/', 'https://good%40evil.example/'],
      // Headers, spaces, and letters that look like others.
      ...['https://a.example/\r\nCookie: a', 'https://a.example/\n', ' https://a.example', 'https://a.example/ '],
      ...[
        'https://а.example',
        'https://bücher.example',
        'httpſ://a.example',
        'https://a。example',
        'https://a\u202e.example',
      ],
      `https://a.example/${'a'.repeat(500)}`,
      ...[null, 1, ['https://a.example'], { toString: () => 'https://a.example' }],
    ])
      assert.ok(!isAuthority(address), String(address));
  });
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { checkRequests } from '../../secrets/checkRequests.ts';
import { checkRun } from '../../secrets/checkRun.ts';
import { keepText, noteSecret, openRunFolder, partsOf, removeFolder } from '../../secrets/runFolder.ts';

const SIGNATURE = `${randomBytes(30).toString('base64')}a+/=`;
const TOKEN = `eyJhbGciOi.${randomBytes(60).toString('base64url')}`;

// This process may itself be part of a run.
const outer = process.env['LIVE_RESPONSE_TEST_SECRETS'];
let folder = '';
beforeEach(async () => {
  folder = await openRunFolder();
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  if (outer === undefined) delete process.env['LIVE_RESPONSE_TEST_SECRETS'];
  else process.env['LIVE_RESPONSE_TEST_SECRETS'] = outer;
});

suite('looking for secrets in what a run left behind', () => {
  test('nobody else may look into the folder', async () => {
    noteSecret(SIGNATURE);
    const { notes } = partsOf(folder);
    const [note = ''] = await readdir(notes);
    if (process.platform === 'win32') return;
    for (const place of [folder, notes, path.join(notes, note)]) assert.equal((await stat(place)).mode & 0o077, 0);
  });

  test('a run without a secret in its files passes, and says what was searched', async () => {
    noteSecret(SIGNATURE);
    noteSecret(TOKEN);
    keepText('log.txt', `GET /container/blob?se=x&sig=<sha256:0123456789ab>\n${SIGNATURE.slice(0, 19)}`);
    assert.equal(await checkRun(folder), 'none of 2 secrets is in any of 1 files');
  });

  for (const [what, planted] of [
    ['a signature', `x ${SIGNATURE} y`],
    ['a signature in an address', encodeURIComponent(SIGNATURE)],
    ['a signature in UTF-16', Buffer.from(`{"${SIGNATURE}"}`, 'utf16le')],
    ['a token in the middle of bytes', Buffer.concat([randomBytes(999), Buffer.from(`Bearer ${TOKEN}\n`)])],
    ['the end of a token', TOKEN.slice(-30)],
    ['a link that no tenant of ours made', 'https://a/b?se=1&sig=abcdefgh'],
    ['a token that no tenant of ours made', 'eyJhbGciOiJub25l.eyJhYmNkZWZnaCI6.c2lnbmF0dXJlMTIz'],
  ] as const) {
    test(`${what} is found, and told by the name of the file alone`, async () => {
      noteSecret(SIGNATURE);
      noteSecret(TOKEN);
      keepText('innocent.txt', 'nothing');
      const left = path.join(folder, 'session');
      await mkdir(path.join(left, 'data', 'logs'), { recursive: true });
      await writeFile(path.join(left, 'data', 'logs', 'leak.db'), planted);
      await removeFolder(left, ['data', 'never-made']);
      await assert.rejects(stat(left), 'the folder is still there');
      await assert.rejects(checkRun(folder), (error: unknown) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, /^A secret is in 1 of 2 files:\n\S+-data.logs.leak\.db$/u);
        return true;
      });
    });
  }

  test('a run that has nothing to look for, or nowhere to look, fails', async () => {
    keepText('log.txt', 'nothing');
    await assert.rejects(checkRun(folder), /none to search for/u);
    noteSecret(SIGNATURE);
    await rm(partsOf(folder).kept, { recursive: true });
    await mkdir(partsOf(folder).kept);
    await assert.rejects(checkRun(folder), /nothing to search/u);
  });
});

suite('looking at what reached the tenants of a run', () => {
  const LIST = { door: 'api', method: 'GET', path: '/api/machineactions', query: '' };
  const HUNT = {
    ...{ door: 'graph', method: 'POST', path: '/v1.0/security/runHuntingQuery', query: '' },
    body: '{"Query":"x"}',
  };
  const keep = (...requests: readonly object[]): void => {
    keepText('recording.json', JSON.stringify(requests));
  };

  test('GETs and hunting queries pass, also one that a fault answered; signing in is not looked at', async () => {
    keep(LIST, { ...LIST, door: 'blob' }, HUNT, { ...HUNT, body: undefined });
    keep({ ...LIST, door: 'login', method: 'POST', path: '/oauth2/v2.0/token' });
    assert.equal(await checkRequests(folder, false), '4 requests to tenants: all were GET, but 2 hunting queries');
  });

  for (const [what, request] of [
    ['a POST to the API', { ...LIST, method: 'POST' }],
    ['a DELETE of a result', { ...LIST, door: 'blob', method: 'DELETE' }],
    ['a POST to another path of Microsoft Graph', { ...HUNT, path: '/v1.0/me/sendMail' }],
    ['a GET to Microsoft Graph', { ...HUNT, method: 'GET' }],
    ['a hunting query with a query of its own in the address', { ...HUNT, query: 'x=1' }],
    ['a hunting query with another field', { ...HUNT, body: '{"Query":"x","Timespan":"P1D"}' }],
  ] as const) {
    test(`${what} fails the run`, async () => {
      keep(LIST, HUNT, request);
      await assert.rejects(checkRequests(folder, false), /was no GET|another request|other fields/u);
    });
  }

  test('a run without any has nothing to check', async () => {
    keepText('log.txt', '');
    await assert.rejects(checkRequests(folder, false), /nothing to check/u);
    keep(LIST);
    assert.equal(await checkRequests(folder, false), '1 requests to tenants: all were GET, but 0 hunting queries');
    await assert.rejects(checkRequests(folder, true), /nothing to check/u);
  });
});

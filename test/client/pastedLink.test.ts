import assert from 'node:assert/strict';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, suite, test } from 'node:test';
import { downloadLink } from '../../src/defender/tenantClient.ts';
import { fails, LIMITS, openStage, patience, SMALL } from './localClient.ts';
import type { Stage } from './localClient.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.stop());
beforeEach(() => {
  stage.clear();
});

/** Returns a link as a user finds it in another tool. */
async function linkOfApi(): Promise<string> {
  const path = `/api/machineactions/${SMALL.actionId}/GetLiveResponseResultDownloadLink(index=${SMALL.commandIndex})`;
  const headers = { authorization: `Bearer ${stage.token}` };
  const body = await new Promise<string>((resolve, reject) => {
    https
      .get(stage.tenant.apiUrl + path, { headers, agent: https.globalAgent }, (answer) => {
        text(answer).then(resolve, reject);
      })
      .on('error', reject);
  });
  const { value } = JSON.parse(body) as { value: string };
  stage.clear();
  return value;
}

suite('a pasted link', () => {
  const allowed = { downloadHosts: () => [stage.tenant.blobHost], expectAzureHeaders: false };

  test('brings the bytes, without a call and without a token', async () => {
    const link = await linkOfApi();
    const { bytes, sha256, host } = await downloadLink(link, patience(), LIMITS, allowed);
    const known = await stage.fetcher()(SMALL.actionId, SMALL.commandIndex, patience(), LIMITS);
    assert.deepEqual([sha256, bytes.length], [known.sha256, known.bytes.length]);
    assert.equal(host, stage.tenant.blobHost);
    assert.equal(stage.tenant.recording.calls('link').length, 1, 'only the one of the comparison');
  });

  test('to a host that stores no results is not followed', async () => {
    const link = await linkOfApi();
    await fails(downloadLink(link, patience(), LIMITS, {}), stage, 'foreignDownloadHost', {
      host: stage.tenant.blobHost,
    });
    assert.deepEqual(stage.heard(), []);
  });

  test('that is refused is said to be, and asks for no other', async () => {
    const link = await linkOfApi();
    const headers = { 'x-ms-error-code': 'AuthenticationFailed' };
    stage.tenant.faults.add({ door: 'blob', times: Infinity, action: { kind: 'answer', status: 403, headers } });
    await fails(downloadLink(link, patience(), LIMITS, allowed), stage, 'linkRefused', { reason: 'pasted' });
    assert.equal(stage.tenant.recording.at('api').length, 0);
  });

  test('that is none is refused without being shown', async () => {
    await fails(downloadLink('sig=secret', patience(), LIMITS, allowed), stage, 'unexpectedAnswer', { path: 'value' });
  });
});

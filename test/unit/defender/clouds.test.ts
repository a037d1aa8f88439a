import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cloudAddresses, NEAR_REGIONS } from '../../../src/defender/clouds.ts';

suite('the clouds', () => {
  test("the commercial cloud's token keeps the API's older name", () => {
    assert.deepEqual(cloudAddresses('commercial'), {
      apiUrl: 'https://api.security.microsoft.com',
      authority: 'https://login.microsoftonline.com',
      scope: 'https://api.securitycenter.microsoft.com/.default',
      portalUrl: 'https://security.microsoft.com',
      graphUrl: 'https://graph.microsoft.com',
    });
  });

  for (const region of NEAR_REGIONS) {
    test(`near ${region} only the API's host differs`, () => {
      assert.deepEqual(cloudAddresses('commercial', region), {
        ...cloudAddresses('commercial'),
        apiUrl: `https://${region}.api.security.microsoft.com`,
      });
    });
  }

  test('a region means nothing in another cloud', () => {
    assert.deepEqual(cloudAddresses('gcc', 'eu'), cloudAddresses('gcc'));
  });

  test('GCC signs in commercially, the other government clouds do not', () => {
    assert.equal(cloudAddresses('gcc').authority, 'https://login.microsoftonline.com');
    for (const cloud of ['gccHigh', 'dod'] as const) {
      assert.equal(cloudAddresses(cloud).authority, 'https://login.microsoftonline.us');
      assert.equal(cloudAddresses(cloud).apiUrl, 'https://api-gov.securitycenter.microsoft.us');
    }
    assert.equal(cloudAddresses('dod').portalUrl, 'https://security.apps.mil');
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findReferences } from '../../src/evidence/references/findReferences.ts';

const ID = '988cc94e-7a8f-4b28-ab65-54970c5d5018';
const TENANT = '0b1c2d3e-4f50-4617-8829-3a4b5c6d7e8f';
const API = `https://api.security.microsoft.com/api/machineactions/${ID}`;
const CALL = `${API}/GetLiveResponseResultDownloadLink(index=3)`;

/** Returns a protected link as Outlook writes it, with the recipient, the tenant and a signature behind the address. */
function safeLink(address: string, host = 'eur01.safelinks.protection.outlook.com'): string {
  const data = `05%7C02%7Canna%40contoso.example%7C${TENANT.replaceAll('-', '')}%7C${TENANT}%7C0%7C0%7C638`;
  return `https://${host}/?url=${encodeURIComponent(address)}&data=${data}&sdata=a%2Bb%3D&reserved=0`;
}

function proofpointV2(address: string): string {
  const coded = encodeURIComponent(address)
    .replaceAll('-', '%2D')
    .replaceAll('_', '%5F')
    .replaceAll('%2F', '_')
    .replaceAll('%', '-');
  return `https://urldefense.proofpoint.com/v2/url?u=${coded}&d=DwMFAg&c=${TENANT}&r=x&m=y&s=z&e=`;
}

function proofpointV3(address: string): string {
  const replaced = address.replaceAll(/[^()=]/gu, '');
  const signs = Buffer.from(replaced).toString('base64url');
  return `https://urldefense.com/v3/__${address.replaceAll(/[()=]/gu, '*')}__;${signs}!!AbCd-eF!${TENANT.replaceAll('-', '')}$`;
}

const WRAPPED: Readonly<Record<string, (address: string) => string>> = {
  'Safe Links': safeLink,
  'Safe Links of the US government': (address) => safeLink(address, 'usg02.safelinks.protection.office365.us'),
  'Safe Links, its ampersands escaped': (address) => safeLink(address).replaceAll('&', '&amp;'),
  'URL Defense 1': (address) => `https://urldefense.proofpoint.com/v1/url?u=${encodeURIComponent(address)}&k=x%0A&r=y`,
  'URL Defense 2': proofpointV2,
  'URL Defense 3': proofpointV3,
  'URL Defense 3 without replaced signs': (address) => `https://urldefense.com/v3/__${address}__;!!AbCd!x$`,
  'Safe Links around URL Defense': (address) => safeLink(proofpointV3(address)),
  'URL Defense around Safe Links': (address) => proofpointV2(safeLink(address)),
  'a redirect of Google': (address) => `https://www.google.com/url?q=${encodeURIComponent(address)}&sa=D`,
};

suite('links of a mail’s protection around an address of the API (S38)', () => {
  for (const [name, wrap] of Object.entries(WRAPPED)) {
    test(`S38: ${name}`, () => {
      for (const [before, after] of [
        ['', ''],
        ['Anna: see <', '>, please'],
        ['GET ', '\nthanks'],
      ]) {
        assert.deepEqual(findReferences(`${before}${wrap(CALL)}${after}`), [{ actionId: ID, commandIndex: 3 }]);
        assert.deepEqual(findReferences(`${before}${wrap(API)}${after}`), [{ actionId: ID, commandIndex: undefined }]);
      }
    });

    test(`S38: ${name}, around something else: none of its own GUIDs is an action`, () => {
      assert.deepEqual(findReferences(wrap('https://contoso.example/x')), []);
    });
  }

  test('what is broken names nothing, and takes no long time', () => {
    for (const link of [
      'https://eur01.safelinks.protection.outlook.com/?url=%E0%A4%A',
      'https://urldefense.com/v3/__',
      'https://urldefense.com/v3/__https://x/**__;!!',
      `https://urldefense.proofpoint.com/v2/url?u=${'-'.repeat(40_000)}`,
      'https://urldefense.com/v3/__'.repeat(1_500),
      'https://www.google.com/url?q='.repeat(1_500),
    ]) {
      assert.deepEqual(findReferences(link), []);
    }
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { unwrapLink } from '../../../../src/evidence/references/unwrapLink.ts';

/** Signs of the third version of URL Defense. */
function encoded(signs: string): string {
  return Buffer.from(signs, 'utf8').toString('base64url');
}

suite('a link that a mail protection service made', () => {
  for (const [what, link, target] of [
    [
      'Safe Links',
      'https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2Fx&data=05',
      'https://a.example/x',
    ],
    ['Cisco', 'https://secure-web.cisco.com/1abc/?u=https%3A%2F%2Fa.example%2F', 'https://a.example/'],
    ['Proofpoint 1', 'https://urldefense.proofpoint.com/v1/url?u=https%3A%2F%2Fa.example%2F&k=1', 'https://a.example/'],
    ['Proofpoint 2', 'https://urldefense.proofpoint.com/v2/url?u=https-3A__a.example_x&d=1', 'https://a.example/x'],
    [
      'Proofpoint 3',
      `https://urldefense.com/v3/__https://a.example/*x*__;${encoded('ä?')}!!key`,
      'https://a.example/äx?',
    ],
    [
      'Proofpoint 3, several signs at once',
      `https://urldefense.com/v3/__https://a.example/**A__;${encoded('äö')}!!key`,
      'https://a.example/äö',
    ],
    [
      'Proofpoint 3, fewer signs than stars',
      'https://urldefense.com/v3/__https://a.example/*__;!!key',
      'https://a.example/',
    ],
    [
      'two layers',
      `https://www.google.com/url?q=${encodeURIComponent('https://secure-web.cisco.com/?u=https%3A%2F%2Fa.example%2F')}`,
      'https://a.example/',
    ],
  ] as const) {
    test(`${what}: the address inside`, () => {
      assert.equal(unwrapLink(link), target);
    });
  }

  for (const [what, link] of [
    ['another host', 'https://a.example/?url=https%3A%2F%2Fb.example%2F'],
    ['no link', 'a.example'],
    ['a protected link without an address', 'https://secure-web.cisco.com/1abc'],
    ['an address that is not properly encoded', 'https://secure-web.cisco.com/?u=%E0%A4%A'],
    ['an address of another scheme', 'https://secure-web.cisco.com/?u=javascript%3Aalert(1)'],
    ['an unknown version', 'https://urldefense.com/v9/url?u=https%3A%2F%2Fa.example%2F'],
    ['a path that is none of URL Defense', 'https://urldefense.com/about'],
  ] as const) {
    test(`${what}: nothing`, () => {
      assert.equal(unwrapLink(link), undefined);
    });
  }

  test('layers have an end', () => {
    const wrap = (target: string): string => `https://secure-web.cisco.com/?u=${encodeURIComponent(target)}`;
    let link = 'https://a.example/';
    for (let layer = 0; layer < 6; layer++) link = wrap(link);
    assert.equal(unwrapLink(link), wrap(wrap('https://a.example/')));
  });
});

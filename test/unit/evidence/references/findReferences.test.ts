import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { buildCitation, buildOutsideAddress } from '../../../../src/evidence/blocks/citation.ts';
import { findReferences } from '../../../../src/evidence/references/findReferences.ts';
import type { FoundReference } from '../../../../src/evidence/references/findReferences.ts';
import { buildResultUri } from '../../../../src/base/resultUri.ts';

const ID = '988cc94e-7a8f-4b28-ab65-54970c5d5018';
const OTHER = '1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9';
const TENANT = '0b1c2d3e-4f50-4617-8829-3a4b5c6d7e8f';
const API = 'https://api.security.microsoft.com/api/machineactions';

/** Returns an expired download link with a GUID in every place that can have one. */
function linkTo(fileName: string, signature = '&sig=1dYGe9rPvUlX%2BPvYSmr6%2FOLXPY98m8%3D'): string {
  return (
    'https://automatedirstrprdeus.blob.core.windows.net/investigation-actions-data/' +
    '5d3a1c9e-0000-4111-8222-933344445555/CustomPlaybookCommandOutput/4ed5e7807ad1fe59b00b664fe06a0f07' +
    `?se=2026-11-23T21%3A34%3A41Z&sp=rt&sv=2020-06-12&sr=b&rscd=attachment%3B%20filename%3D${fileName}` +
    '&skoid=7c1d2e3f-0000-4111-8222-933344445555&sktid=8d2e3f40-0000-4111-8222-933344445555' +
    `&skt=2026-11-23T20%3A04%3A41Z&ske=2026-11-30T20%3A04%3A41Z&sks=b&skv=2020-06-12${signature}`
  );
}

const ADDRESS = buildResultUri(
  { cloud: 'commercial', tenantId: TENANT, actionId: ID, commandIndex: 3, stream: 'errors' },
  { connection: 'My tenant', device: 'dc1', script: 'collect all.ps1', createdAt: '2026-11-23T21:04:41.12Z' },
);

const CITED = {
  address: { cloud: 'commercial', tenantId: TENANT, actionId: ID, commandIndex: 3, stream: 'errors' },
  spans: [
    { firstLine: 5, lastLine: 9 },
    { firstLine: 12, lastLine: 12, columns: { first: 1, last: 3, block: false } },
  ],
} as const;

function reference(commandIndex?: number, actionId = ID): FoundReference {
  return { actionId, commandIndex };
}

suite('finding what a text speaks of', () => {
  const cases: readonly (readonly [what: string, text: string, ...FoundReference[]])[] = [
    ['a bare id', ID, reference()],
    ['a citation of ours in a note', `Source: [output line 5](${buildCitation(CITED)}) · SHA-256`, reference(3)],
    ['an address of ours for a ticket', `seen: ${buildOutsideAddress(CITED)} there`, reference(3)],
    [
      'an address of ours for another editor',
      buildOutsideAddress(CITED, 'vscodium').replaceAll('=', '%3D').replaceAll('&', '%26'),
      reference(3),
    ],
    ['a chat line', `Anna: can you look at ${ID}, please? (dc1)`, reference()],
    ['an id in braces or quotes', `{${ID}} "${ID}"`, reference()],
    ['an id and a number', `see ${ID}#1.`, reference(1)],
    [
      "the documentation's two-line GET",
      `GET ${API}/${ID}/\n    GetLiveResponseResultDownloadLink(index=0)`,
      reference(0),
    ],
    ['an API address', `${API}/${ID}/GetLiveResponseResultDownloadLink(index=12)`, reference(12)],
    ['an API address that was encoded', `${API}/${ID}/GetLiveResponseResultDownloadLink(index%3D2)`, reference(2)],
    ['the older API address', `https://api.securitycenter.microsoft.com/api/v1.0/machineactions/${ID}`, reference()],
    ["an action's API address", `GET ${API}/${ID}`, reference()],
    ["a result file's name", `output_${ID}_4.json`, reference(4)],
    ["a result file's path", `C:\\Users\\a\\Downloads\\output_${ID}_0 (1).json`, reference(0)],
    ['an address of ours as an editor copies it', ADDRESS.toString(), reference(3)],
    ['an address of ours as a person reads it', ADDRESS.toString(true), reference(3)],
    ['an expired link', linkTo(`output_${ID}_1.json`), reference(1)],
    ['an expired link in a sentence', `try <${linkTo(`output_${ID}_1.json`)}> now`, reference(1)],
    [
      'an expired link with its ampersands escaped',
      linkTo(`output_${ID}_1.json`).replaceAll('&', '&amp;'),
      reference(1),
    ],
    ['an expired link without its signature', linkTo(`output_${ID}_1.json`, ''), reference(1)],
    ['an expired link that names no file', linkTo('report.json')],
    [
      'an address of the portal',
      `https://security.microsoft.com/machines/v2/${'ab12'.repeat(10)}/overview?tid=${TENANT}`,
    ],
    ['an address of the portal beside an id', `${ID} https://security.microsoft.com/?tid=${TENANT}`, reference()],
    ['no id at all', 'nothing here, not even 988cc94e-7a8f-4b28-ab65'],
    ['an empty text', ''],
    ['digits around what looks like an id', `a${ID} ${ID}b 1-${ID}`],
  ];
  for (const [what, text, ...expected] of cases) {
    test(`in ${what}`, () => {
      assert.deepEqual(findReferences(text), expected);
    });
    // Our own addresses have only one spelling.
    if (what.includes('of ours')) continue;
    test(`in ${what}, in upper case`, () => {
      assert.deepEqual(findReferences(text.toUpperCase()), expected);
    });
  }

  test('each thing is found once, what names a command first, in the order of the text', () => {
    const text = `${OTHER} then ${ID}#2, ${API}/${ID}/GetLiveResponseResultDownloadLink(index=2) and ${ID}#0, ${OTHER}`;
    assert.deepEqual(findReferences(text), [reference(2), reference(0), reference(undefined, OTHER)]);
  });

  test('a bare id says nothing new where the same action is named with a command', () => {
    assert.deepEqual(findReferences(`${ID}\noutput_${ID}_1.json`), [reference(1)]);
  });

  test('a number that is too long for an index is not cut short', () => {
    for (const text of [`${ID}#1234567`, `output_${ID}_1234567.json`]) {
      assert.ok(!findReferences(text).some(({ commandIndex }) => commandIndex === 123456), text);
    }
  });

  test('nothing of a link comes back but the action and the command', () => {
    const found = findReferences(linkTo(`output_${ID}_1.json`));
    assert.deepEqual(
      found.map((one) => Object.keys(one)),
      [['actionId', 'commandIndex']],
    );
  });

  test('forms that are only begun name nothing, however often they are begun', () => {
    for (const piece of ['live-response:/a?', 'https://a?&sig', '988cc94e-', 'machineactions/', 'output_', `${ID}0`]) {
      assert.deepEqual(findReferences(piece.repeat(50)), [], piece);
    }
  });
});

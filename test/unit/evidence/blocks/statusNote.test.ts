import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findEvidence } from '../../../../src/evidence/blocks/readEvidence.ts';
import {
  buildCollectedNote,
  buildPackageNote,
  buildRunLine,
  buildStatusNote,
} from '../../../../src/evidence/blocks/statusNote.ts';
import type { StatusFacts } from '../../../../src/evidence/blocks/statusNote.ts';

const ID = '988cc94e-7a8f-4b28-ab65-54970c5d5018';
const facts: StatusFacts = {
  device: 'kiosk-22.contoso.example',
  script: 'collect-memory.ps1',
  actionId: ID,
  commandIndex: 1,
  actionStatus: 'Failed',
  commandStatus: 'Failed',
  createdAt: '2026-11-23T21:02:00.1234567Z',
  deviceErrors: ['Script execution failed'],
  changedAt: '2026-11-23T22:47:04Z',
  isCertain: true,
};
const HOSTILE = '](command:x) | `a` <img src=x onerror=y>\n# [c](live-response:/?a)\u202e';

suite('a note about a command without a result', () => {
  test('says device, script, states, the device’s words, when it was created and changed', () => {
    assert.equal(
      buildStatusNote([facts]),
      `- No result: \`kiosk-22.contoso.example\` · \`collect-memory.ps1\` · action \`Failed\`, command \`Failed\` · the device said: \`Script execution failed\` · created \`2026-11-23T21:02:00.1234567Z\` · last changed \`2026-11-23T22:47:04Z\` · action \`${ID}#1\`\n`,
    );
  });

  test('claims nothing that a check could call matching: it has no link and no hash', () => {
    const note = buildStatusNote([facts, { ...facts, device: HOSTILE, script: HOSTILE, deviceErrors: [HOSTILE] }]);
    assert.deepEqual(findEvidence(note), []);
    assert.equal(note.split('\n').length, 3, 'one line each');
    assert.ok(!note.includes('\u202e'));
  });

  test('a result that may exist is not called missing', () => {
    assert.match(buildStatusNote([{ ...facts, isCertain: false }]), /^- Not fetched: /u);
  });

  test('the line about a run names what was compared and what was ignored, and takes hostile names', () => {
    const run = {
      script: 'hunt.ps1',
      args: '-All',
      comment: '',
      hosts: 200,
      results: 190,
      toFetch: 3,
      without: 7,
      most: 3,
    };
    assert.equal(
      buildRunLine({ ...run, ignored: ['trailingNuls', 'guids', 'numbers'] }),
      'Run `hunt.ps1` · arguments `-All` · 200 hosts: 190 results, 3 not fetched, 7 without a result to read · rare: on 3 hosts or fewer · ignored: trailing NULs, GUIDs, all numbers\n',
    );
    const hostile = buildRunLine({
      ...run,
      script: HOSTILE,
      comment: HOSTILE,
      hosts: 1,
      results: 1,
      most: 1,
      ignored: [],
    });
    assert.deepEqual(findEvidence(hostile), []);
    assert.equal(hostile.split('\n').length, 2);
  });
});

test('a note about a collected file: from where, when, and both hashes', () => {
  const sha256 = 'ab'.repeat(32);
  const packed = { size: 99, sha256: 'cd'.repeat(32) };
  const collected = {
    device: 'dc1',
    path: 'C:\\Temp\\a|b.csv',
    actionId: ID,
    commandIndex: 2,
    createdAt: '2026-11-23T21:02:00Z',
  };
  assert.equal(
    buildCollectedNote({ ...collected, packed, file: { size: 1234, sha256 } }),
    `- Collected file: \`dc1\` · \`C:\\Temp\\a|b.csv\` · 1234 bytes · SHA-256 \`${sha256}\` · stored as gzip · 99 bytes · SHA-256 \`${packed.sha256}\` · created \`2026-11-23T21:02:00Z\` · action \`${ID}#2\`\n`,
  );
  const hostile = buildCollectedNote({ ...collected, device: HOSTILE, path: HOSTILE, packed, file: undefined });
  assert.deepEqual(findEvidence(hostile), []);
  assert.equal(hostile.split('\n').length, 2);
});

test('a note about an investigation package: from where, when, and its hash', () => {
  const facts = {
    device: 'dc1',
    actionId: ID,
    createdAt: '2026-11-23T21:02:00Z',
    size: 99,
    sha256: 'ab'.repeat(32),
    isZip: true,
  };
  assert.match(buildPackageNote({ ...facts, isZip: false }), / · 99 bytes · not a ZIP archive · /u);
  assert.equal(
    buildPackageNote(facts),
    `- Investigation package: \`dc1\` · 99 bytes · SHA-256 \`${facts.sha256}\` · created \`2026-11-23T21:02:00Z\` · action \`${ID}\`\n`,
  );
  const hostile = buildPackageNote({ ...facts, device: HOSTILE });
  assert.deepEqual(findEvidence(hostile), []);
  assert.equal(hostile.split('\n').length, 2);
});

test('a note about an action without commands names its type and state, and no command', () => {
  const note = buildStatusNote([
    {
      device: 'dc1',
      script: 'Isolate',
      actionId: ID,
      commandIndex: 0,
      actionStatus: 'Succeeded',
      commandStatus: undefined,
      createdAt: '2026-11-23T21:02:00Z',
      deviceErrors: [],
      changedAt: undefined,
      isCertain: true,
    },
  ]);
  assert.equal(
    note,
    `- Action: \`dc1\` · \`Isolate\` · action \`Succeeded\` · created \`2026-11-23T21:02:00Z\` · action \`${ID}\`\n`,
  );

  test('who asked for it and why, where it is known; an action that goes on can still get a result', () => {
    const note = buildStatusNote([{ ...facts, actionStatus: 'InProgress', requestor: 'anna', comment: 'IR-7' }]);
    assert.match(note, /^- Not ended: /u);
    assert.match(note, / · by `anna` · comment `IR-7` · action /u);
    assert.doesNotMatch(buildStatusNote([{ ...facts, requestor: null, comment: '' }]), / · by | · comment /u);
  });

  test('a rule of a later version is named by its own word', () => {
    const run = { script: 'a', args: '', comment: '', hosts: 1, results: 1, toFetch: 0, without: 0, most: 1 };
    assert.match(buildRunLine({ ...run, ignored: ['guids', 'later'] }), / · ignored: GUIDs, later\n$/u);
  });
});

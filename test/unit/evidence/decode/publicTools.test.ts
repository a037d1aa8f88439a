import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { decodeResult } from '../../../../src/evidence/decode/decode.ts';
import { hashText } from '../../../../src/base/hashText.ts';
import type { sampleScenarios } from '../../../../src/sample/data/catalogue.ts';
import { scenarioBytes, startTenant } from '../../sample/harness.ts';

const { tenant } = startTenant();
const documentation = await readFile('docs/evidence.md', 'utf8');

/** Returns the command with this name in the documentation, as a reader would copy it. */
function commandOf(name: string): string {
  const command = new RegExp(`^\`\`\`sh ${name}\\n(.*?)\\n\`\`\`$`, 'msu').exec(documentation)?.[1];
  assert.ok(command, `docs/evidence.md has no command ${name}`);
  return command;
}

/** Returns the hash that a documented command prints for a file, without `sha256sum`'s dash and the rest. */
function run(command: string, file: string): string {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command.replaceAll('FILE', '"$0"'), file], {
    encoding: 'utf8',
    // The locale that makes a text bytes for these tools, whatever the machine's language is.
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  assert.equal(status, 0, stderr);
  return stdout.trim().split(' ')[0] ?? '';
}

function skipWithout(tool: string): string | false {
  return spawnSync(tool, ['--version']).error === undefined ? false : `${tool} is not on this machine`;
}

const file = (json: string): Uint8Array => Buffer.from(json);
const sample = (name: keyof typeof sampleScenarios): Promise<Uint8Array> => scenarioBytes(tenant, name);

const EVERYDAY = [
  'wideTools',
  'registryQuery',
  'eventLogErrors',
  'turkishTasks',
  'forgedEvidence',
  'exitNegative',
] as const;
const NULS = file('{"script_output": "a\\u0000b\\r\\n\\u0000\\u0000", "script_errors": "\\u0000"}');

suite('the hash of a text is what public tools compute from the file', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'hashes-'));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  const check = async (command: string, bytes: Uint8Array, stream: 'output' | 'errors' = 'output'): Promise<void> => {
    const stored = path.join(folder, 'output.json');
    await writeFile(stored, bytes);
    const { transcript } = decodeResult(bytes);
    assert.ok(transcript);
    assert.equal(hashText(transcript[stream]), run(command, stored));
  };

  const noJq = { skip: skipWithout('jq') };
  for (const name of EVERYDAY) {
    test(`jq: ${name}`, noJq, async () => {
      await check(commandOf('jq'), await sample(name));
      await check(commandOf('jq-errors'), await sample(name), 'errors');
    });
  }

  test('jq: NULs in the middle and at the end', noJq, () => check(commandOf('jq'), NULS));

  test('jq: the action as it was received, out of the facts beside a file', noJq, async () => {
    const text = '{ "id" : "日本 \\u0000 😀",\r\n "x": 1.50}\n';
    const facts = path.join(folder, 'output.facts.json');
    await writeFile(facts, JSON.stringify({ action: {}, actionAsReceived: { text } }));
    assert.equal(hashText(text), run(commandOf('jq-action'), facts));
  });

  test('jq: older and missing keys of the errors', noJq, async () => {
    await check(commandOf('jq-errors'), await sample('oldNames'), 'errors');
    await check(commandOf('jq-errors'), file('{"script_output": "a"}'), 'errors');
  });

  test('jq after gunzip, and after iconv', noJq, async () => {
    const documented = (start: string): string => {
      const cell = [...documentation.matchAll(/`([^`]*)`/gu)].map(([, code]) => code ?? '');
      const command = cell.find((code) => code.startsWith(start));
      assert.ok(command);
      return command.replaceAll('\\|', '|');
    };
    await check(documented('gunzip -c'), await sample('compressed'));
    await check(documented('iconv -f'), await sample('utf16'));
  });

  const noPython = { skip: skipWithout('python3') };
  const ODD: readonly (readonly [string, Uint8Array | Promise<Uint8Array>])[] = [
    ['NULs', NULS],
    ['raw control characters', sample('documentationExample')],
    ['a raw CR and CRLF', file('{"script_output": "a\rb\r\nc", "script_errors": ""}')],
    ['halves of surrogate pairs', file('{"script_output": "a\\ud800b\\udc00\\ud83d\\ude00", "script_errors": ""}')],
    [
      'bytes that are no UTF-8',
      Buffer.from('{"script_output": "\xe4 \xe2\x82 \xed\xa0\x80 \xff\xc0\x80", "script_errors": ""}', 'latin1'),
    ],
    ['a byte order mark', file('\ufeff{"script_output": "\\ufeffa", "script_errors": ""}')],
    ['names of an attacker', sample('forgedEvidence')],
  ];
  for (const [name, bytes] of ODD) {
    test(`python: ${name}`, noPython, async () => check(commandOf('python'), await bytes));
  }

  test('a large text is hashed as a small one, also where a pair stands on the border', async () => {
    const step = 1024 * 1024;
    const pairAtBorder = `${'a'.repeat(step - 1)}😀b`;
    const halfBeforePair = `${'a'.repeat(step - 2)}\ud83d😀`;
    for (const text of [pairAtBorder, halfBeforePair, 'é'.repeat(step + 1), 'x'.repeat(step), '']) {
      const stored = path.join(folder, 'text');
      await writeFile(stored, text);
      assert.equal(hashText(text), run('sha256sum < FILE', stored));
    }
  });
});

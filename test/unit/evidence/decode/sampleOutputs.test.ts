import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decodeResult } from '../../../../src/evidence/decode/decode.ts';
import type { Rejection } from '../../../../src/evidence/decode/decode.ts';
import type { DecodeChangeKind } from '../../../../src/evidence/decode/transcript.ts';
import { countErrorLines } from '../../../../src/evidence/text/textFacts.ts';
import type { sampleScenarios } from '../../../../src/sample/data/catalogue.ts';
import { readResult, scenarioBytes, startTenant } from '../../sample/harness.ts';

type ScenarioName = keyof typeof sampleScenarios;

const { tenant } = startTenant();

/** Results that a strict reader accepts as well. Ours must return the same, unit for unit, and change nothing. */
const PLAIN: readonly (readonly [ScenarioName, exitCode: number])[] = [
  ['registryQuery', 0],
  ['scannerLog', 1],
  ['forgedEvidence', 0],
  ['turkishTasks', 0],
  ['base64Line', 0],
  ['exitZero', 0],
  ['exitOne', 1],
  ['exit323', 323],
  ['exit137', 137],
  ['exitNegative', -1073741510],
  ['errorsOnly', 1],
  ['emptyBoth', 0],
  ['germanHost', 0],
  ['russianHost', 0],
  ['turkishHost', 0],
  ['progressOnly', 0],
];

/** Results that need a change, which must be reported. */
const CHANGED: readonly (readonly [ScenarioName, exitCode: number | undefined, ...DecodeChangeKind[]])[] = [
  ['documentationExample', 0, 'controlCharactersEscaped'],
  ['largeLog', 0, 'controlCharactersEscaped'],
  ['linuxFind', 137, 'invalidBytes'],
  ['exitMissing', undefined, 'missingKey'],
  ['oldNames', 0, 'oldKey'],
  ['compressed', 0, 'gunzipped'],
  ['utf16', 0, 'byteOrderMark'],
];

const REFUSED: readonly (readonly [ScenarioName, Rejection['reason']])[] = [
  ['largeLogCut', 'truncated'],
  ['largeLogUnescaped', 'notJson'],
];

suite("the sample's outputs", () => {
  for (const [name, exitCode] of PLAIN) {
    test(`${name} is read as a strict reader reads it`, async () => {
      const bytes = await scenarioBytes(tenant, name);
      const strict = readResult(bytes);
      const { transcript, changes } = decodeResult(bytes);
      assert.equal(transcript?.output, strict.script_output);
      assert.equal(transcript.errors, strict.script_errors);
      assert.equal(transcript.exitCode, exitCode);
      assert.deepEqual(changes, []);
    });
  }

  for (const [name, exitCode, ...kinds] of CHANGED) {
    test(`${name} is read, and what was done is said: ${kinds.join(', ')}`, async () => {
      const { transcript, changes } = decodeResult(await scenarioBytes(tenant, name));
      assert.ok(transcript);
      assert.equal(transcript.exitCode, exitCode);
      assert.deepEqual(
        changes.map(({ kind }) => kind),
        kinds,
      );
    });
  }

  for (const [name, reason] of REFUSED) {
    test(`${name} is refused: ${reason}`, async () => {
      const { transcript, rejection } = decodeResult(await scenarioBytes(tenant, name));
      assert.equal(transcript, undefined);
      assert.equal(rejection?.reason, reason);
    });
  }

  for (const [name, lines] of [
    // 214 records of five lines each.
    ['eventLogErrors', 1070],
    ['exitZeroWithErrors', 214],
  ] as const) {
    test(`${name} has ${lines} lines of errors and exit code 0`, async () => {
      const { transcript } = decodeResult(await scenarioBytes(tenant, name));
      assert.equal(transcript?.exitCode, 0);
      assert.equal(countErrorLines(transcript.errors), lines);
    });
  }
});

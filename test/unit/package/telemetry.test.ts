import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { FAILURES } from '../../../src/base/failures.ts';
import { commandIds } from '../../../src/platform/commandIds.ts';
import {
  describeEvents,
  TELEMETRY_FILE,
  TELEMETRY_PAGE,
  telemetryJson,
  withEventList,
} from '../../../scripts/telemetry.ts';

suite('the events of telemetry', () => {
  const events = describeEvents();

  test('stand in telemetry.json and on their page as their types declare them: "npm run telemetry" writes both', async () => {
    assert.equal(await readFile(TELEMETRY_FILE, 'utf8'), telemetryJson(events));
    const page = await readFile(TELEMETRY_PAGE, 'utf8');
    assert.equal(page, withEventList(page, events));
    for (const { name, properties } of events) {
      assert.ok(page.includes(`- \`${name}\`: `), name);
      for (const property of properties) assert.ok(page.includes(`  - \`${property.name}\`: `), property.name);
    }
  });

  test('are explained, each with its properties', () => {
    assert.ok(events.length > 0);
    for (const { name, comment, properties } of events) {
      assert.match(comment, /\.$/u, name);
      assert.ok(properties.length > 0, name);
      for (const property of properties) assert.match(property.comment, /\.$/u, `${name}.${property.name}`);
    }
  });

  test('know all commands and all failure codes, and no other word', () => {
    const run = events.find(({ name }) => name === 'commandRun')?.properties ?? [];
    const valuesOf = (wanted: string): readonly string[] => run.find(({ name }) => name === wanted)?.values ?? [];
    assert.deepEqual(valuesOf('command'), Object.values(commandIds).sort());
    const codes = Object.keys(FAILURES);
    assert.ok(codes.length > 20);
    assert.deepEqual(valuesOf('outcome'), ['ok', 'unexpected', ...codes].sort());
  });

  test('cannot have a property that could hold a text', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'telemetry-'));
    try {
      const file = path.join(folder, 'events.ts');
      for (const type of [
        'string',
        "'a' | `b${string}`",
        "'a' | (string & {})",
        'unknown',
        'object',
        "'a' | undefined",
        'string[]',
      ]) {
        await writeFile(file, `export interface TelemetryEvents { readonly it: { readonly what: ${type} } }`);
        assert.throws(() => describeEvents(file), /it\.what could hold any text/u, type);
      }
      await writeFile(
        file,
        "export interface TelemetryEvents { readonly it: { readonly what: 'a' | 'b'; readonly n: number } }",
      );
      assert.deepEqual(
        describeEvents(file)[0]?.properties.map(({ values }) => values),
        [['a', 'b'], undefined],
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test } from 'node:test';
import { buildManagedSettings, buildSchema, MANAGED_PAGE } from '../../../scripts/managedSettings.ts';
import type { Schema } from '../../../scripts/managedSettings.ts';
import { POLICY_NAMES } from '../../../src/policy/policyKeys.ts';
import { policyOf } from './policyOf.ts';
import { ROWS } from './policyRows.ts';

/** Whether a value fits a schema, as far as ours use the language. */
function fits(value: unknown, schema: Schema): boolean {
  switch (schema.type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return (
        Number.isInteger(value) && Number(value) >= (schema.minimum ?? 0) && Number(value) <= (schema.maximum ?? 0)
      );
    case 'string': {
      if (typeof value !== 'string' || schema.enum?.includes(value) === false) return false;
      const isOfLength = value.length >= (schema.minLength ?? 0) && value.length <= (schema.maxLength ?? Infinity);
      return isOfLength && new RegExp(schema.pattern ?? '', 'u').test(value);
    }
    case 'array':
      return (
        Array.isArray(value) &&
        value.length <= (schema.maxItems ?? 0) &&
        value.every((item) => schema.items !== undefined && fits(item, schema.items))
      );
    default: {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      const { properties = {}, required = [] } = schema;
      return (
        required.every((name) => Object.hasOwn(value, name)) &&
        Object.entries(value).every(([name, one]) => properties[name] !== undefined && fits(one, properties[name]))
      );
    }
  }
}

suite('the documents of the managed settings', () => {
  test('are what `npm run reference` writes from the keys', async () => {
    for (const [file, text] of Object.entries(await buildManagedSettings()))
      assert.equal(await readFile(file, 'utf8'), text, `${file}: run "npm run reference"`);
  });

  test('the schema takes what the code takes, and refuses what it refuses', () => {
    const schema = buildSchema();
    for (const key of POLICY_NAMES) {
      const { file, wrong } = ROWS[key];
      assert.ok(fits({ [key]: file }, schema), key);
      // Two connections of one name are two different objects, which JSON Schema cannot compare by a field.
      const refused = wrong.filter((value) => !(Array.isArray(value) && value.length === 2));
      assert.ok(refused.length > 0);
      for (const value of refused) assert.ok(!fits({ [key]: value }, schema), `${key}: ${JSON.stringify(value)}`);
    }
    assert.ok(!fits({ auditTrails: false }, schema));
  });

  test('the example of the page is a file that is taken', async () => {
    const page = await readFile(MANAGED_PAGE, 'utf8');
    const example = /```json\n([^]*?)```/u.exec(page)?.[1] ?? '';
    const policy = policyOf(JSON.parse(example) as object);
    assert.equal(policy.source.state, 'read');
    assert.equal(policy.connections.length, 1);
  });

  test('every setting is read behind one door', async () => {
    const files = (await readdir('src', { recursive: true })).filter((file) => file.endsWith('.ts'));
    const reading: string[] = [];
    for (const file of files) {
      const text = await readFile(path.join('src', file), 'utf8');
      if (/getConfiguration\((?:SECTION|'liveResponse)/u.test(text)) reading.push(file.replaceAll('\\', '/'));
    }
    assert.deepEqual(reading, ['platform/config.ts']);
  });
});

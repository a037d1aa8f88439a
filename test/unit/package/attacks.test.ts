import assert from 'node:assert/strict';
import { access, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test } from 'node:test';

const FOLDER = 'test/security';

suite('the list of attacks', () => {
  test('names tests that are there, and every one of them', async () => {
    const text = await readFile('docs/attacks.md', 'utf8');
    const named = new Set([...text.matchAll(/`([\w/]+\.test\.ts)`/gu)].map(([, file]) => file ?? ''));
    for (const file of named) await access(path.join(FOLDER, file));
    const files = (await readdir(FOLDER, { recursive: true })).filter((file) => file.endsWith('.test.ts'));
    assert.deepEqual(files.map((file) => file.replaceAll('\\', '/')).sort(), [...named].sort());
  });

  test('is what SECURITY.md leads to', async () => {
    assert.match(await readFile('SECURITY.md', 'utf8'), /\]\(docs\/attacks\.md\)/u);
  });
});

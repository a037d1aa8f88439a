import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test } from 'node:test';
import { findTexts, L10N_FILE } from '../../../scripts/l10n.ts';

suite('the texts of the interface', () => {
  test('stand in the file that translations are made from: "npm run l10n" writes it', async () => {
    const bundle = JSON.parse(await readFile(L10N_FILE, 'utf8')) as Record<string, string>;
    assert.deepEqual(Object.keys(bundle).sort(), await findTexts());
  });

  test('are literals, so that they can be found', async () => {
    for (const file of await readdir('src', { recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      const source = await readFile(path.join('src', file), 'utf8');
      for (const [call] of source.matchAll(/l10n\.t\(\s*[^\s]/gu)) assert.match(call, /['"]$/u, `${file}: ${call}`);
    }
  });

  test('make no message of VS Code without them', async () => {
    for (const file of await readdir('src', { recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      const source = await readFile(path.join('src', file), 'utf8');
      assert.doesNotMatch(source, /show(?:Information|Warning|Error)Message\(\s*['"`]/u, file);
    }
  });
});

import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test } from 'node:test';
import { buildReference, REFERENCE_FILE } from '../../../scripts/reference.ts';

const DOCUMENTS = globSync(['*.md', 'docs/**/*.md', 'test/**/*.md'], { exclude: ['test/fixtures/**'] });

/** Returns the anchor that GitHub and VS Code make of a heading. */
function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

suite('documents', () => {
  test('every link to a file or a heading leads somewhere', async () => {
    assert.ok(DOCUMENTS.length > 15, String(DOCUMENTS.length));
    for (const file of DOCUMENTS) {
      const text = (await readFile(file, 'utf8')).replaceAll(/^(`{3,})[^]*?^\1/gmu, '').replaceAll(/`[^`\n]*`/gu, '');
      for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/gu)) {
        if (/^[a-z-]+:/u.test(target)) continue;
        const [place = '', anchor] = target.split('#');
        const found = place === '' ? file : path.join(path.dirname(file), place);
        assert.ok(existsSync(found), `${file}: ${target}`);
        if (anchor === undefined) continue;
        const headings = (await readFile(found, 'utf8')).matchAll(/^#+ (.+)$/gmu);
        assert.ok(
          [...headings].some(([, heading = '']) => anchorOf(heading) === anchor),
          `${file}: ${target}`,
        );
      }
    }
  });

  test('the README has 1,000 words at most, and leads to every other document', async () => {
    const readme = await readFile('README.md', 'utf8');
    const words = readme.replaceAll(/\]\([^)]*\)/gu, ']').match(/[\p{L}\p{N}][\p{L}\p{N}'’.-]*/gu)?.length ?? 0;
    assert.ok(words <= 1000, String(words));
    for (const file of globSync('docs/**/*.md')) {
      assert.ok(readme.includes(`(${file.split(path.sep).join('/')})`), file);
    }
  });

  test('the reference is what package.json contributes: "npm run reference" writes it', async () => {
    assert.equal(await readFile(REFERENCE_FILE, 'utf8'), await buildReference());
  });
});

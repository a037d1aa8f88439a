import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, suite, test } from 'node:test';
import { listFiles, PackageManager } from '@vscode/vsce';
import type { Metafile } from 'esbuild';
import { describeBundles } from '../../../scripts/build.ts';

suite('the bundles', () => {
  let metafile: Metafile;
  before(async () => {
    metafile = await describeBundles();
  });

  function packagesIn(bundle: string): string[] {
    const inputs = Object.keys(metafile.outputs[`dist/${bundle}.cjs`]?.inputs ?? {});
    const names = inputs.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/u.exec(input)?.[1] ?? []);
    return [...new Set(names)].sort();
  }

  test('the main bundle holds no package, and the core none that is heavy', () => {
    assert.deepEqual(packagesIn('extension'), []);
    assert.deepEqual(packagesIn('core'), ['vscode-uri']);
    const inputs = Object.keys(metafile.outputs['dist/core.cjs']?.inputs ?? {});
    const heavy = inputs.filter((input) =>
      /src\/(?:sample|storage)\/|defender\/(?:client|http)\.ts|evidence\/decode\.ts/u.test(input),
    );
    assert.deepEqual(
      heavy.filter((input) => !/sample\/(?:identifiers|random)\.ts$/u.test(input)),
      [],
    );
  });

  // That the others wait until they are needed is shown in the extension host: test/vscode/1-activation.test.ts.
  test('the main bundle names vscode and the core; the core names the other bundles, and what starts the worker', () => {
    const imports = metafile.outputs['dist/extension.cjs']?.imports ?? [];
    const names = [...new Set(imports.map(({ path }) => path))].sort();
    assert.deepEqual(names, ['./core.cjs', 'vscode']);
    const later = [...new Set(metafile.outputs['dist/core.cjs']?.imports.map(({ path }) => path))].sort();
    assert.deepEqual(later, ['./net.cjs', './sample.cjs', 'node:path', 'node:worker_threads', 'vscode']);
  });

  test('HTTP and the checks on answers stand in a bundle of their own', () => {
    assert.ok(packagesIn('net').includes('axios'));
    assert.ok(packagesIn('net').includes('valibot'));
    assert.deepEqual(packagesIn('sample'), []);
  });
});

suite('the package', () => {
  test('holds these files and no other', async () => {
    const files = await listFiles({ packageManager: PackageManager.None });
    const bundles = ['core', 'extension', 'net', 'sample', 'worker'].map((name) => `dist/${name}.cjs`);
    const media = [
      'activity-bar.svg',
      'errors-dark.svg',
      'errors-light.svg',
      'icon.png',
      'output-dark.svg',
      'output-light.svg',
    ];
    const texts = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'THIRD_PARTY_NOTICES.md'];
    const expected = [
      ...bundles,
      ...media.map((file) => `media/${file}`),
      ...texts,
      'l10n/bundle.l10n.json',
      'package.json',
      'package.nls.json',
    ];
    const shipped = files.filter((file) => !file.startsWith('media/readme-')).sort();
    assert.deepEqual(shipped, expected.sort());
  });

  test('names the licences of everything that is bundled', async () => {
    const notices = await readFile('THIRD_PARTY_NOTICES.md', 'utf8');
    for (const name of ['axios', 'valibot', 'vscode-uri']) assert.match(notices, new RegExp(`^## ${name} `, 'mu'));
    assert.doesNotMatch(notices, /ships no licence text/u);
  });
});

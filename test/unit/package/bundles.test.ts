import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, suite, test } from 'node:test';
import { listFiles, PackageManager } from '@vscode/vsce';
import { describeBundles } from '../../../scripts/build.ts';
import type { Built } from '../../../scripts/build.ts';
import { drawPictures } from '../../../scripts/pictures.ts';

const CONNECTION_STRING =
  'InstrumentationKey=5a1e0f5c-6f0e-4d5b-9a53-0d3f6c9f3c11;IngestionEndpoint=https://in.example/';

/** Bundles that the package holds, besides the page of a table. */
const BUNDLES = [
  'analysis',
  'case',
  'core',
  'extension',
  'identity',
  'net',
  'notes',
  'pack',
  'parquet',
  'sample',
  'shared',
  'unpack',
  'worker',
];

suite('the bundles', () => {
  let built: Built;
  let reporting: Built;
  before(async () => {
    built = await describeBundles();
    reporting = await describeBundles(CONNECTION_STRING);
  });

  /** Files in a bundle, with those in the bundle that it shares with another. */
  function inputsOf(bundle: string, { metafile } = built): string[] {
    const output = metafile.outputs[`dist/${bundle}.cjs`] ?? metafile.outputs[`dist/${bundle}.js`];
    const shares = output?.imports.some(({ path }) => path === 'dist/shared.cjs') ?? false;
    return [...Object.keys(output?.inputs ?? {}), ...(shares ? inputsOf('shared', { metafile } as Built) : [])];
  }

  function packagesIn(bundle: string, from = built): string[] {
    const inputs = inputsOf(bundle, from);
    const names = inputs.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/u.exec(input)?.[1] ?? []);
    return [...new Set(names)].sort();
  }

  function importsOf(bundle: string, { metafile } = built): string[] {
    const imports = metafile.outputs[`dist/${bundle}.cjs`]?.imports ?? [];
    return [...new Set(imports.map(({ path }) => path))].sort();
  }

  test('the main bundle holds no package, and the core none that is heavy', () => {
    assert.deepEqual(packagesIn('extension'), []);
    assert.deepEqual(packagesIn('core'), ['vscode-uri']);
    const heavy = inputsOf('core').filter((input) =>
      /src\/(?:sample|storage)\/|defender\/(?:client|http)\.ts|evidence\/decode\/decode\.ts/u.test(input),
    );
    assert.deepEqual(
      heavy.filter((input) => !/sample\/base\/(?:identifiers|random)\.ts$/u.test(input)),
      [],
    );
  });

  // test/vscode/1-activation.test.ts shows, in the extension host, that the other bundles load only when they are
  // needed.
  test('the main bundle names vscode and the core; the core names the other bundles, what starts others, and what writes files', () => {
    assert.deepEqual(importsOf('extension'), ['./core.cjs', 'vscode']);
    const builtIn = [
      'node:child_process',
      'node:crypto',
      'node:fs',
      'node:fs/promises',
      'node:os',
      'node:path',
      // A large result goes into a pack in pieces.
      'node:stream',
      // A collected file is hashed by its contents without being unpacked.
      'node:stream/promises',
      'node:worker_threads',
      'node:zlib',
    ];
    assert.deepEqual(importsOf('core'), [
      './case.cjs',
      './identity.cjs',
      './net.cjs',
      './notes.cjs',
      './pack.cjs',
      './parquet.cjs',
      './sample.cjs',
      './unpack.cjs',
      ...builtIn,
      'vscode',
    ]);
  });

  test('HTTP and the checks on answers stand in a bundle of their own', () => {
    assert.ok(packagesIn('net').includes('axios'));
    assert.ok(packagesIn('net').includes('valibot'));
    assert.deepEqual(packagesIn('sample'), []);
  });

  test('msal stands in a bundle of its own, and what reaches the API is not in it', () => {
    for (const name of ['@azure/msal-node', '@azure/msal-common']) {
      assert.ok(packagesIn('identity').includes(name));
      for (const other of ['analysis', 'extension', 'core', 'net', 'worker'])
        assert.ok(!packagesIn(other).includes(name));
    }
    assert.ok(!packagesIn('identity').includes('axios'));
  });

  test('the thread for analysis holds evidence and what writes it: no store, no network, no VS Code', () => {
    assert.deepEqual(packagesIn('analysis'), packagesIn('notes'));
    // The endings of domains are loaded with these bundles only.
    for (const name of ['analysis', 'notes']) assert.ok(packagesIn(name).includes('tlds'));
    assert.deepEqual(importsOf('analysis'), [
      'dist/shared.cjs',
      'node:crypto',
      'node:util',
      'node:v8',
      'node:worker_threads',
      'node:zlib',
    ]);
    // Its only database is in memory.
    assert.equal(/DatabaseSync\((?!['"`]:memory:)/u.exec(built.texts['analysis'] ?? '')?.[0], undefined);
    assert.deepEqual(
      inputsOf('analysis').filter(
        (input) => !/^(?:(?:src\/(?:base|evidence|model|analysis)|node_modules)\/|unused:)/u.test(input),
      ),
      [],
    );
  });

  test('what writes Markdown stands in a bundle of its own and in the thread, and knows no VS Code', () => {
    for (const name of ['mdast-util-to-markdown', 'mdast-util-gfm-table']) {
      assert.ok(packagesIn('notes').includes(name), name);
      for (const other of ['extension', 'core', 'net', 'identity', 'sample', 'worker'])
        assert.ok(!packagesIn(other).includes(name), `${name} in ${other}`);
    }
    assert.deepEqual(importsOf('notes'), ['dist/shared.cjs']);
    assert.deepEqual(importsOf('shared'), ['node:crypto']);
    const both = Object.keys(built.metafile.outputs['dist/notes.cjs']?.inputs ?? {});
    const again = built.metafile.outputs['dist/analysis.cjs']?.inputs ?? {};
    assert.deepEqual(
      both.filter((input) => input in again),
      [],
      'what both hold stands once',
    );
  });

  test('the page of a table holds the grid and pure functions: no Node.js, no VS Code, no network', () => {
    assert.deepEqual(packagesIn('tablePage'), ['regular-table']);
    const output = built.metafile.outputs['dist/tablePage.js'];
    assert.ok(output);
    assert.deepEqual(output.imports, []);
    const inputs = Object.keys(output.inputs);
    assert.deepEqual(
      inputs.filter(
        (input) =>
          !/^(?:(?:src\/(?:evidence|analysis\/tables|tablePage)|node_modules\/regular-table)\/|src\/base\/atIndex\.ts$)/u.test(
            input,
          ),
      ),
      [],
    );
    // Methods of the grid may have such a name; a function of the browser stands alone.
    const reaches = /(?<![.\w])(?:fetch|eval|import)\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|new Function/u;
    assert.equal(reaches.exec(built.texts['tablePage'] ?? 'import(')?.[0], undefined);
  });

  test('a build that is given nowhere to send to holds nothing that sends telemetry', () => {
    const inputs = Object.keys(built.metafile.inputs);
    assert.deepEqual(
      inputs.filter((input) => /telemetryReporter|extension-telemetry|@microsoft\//u.test(input)),
      [],
    );
    assert.deepEqual(Object.keys(built.texts).sort(), [...BUNDLES, 'tablePage'].sort());
    for (const [bundle, text] of Object.entries(built.texts)) {
      assert.doesNotMatch(text, /InstrumentationKey|IngestionEndpoint|applicationinsights|telemetry\.cjs/iu, bundle);
    }
  });

  test('a build with a connection string holds its library in a bundle of its own, and the others as they were', () => {
    assert.deepEqual(importsOf('core', reporting), [...importsOf('core'), './telemetry.cjs'].sort());
    const packages = packagesIn('telemetry', reporting);
    assert.ok(
      packages.includes('@vscode/extension-telemetry') && packages.includes('@microsoft/applicationinsights-web-basic'),
    );
    for (const bundle of ['analysis', 'extension', 'core', 'net', 'notes', 'sample', 'worker']) {
      assert.deepEqual(inputsOf(bundle, reporting), inputsOf(bundle, built), bundle);
      assert.equal(reporting.texts[bundle]?.includes(CONNECTION_STRING), bundle === 'core', bundle);
    }
  });
});

suite('the package', () => {
  test('holds these files and no other', async () => {
    const files = await listFiles({ packageManager: PackageManager.None });
    const bundles = BUNDLES.map((name) => `dist/${name}.cjs`);
    const media = [
      'activity-bar.svg',
      'errors-dark.svg',
      'errors-light.svg',
      'icon.png',
      'output-dark.svg',
      'output-light.svg',
      'table.css',
      ...[...drawPictures().keys()].map((file) => file.replace('media/', '')),
    ];
    const texts = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'THIRD_PARTY_NOTICES.md'];
    const expected = [
      ...bundles,
      'dist/tablePage.js',
      ...media.map((file) => `media/${file}`),
      ...texts,
      'l10n/bundle.l10n.tr.json',
      'package.json',
      'package.nls.json',
      'package.nls.tr.json',
      'syntaxes/csv.tmLanguage.json',
      'syntaxes/json.language.json',
      'syntaxes/json.tmLanguage.json',
      'telemetry.json',
    ];
    const shipped = files.filter((file) => !file.startsWith('media/readme-')).sort();
    assert.deepEqual(shipped, expected.sort());
  });

  test('names the licences of everything that is bundled', async () => {
    const notices = await readFile('THIRD_PARTY_NOTICES.md', 'utf8');
    for (const name of ['@azure/msal-node', 'axios', 'mdast-util-to-markdown', 'valibot', 'vscode-uri'])
      assert.match(notices, new RegExp(`^## ${name} `, 'mu'));
    assert.doesNotMatch(notices, /ships no licence text/u);
  });
});

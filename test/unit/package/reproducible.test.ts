import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { givenConnectionString } from '../../../scripts/build.ts';
import { repackZip } from '../../../scripts/vsixBytes.ts';

const SHIPPED = ['src', 'scripts', 'media', 'l10n', 'syntaxes', 'tools'] as const;
const FILES = [
  ...['package.json', 'package-lock.json', 'package.nls.json', 'package.nls.tr.json', 'telemetry.json'],
  ...['tsconfig.json', '.vscodeignore', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE'],
];

interface Built {
  readonly vsix: Buffer;
  readonly sbom: string;
  readonly sums: string;
}

suite('two builds of the same commit', () => {
  let folder: string;
  let builds: readonly Built[];
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'reproducible-'));
    // A whole run of the suite has packaged this checkout. Its package is then the one of the two.
    const packaged = process.env['LIVE_RESPONSE_VSIX'];
    builds = [
      packaged === undefined || givenConnectionString() !== ''
        ? await build('one', 'UTC', '022', new Date('2026-01-01T00:00:00Z'))
        : await read(path.dirname(packaged)),
      await build('another place', 'Pacific/Kiritimati', '077', new Date('2031-07-08T09:10:11Z')),
    ];
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Builds a copy of the sources in a folder, time zone, time and with rights of its own. */
  async function build(name: string, zone: string, umask: string, changed: Date): Promise<Built> {
    const root = path.join(folder, name);
    await mkdir(root);
    for (const part of SHIPPED) await cp(part, path.join(root, part), { recursive: true });
    for (const file of FILES) await cp(file, path.join(root, file));
    await utimes(path.join(root, 'package.json'), changed, changed);
    await symlink(path.resolve('node_modules'), path.join(root, 'node_modules'), 'junction');
    const script = `umask ${umask} && exec "$0" --disable-warning=ExperimentalWarning scripts/package.ts`;
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script, process.execPath], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, TZ: zone, LC_ALL: zone === 'UTC' ? 'C' : 'tr_TR.UTF-8', LIVE_RESPONSE_TELEMETRY: '' },
    });
    assert.equal(status, 0, stdout + stderr);
    return read(path.join(root, 'dist'));
  }

  async function read(dist: string): Promise<Built> {
    return {
      vsix: await readFile(path.join(dist, 'live-response-results.vsix')),
      sbom: await readFile(path.join(dist, 'live-response-results.cdx.json'), 'utf8'),
      sums: await readFile(path.join(dist, 'SHA256SUMS'), 'utf8'),
    };
  }

  test('are the same bytes, at two places, times, time zones and rights', () => {
    const [one, other] = builds;
    assert.ok(one !== undefined && other !== undefined);
    assert.ok(one.vsix.equals(other.vsix));
    assert.equal(one.sbom, other.sbom);
    assert.equal(one.sums, other.sums);
  });

  test('the sums name the package, the bill of materials and the verifiers as they are', async () => {
    const [one] = builds;
    assert.ok(one !== undefined);
    const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
    assert.deepEqual(one.sums.trimEnd().split('\n'), [
      `${sha256(one.vsix)}  live-response-results.vsix`,
      `${sha256(one.sbom)}  live-response-results.cdx.json`,
      `${sha256(await readFile('tools/verify.py'))}  verify.py`,
      `${sha256(await readFile('tools/verify_record.py'))}  verify_record.py`,
      `${sha256(await readFile('tools/record_format.py'))}  record_format.py`,
    ]);
  });

  test('the bill of materials lists the bundled packages and no other, each as the lock file has it', async () => {
    const { components, metadata } = JSON.parse(builds[0]?.sbom ?? '{}') as {
      readonly metadata: { readonly component: { readonly name: string } };
      readonly components: readonly {
        readonly name: string;
        readonly version: string;
        readonly purl: string;
        readonly hashes: readonly { readonly alg: string; readonly content: string }[];
      }[];
    };
    assert.equal(metadata.component.name, 'live-response-results');
    const notices = await readFile('THIRD_PARTY_NOTICES.md', 'utf8');
    const named = [...notices.matchAll(/^## (\S+) (\S+) \(/gmu)].map(([, name, version]) => `${name} ${version}`);
    assert.deepEqual(components.map(({ name, version }) => `${name} ${version}`).sort(), named.sort());
    for (const { purl, hashes } of components) {
      assert.match(purl, /^pkg:npm\/(?:%40[\w-]+\/)?[\w.-]+@\d/u);
      assert.ok(hashes.every(({ alg, content }) => alg === 'SHA-512' && /^[\da-f]{128}$/u.test(content)));
    }
    for (const left of ['follow-redirects', 'semver', 'https-proxy-agent', 'form-data'])
      assert.ok(!components.some(({ name }) => name === left), left);
  });

  test(
    'the package is a zip that others read',
    { skip: spawnSync('python3', ['--version']).status !== 0 },
    async () => {
      const file = path.join(folder, 'check.zip');
      await writeFile(file, builds[0]?.vsix ?? '');
      const { status, stdout } = spawnSync('python3', ['-m', 'zipfile', '-t', file], { encoding: 'utf8' });
      assert.deepEqual([status, stdout.trim()], [0, 'Done testing']);
    },
  );

  test('what is no zip is refused, and so is one that is damaged', async () => {
    for (const text of ['', 'no zip', 'x'.repeat(100)]) await assert.rejects(repackZip(Buffer.from(text)), /no zip/u);
    const damaged = Buffer.from(builds[0]?.vsix ?? '');
    damaged.writeUInt32LE(0, 14);
    damaged.fill(0, 40, 400);
    await assert.rejects(repackZip(damaged));
  });
});

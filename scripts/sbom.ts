import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Metafile } from 'esbuild';
import { packageFolders } from './notices.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
}

/**
 * Returns the software bill of materials of the bundles as CycloneDX 1.6: the packages that are really in them, by the
 * bundler's own record, each with the hash that the lock file promises. It has no time and no serial number, so that two
 * builds of the same commit give the same text.
 *
 * @throws Error if a bundled package is not the one in the lock file
 */
export async function buildSbom(metafile: Metafile): Promise<string> {
  const own = await readJson<Manifest>('package.json');
  const lock = await readJson<Lock>('package-lock.json');
  const folders = packageFolders(metafile);
  const components = await Promise.all(folders.map((folder) => componentOf(folder, lock)));
  const rootRef = purlOf(own);
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: { type: 'application', 'bom-ref': rootRef, ...described(own), purl: rootRef },
    },
    components,
    dependencies: [{ ref: rootRef, dependsOn: components.map((component) => component['bom-ref']) }],
  };
  return `${JSON.stringify(bom, undefined, 2)}\n`;
}

async function componentOf(folder: string, lock: Lock): Promise<{ readonly 'bom-ref': string }> {
  const manifest = await readJson<Manifest>(path.join(folder, 'package.json'));
  // The folder may be a link to another one.
  const key = folder.slice(folder.indexOf('node_modules/'));
  const locked = lock.packages[key];
  if (locked?.version !== manifest.version || locked.integrity === undefined)
    throw new Error(`${folder} is ${manifest.version}, and the lock file has ${locked?.version ?? 'no such package'}.`);
  const purl = purlOf(manifest);
  const [, base64 = ''] = /^sha512-(.+)$/u.exec(locked.integrity) ?? [];
  return {
    ...{ type: 'library', 'bom-ref': `${purl}#${key}`, ...described(manifest), purl },
    ...{ hashes: [{ alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') }] },
  };
}

function described({ name, version, license }: Manifest): object {
  return { name, version, ...(license === undefined ? {} : { licenses: [{ license: { id: license } }] }) };
}

/** Returns the address of a package in the form that scanners use. */
function purlOf({ name, version }: Manifest): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

async function readJson<Content>(file: string): Promise<Content> {
  return JSON.parse(await readFile(file, 'utf8')) as Content;
}

import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Metafile } from 'esbuild';

const FILE = 'THIRD_PARTY_NOTICES.md';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** Writes the licenses of all packages inside the bundles. The list comes from the bundler's own record. */
export async function writeNotices(metafile: Metafile): Promise<void> {
  const sections = await Promise.all(packageFolders(metafile).map(describe));
  await writeFile(
    FILE,
    ['# Third-party notices', '', 'The bundles of this extension contain the packages below.', '', ...sections].join(
      '\n',
    ),
  );
}

/** Returns the folders of all packages that are in the bundles, sorted. */
export function packageFolders(metafile: Metafile): readonly string[] {
  const bundled = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? input : [])),
  );
  return [...new Set(bundled.flatMap((input) => packageFolder(input) ?? []))].sort();
}

/** `node_modules/axios/lib/x.js` → `node_modules/axios` */
function packageFolder(input: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(input)?.[0];
}

async function describe(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as Manifest;
  const files = await readdir(folder);
  const license = files.find((file) => /^licen[cs]e/iu.test(file));
  const readme = files.find((file) => /^readme/iu.test(file));
  const text = license === undefined ? licenseSection(await readText(folder, readme)) : await readText(folder, license);
  const heading = `## ${manifest.name} ${manifest.version} (${manifest.license ?? 'see below'})`;
  return [
    heading,
    '',
    '```text',
    text.trim() === '' ? '(the package ships no licence text)' : text.trim(),
    '```',
    '',
  ].join('\n');
}

async function readText(folder: string, file: string | undefined): Promise<string> {
  return file === undefined ? '' : readFile(path.join(folder, file), 'utf8');
}

/** Returns the license at the end of a README. Some packages have it only there. */
function licenseSection(readme: string): string {
  const start = /^(?:#+ *)?licen[cs]e\b.*$/imu.exec(readme)?.index;
  return start === undefined ? '' : readme.slice(start);
}

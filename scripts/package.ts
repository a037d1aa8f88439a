import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { buildBundles, DIST, givenConnectionString } from './build.ts';
import { writeNotices } from './notices.ts';

export const VSIX = path.join(DIST, 'live-response-results.vsix');

/** Builds the extension as it ships, with the notices of its bundled packages, and packs it. */
export async function packageExtension(): Promise<string> {
  await rm(DIST, { recursive: true, force: true });
  await mkdir(DIST, { recursive: true });
  const metafile = await buildBundles({ production: true, connectionString: givenConnectionString() });
  await writeNotices(metafile);
  // Everything is bundled, so no node_modules; the repository is named in package.json for relative links.
  await createVSIX({ packagePath: VSIX, dependencies: false });
  return path.resolve(VSIX);
}

if (import.meta.main) {
  const file = await packageExtension();
  console.log(`Packed ${path.relative(process.cwd(), file)}`);
}

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { minify } from 'terser';

/** Bundles that are libraries for the most part. In our own code a second minifier finds little, and takes long. */
const LIBRARIES = ['identity', 'net'] as const;

/**
 * Minifies the bundles of libraries again: msal and axios hold what only a minifier that follows values finds unused. The
 * same bundles give the same bytes.
 *
 * @param folder - folder of the bundles
 */
export async function minifyLibraries(folder: string): Promise<void> {
  await Promise.all(
    LIBRARIES.map(async (name) => {
      const file = path.join(folder, `${name}.cjs`);
      const { code } = await minify(await readFile(file, 'utf8'), {
        ecma: 2020,
        toplevel: true,
        format: { comments: false },
      });
      if (code === undefined) throw new Error(`${file} could not be minified`);
      await writeFile(file, code);
    }),
  );
}

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { transform } from 'esbuild';
import type { OutputFile, Plugin } from 'esbuild';

/**
 * Lets two bundles share what both hold, as a third bundle beside them.
 *
 * esbuild splits bundles only as ES modules, and an extension is loaded as CommonJS. Each output is therefore turned into
 * CommonJS when it is complete.
 *
 * @param isWritten - whether the outputs are files; otherwise the build only returns them
 */
export function sharedBundle(isWritten: boolean): Plugin {
  return {
    name: 'shared-bundle',
    setup: (setup) => {
      const { minify = false, target, sourcemap } = setup.initialOptions;
      const toCommonJs = async (file: OutputFile): Promise<void> => {
        const { code } = await transform(file.text, {
          format: 'cjs',
          platform: 'node',
          legalComments: 'none',
          minify,
          ...(target === undefined ? {} : { target }),
          ...(sourcemap === undefined ? {} : { sourcemap }),
        });
        file.contents = Buffer.from(code);
        if (!isWritten) return;
        await mkdir(dirname(file.path), { recursive: true });
        await writeFile(file.path, code);
      };
      setup.onEnd(async ({ outputFiles = [] }) => {
        await Promise.all(outputFiles.map(toCommonJs));
      });
    },
  };
}

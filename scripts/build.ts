import { build, context } from 'esbuild';
import type { BuildOptions, Metafile, Plugin } from 'esbuild';

/** What each bundle is made from. All but the first are loaded when they are first needed. */
const BUNDLES = {
  extension: 'src/extension.ts',
  core: 'src/core.ts',
  net: 'src/defender/tenantClient.ts',
  sample: 'src/sample/sampleTransport.ts',
  worker: 'src/results/worker/main.ts',
} as const;

export type BundleName = keyof typeof BUNDLES;

/** Where the bundles end up. */
export const DIST = 'dist';

/** src/lazy.ts says import() of a source file; the bundle must say require() of the file beside it. */
const lazyBundles: Plugin = {
  name: 'lazy-bundles',
  setup: (setup) => {
    setup.onResolve({ filter: /^\.\.?\// }, ({ kind, path }) => {
      if (kind !== 'dynamic-import') return undefined;
      const bundle = Object.entries(BUNDLES).find(([, entry]) => entry === path.replace(/^\.\//u, 'src/'));
      if (bundle === undefined) return { errors: [{ text: `import('${path}') has no bundle of its own` }] };
      return { path: `./${bundle[0]}.cjs`, external: true };
    });
  },
};

/** axios asks for it at load, and only multipart uploads use it: we send none. */
const noFormData: Plugin = {
  name: 'no-form-data',
  setup: (setup) => {
    setup.onResolve({ filter: /^form-data$/ }, () => ({ path: 'form-data', namespace: 'absent' }));
    setup.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = class FormData {};' }));
  },
};

function optionsFor(production: boolean): BuildOptions & { metafile: true } {
  return {
    entryPoints: { ...BUNDLES },
    outdir: DIST,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    // The extension host of the oldest VS Code that is supported.
    target: 'node22',
    mainFields: ['module', 'main'],
    external: ['vscode'],
    supported: { 'dynamic-import': false },
    plugins: [lazyBundles, noFormData],
    minify: production,
    keepNames: production,
    sourcemap: production ? false : 'linked',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  };
}

/** Builds all bundles; answers what went into each. */
export async function buildBundles(production: boolean): Promise<Metafile> {
  return (await build(optionsFor(production))).metafile;
}

/** What would go into each bundle, without writing any. */
export async function describeBundles(): Promise<Metafile> {
  return (await build({ ...optionsFor(true), write: false })).metafile;
}

/** Builds again at every change, until the process ends. */
export async function watchBundles(): Promise<void> {
  const watching = await context({ ...optionsFor(false), logLevel: 'info' });
  await watching.watch();
}

import { basename } from 'node:path';
import { build, context } from 'esbuild';
import type { BuildOptions, Metafile, Plugin } from 'esbuild';

/** What each bundle is made from. All but the first are loaded when they are first needed. */
const BUNDLES = {
  extension: 'src/extension.ts',
  core: 'src/core.ts',
  net: 'src/defender/tenantClient.ts',
  identity: 'src/identity/msal/createMsalTokens.ts',
  notes: 'src/notes/noteTexts.ts',
  sample: 'src/sample/api/sampleTransport.ts',
  worker: 'src/worker/main.ts',
  analysis: 'src/analysis/main.ts',
  // Only in a build that is given where to send to.
  telemetry: 'src/platform/telemetryReporter.ts',
} as const;

export type BundleName = keyof typeof BUNDLES;

/** Where the bundles end up. */
export const DIST = 'dist';

export interface BundleOptions {
  readonly production: boolean;
  /** Application Insights: where telemetry goes. Empty builds an extension that holds nothing that could send any. */
  readonly connectionString: string;
  /** {@link DIST} by default. */
  readonly outdir?: string;
}

/** What the environment asks for: a connection string in LIVE_RESPONSE_TELEMETRY, which no normal build has. */
export function givenConnectionString(): string {
  return process.env['LIVE_RESPONSE_TELEMETRY'] ?? '';
}

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

type OurOptions = BuildOptions & { readonly metafile: true };

/** One build, and one more for telemetry where there is somewhere to send to. */
function optionsFor({ production, connectionString, outdir = DIST }: BundleOptions): readonly OurOptions[] {
  const { telemetry, ...always } = BUNDLES;
  const common: OurOptions = {
    entryPoints: always,
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    // The extension host of the oldest VS Code that is supported.
    target: 'node22',
    mainFields: ['module', 'main'],
    external: ['vscode'],
    supported: { 'dynamic-import': false },
    define: { TELEMETRY_CONNECTION_STRING: JSON.stringify(connectionString) },
    plugins: [lazyBundles, noFormData],
    minify: production,
    keepNames: production,
    sourcemap: production ? false : 'linked',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  };
  // Its library makes the names of some functions read-only, and throws at load where esbuild wants to keep them.
  return connectionString === '' ? [common] : [common, { ...common, entryPoints: { telemetry }, keepNames: false }];
}

/** What was built: what went into each bundle and, where it was not written, its text. */
export interface Built {
  readonly metafile: Metafile;
  readonly texts: Readonly<Record<string, string>>;
}

async function buildAll(options: readonly OurOptions[]): Promise<Built> {
  const results = await Promise.all(options.map((one) => build(one)));
  const files = results.flatMap(({ outputFiles }) => outputFiles ?? []);
  return {
    metafile: {
      inputs: Object.assign({}, ...results.map(({ metafile }) => metafile.inputs)) as Metafile['inputs'],
      outputs: Object.assign({}, ...results.map(({ metafile }) => metafile.outputs)) as Metafile['outputs'],
    },
    texts: Object.fromEntries(files.map(({ path, text }) => [basename(path, '.cjs'), text])),
  };
}

/** Builds all bundles; answers what went into each. */
export async function buildBundles(options: BundleOptions): Promise<Metafile> {
  return (await buildAll(optionsFor(options))).metafile;
}

/** What would go into each bundle as it ships, without writing any. */
export async function describeBundles(connectionString = ''): Promise<Built> {
  return buildAll(optionsFor({ production: true, connectionString }).map((options) => ({ ...options, write: false })));
}

/** Builds again at every change, until the process ends. */
export async function watchBundles(): Promise<void> {
  for (const options of optionsFor({ production: false, connectionString: givenConnectionString() })) {
    const watching = await context({ ...options, logLevel: 'info' });
    await watching.watch();
  }
}

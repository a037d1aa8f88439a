import { basename, join } from 'node:path';
import { build, context } from 'esbuild';
import type { BuildOptions, Metafile, Plugin } from 'esbuild';
import { minifyLibraries } from './minifyLibraries.ts';
import { sharedBundle } from './sharedBundle.ts';

/** Entry point of each bundle. All but the first are loaded when they are first needed. */
const BUNDLES = {
  extension: 'src/extension.ts',
  core: 'src/core.ts',
  net: 'src/defender/tenantClient.ts',
  identity: 'src/identity/msal/createMsalTokens.ts',
  sample: 'src/sample/api/sampleTransport.ts',
  parquet: 'src/runs/parquetFile.ts',
  pack: 'src/runs/pack/packWriter.ts',
  unpack: 'src/runs/pack/read/openPack.ts',
  case: 'src/case/caseTools.ts',
  worker: 'src/worker/main.ts',
  // Only in a build with a connection string.
  telemetry: 'src/platform/telemetryReporter.ts',
} as const;

/**
 * Bundles that read indicators and write Markdown: for a person who waits, and in the thread for what devices wrote. What
 * both hold is the bundle "shared".
 */
const SHARING = {
  notes: 'src/notes/noteTexts.ts',
  analysis: 'src/analysis/main.ts',
} as const;

export type BundleName = keyof typeof BUNDLES | keyof typeof SHARING | keyof typeof PAGE | 'shared';

/** Script of the table's page. It runs in a webview, so that it is built for a browser. */
const PAGE = { tablePage: 'src/tablePage/main.ts' } as const;

/** Folder of the bundles. */
export const DIST = 'dist';

export interface BundleOptions {
  readonly production: boolean;
  /**
   * Connection string of Application Insights, which receives telemetry. Empty: the extension contains no code that
   * sends any.
   */
  readonly connectionString: string;
  /** {@link DIST} by default. */
  readonly outdir?: string;
}

/** Returns the connection string in LIVE_RESPONSE_TELEMETRY. No normal build has one. */
export function givenConnectionString(): string {
  return process.env['LIVE_RESPONSE_TELEMETRY'] ?? '';
}

/** Turns each import() of a source file in src/lazy.ts into a require() of the bundle beside it. */
const lazyBundles: Plugin = {
  name: 'lazy-bundles',
  setup: (setup) => {
    setup.onResolve({ filter: /^\.\.?\// }, ({ kind, path }) => {
      if (kind !== 'dynamic-import') return undefined;
      const bundle = Object.entries({ ...BUNDLES, ...SHARING }).find(
        ([, entry]) => entry === path.replace(/^\.\//u, 'src/'),
      );
      if (bundle === undefined) return { errors: [{ text: `import('${path}') has no bundle of its own` }] };
      return { path: `./${bundle[0]}.cjs`, external: true };
    });
  },
};

/**
 * Packages that our bundles name and never use, with what stands in their place.
 *
 * - form-data: axios requires it at load. Only multipart uploads use it, and the extension sends none.
 * - decode-named-character-reference: the Markdown writer decodes the identifiers of reference links with it. We write
 *   no reference links, and its table of 2,000 names would be in two bundles.
 * - semver: jsonwebtoken asks it only whether Node is newer than 16.9, which holds in every supported VS Code.
 * - follow-redirects: axios uses it only for requests that may be redirected. No request of ours may (`COMMON` in
 *   defender/http.ts), and without it none can be.
 * - https-proxy-agent: axios uses it only for proxies of its own, which `COMMON` turns off. VS Code does the proxies.
 * - ./fetch.js and ./xhr.js: adapters of axios for browsers. `COMMON` names the one for Node.
 */
const UNUSED: Readonly<Record<string, string>> = {
  'form-data': 'module.exports = class FormData {};',
  'decode-named-character-reference': 'export const decodeNamedCharacterReference = () => false;',
  semver: 'module.exports = { satisfies: () => true };',
  'https-proxy-agent': 'module.exports = class HttpsProxyAgent {};',
  './fetch.js': 'export const getFetch = () => null;',
  './xhr.js': 'export default null;',
  'follow-redirects': "module.exports = { http: require('node:http'), https: require('node:https') };",
};

/** File that chooses among the adapters of axios. */
const AXIOS_ADAPTERS = join('axios', 'lib', 'adapters', 'adapters.js');

const withoutUnused: Plugin = {
  name: 'without-unused',
  setup: (setup) => {
    setup.onResolve({ filter: /^[a-z-]+$/ }, ({ path }) =>
      path in UNUSED ? { path, namespace: 'unused' } : undefined,
    );
    setup.onResolve({ filter: /^\.\/(?:fetch|xhr)\.js$/ }, ({ path, importer }) =>
      importer.endsWith(AXIOS_ADAPTERS) ? { path, namespace: 'unused' } : undefined,
    );
    setup.onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({ contents: UNUSED[path] ?? '' }));
  },
};

type OurOptions = BuildOptions & { readonly metafile: true };

/** Returns the options of the build. The bundle for telemetry is only made where there is a connection string. */
function optionsFor({ production, connectionString, outdir = DIST }: BundleOptions): OurOptions {
  const { telemetry, ...always } = BUNDLES;
  return {
    entryPoints: connectionString === '' ? always : { ...always, telemetry },
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    // Node of the extension host in the oldest supported VS Code.
    target: 'node22',
    mainFields: ['module', 'main'],
    external: ['vscode'],
    supported: { 'dynamic-import': false },
    define: { TELEMETRY_CONNECTION_STRING: JSON.stringify(connectionString) },
    plugins: [lazyBundles, withoutUnused],
    minify: production,
    sourcemap: production ? false : 'linked',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  };
}

/** Returns the options of the build of the bundles that share a part. */
function sharingOptions(options: BundleOptions, isWritten: boolean): OurOptions {
  const common = optionsFor(options);
  return {
    ...common,
    entryPoints: SHARING,
    format: 'esm',
    splitting: true,
    // Without its hash the name is taken once: a second shared part would be an error.
    chunkNames: 'shared',
    sourcemap: options.production ? false : 'inline',
    write: false,
    plugins: [...(common.plugins ?? []), sharedBundle(isWritten)],
  };
}

/** The result of a build: the contents of each bundle and, where nothing was written, its text. */
export interface Built {
  readonly metafile: Metafile;
  readonly texts: Readonly<Record<string, string>>;
}

/** Returns the options of the build of the table's page. */
function pageOptions({ production, outdir = DIST }: BundleOptions): OurOptions {
  return {
    entryPoints: PAGE,
    outdir,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    // Chromium of the oldest supported VS Code.
    target: 'chrome140',
    minify: production,
    sourcemap: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  };
}

async function buildAll(options: BundleOptions, isWritten = true): Promise<Built> {
  const all = [optionsFor(options), pageOptions(options)].map((one) => ({ ...one, write: isWritten }));
  const built = await Promise.all([...all, sharingOptions(options, isWritten)].map((one) => build(one)));
  const texts = built
    .flatMap(({ outputFiles = [] }) => outputFiles)
    .map(({ path, text }) => [basename(path).replace(/\.c?js$/u, ''), text] as const);
  return {
    metafile: {
      inputs: Object.assign({}, ...built.map(({ metafile }) => metafile.inputs)) as Metafile['inputs'],
      outputs: Object.assign({}, ...built.map(({ metafile }) => metafile.outputs)) as Metafile['outputs'],
    },
    texts: Object.fromEntries(texts),
  };
}

/** Builds all bundles and returns the contents of each. */
export async function buildBundles(options: BundleOptions): Promise<Metafile> {
  const { metafile } = await buildAll(options);
  if (options.production) await minifyLibraries(options.outdir ?? DIST);
  return metafile;
}

/** Returns the contents of each shipped bundle without writing any. */
export async function describeBundles(connectionString = ''): Promise<Built> {
  return buildAll({ production: true, connectionString }, false);
}

/** Builds again at every change, until the process ends. */
export async function watchBundles(): Promise<void> {
  const options = { production: false, connectionString: givenConnectionString() };
  for (const one of [optionsFor(options), pageOptions(options), sharingOptions(options, true)]) {
    const watching = await context({ ...one, logLevel: 'info' });
    await watching.watch();
  }
}

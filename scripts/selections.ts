import { glob } from 'node:fs/promises';

/**
 * The test files of each feature, across the folders of test/. Selection is by file name, so a new file takes part
 * through its name. `npm test` without a name runs every file once, without the tests in these selections a second
 * time.
 */
export const SELECTIONS: Readonly<Record<string, readonly string[]>> = {
  // From a result into a note, and back.
  notes: [
    'test/unit/evidence/**/*.test.ts',
    'test/unit/notes/**/*.test.ts',
    'test/unit/storage/{action,copy}Table.test.ts',
    'test/unit/defender/list/receivedActions.test.ts',
    'test/unit/package/activation.test.ts',
    'test/client/save.test.ts',
    'test/fuzz/{evidence,quotation,texts,indicators}*.test.ts',
    'test/vscode/4-*.test.ts',
    'test/ui/*-{notes,backLinks,records,indicators}*.test.ts',
  ],
  // Packs and records that others check.
  case: [
    'test/unit/{case,runs/pack}/*.test.ts',
    'test/security/{hostileZip,packs,readPack}.test.ts',
    'test/story/*Trail.test.ts',
    'test/ui/{11-run,26-case,27-marks,27-pack}.test.ts',
  ],
  // Many results: the list, runs, search, stored results, and reading them.
  reading: [
    'test/unit/{documents,results,storage,tree}/**/*.test.ts',
    'test/unit/evidence/{decode,documentText,encoding,gzip,json,outline,sampleOutputs,textFacts}*.test.ts',
    'test/client/{download,limits,open,save}*.test.ts',
    'test/fuzz/{decode,download}*.test.ts',
    'test/vscode/{2,3,5,6,7,8,9}-*.test.ts',
    'test/ui/{1-mainJob,2-sample,6-save}.test.ts',
    'test/ui/1[1-9]-*.test.ts',
  ],
};

/** Files that take half a minute or more. They begin first, so that none is left for the end of its turn. */
export const LONG: readonly string[] = [
  'test/endurance/databaseFaults.test.ts',
  'test/endurance/manyWindows.test.ts',
  'test/endurance/otherFaults.test.ts',
  'test/fuzz/evidence.fuzz.test.ts',
  'test/ui/16-windows.test.ts',
  'test/ui/17-large.test.ts',
  'test/ui/6-telemetry.test.ts',
  'test/ui/7-signIn.test.ts',
];

/** Tests that run inside the extension host. */
const IN_HOST = /^test[\\/]vscode[\\/]/u;
/** Tests that open windows. They run after all others. */
const WINDOWS = /^test[\\/]ui[\\/]/u;

export interface SelectedFiles {
  /** Tests in processes of their own, side by side. */
  readonly beside: readonly string[];
  readonly windows: readonly string[];
  readonly inHost: readonly string[];
}

/** Returns the files of these selections, each once. @throws Error when a selection has no file */
export async function filesOf(names: readonly string[]): Promise<SelectedFiles> {
  const found = new Set<string>();
  for (const name of names) {
    let count = 0;
    for await (const file of glob([...(SELECTIONS[name] ?? [])])) {
      found.add(file);
      count++;
    }
    if (count === 0) throw new Error(`"${name}" selects no test.`);
  }
  const files = [...found].sort();
  return {
    inHost: files.filter((file) => IN_HOST.test(file)),
    windows: files.filter((file) => WINDOWS.test(file)),
    beside: files.filter((file) => !IN_HOST.test(file) && !WINDOWS.test(file)),
  };
}

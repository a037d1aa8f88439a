import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

/** Files that a folder may hold: as many as a reader takes in at a glance. */
export const MAX_FILES = 20;

/** Returns the faults in the folders of a source tree: circular imports, and folders with too many files. */
export function findFaults(root: string): string[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file.endsWith('.ts'));
  const imports = new Map(files.map((file) => [file, importsOf(root, file)]));
  return [...circlesOf(imports).map((files_) => `A circle of imports: ${files_.join(' → ')}.`), ...fullFolders(files)];
}

/**
 * Returns the files that this file imports. Imports of types count as well: a reader of one file in a circle has to
 * read them all.
 */
function importsOf(root: string, file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(path.join(root, file), 'utf8'));
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => path.posix.join(path.posix.dirname(file), name));
}

/** Returns every circle once, beginning at its first file by name. */
function circlesOf(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>();
  const circles: string[][] = [];
  const walk = (file: string, way: readonly string[]): void => {
    const begun = way.indexOf(file);
    if (begun >= 0) circles.push([...way.slice(begun), file]);
    if (begun >= 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) walk(next, [...way, file]);
    done.add(file);
  };
  for (const file of [...imports.keys()].sort()) walk(file, []);
  return circles;
}

function fullFolders(files: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const file of files) {
    const folder = path.posix.dirname(file);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > MAX_FILES)
    .map(
      ([folder, count]) => `${folder}/ holds ${count} files, ${MAX_FILES} is the most: give some a room of their own.`,
    );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const faults = findFaults('src');
  for (const fault of faults) console.log(fault);
  if (faults.length > 0) process.exitCode = 1;
}

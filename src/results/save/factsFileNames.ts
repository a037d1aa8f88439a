/** Number of hex digits of the result's hash that are added to a facts file's name if the usual name is taken. */
const HASH_DIGITS = 16;

/**
 * Returns the usual name of a facts file: `output.json` → `output.json.facts.json`. It contains the complete name of
 * the result file, so that two result files never have the same facts file.
 */
export function factsNameOf(file: string): string {
  return `${file}.facts.json`;
}

/**
 * Returns the name of a facts file with a part of the result's hash. It is used if the file with the usual name belongs
 * to another result.
 */
export function hashedFactsNameOf(file: string, sha256: string): string {
  return `${file}.${sha256.slice(0, HASH_DIGITS)}.facts.json`;
}

/**
 * Finds the facts files that can belong to a result file.
 *
 * @param file - name of the result file, without its folder
 * @param names - names of the files in its folder
 * @returns names, the most likely name first. Version 0.1 wrote `output.facts.json` for both `output.json` and
 * `output.gz`
 */
export function findFactsNames(file: string, names: readonly string[]): string[] {
  const unpacked = file.replace(/\.gz$/iu, '');
  const usual = [file, unpacked].flatMap((name) => [
    factsNameOf(name),
    factsNameOf(name.replace(/\.(?:json|gz)$/iu, '')),
  ]);
  const present = new Set(names);
  const hashed = names.filter((name) => {
    const hash = name.slice(file.length + 1, -'.facts.json'.length);
    return name.startsWith(`${file}.`) && name.endsWith('.facts.json') && /^[\da-f]{16}$/u.test(hash);
  });
  return [...new Set([...usual.filter((name) => present.has(name)), ...hashed.sort()])];
}

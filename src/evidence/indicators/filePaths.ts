import { textAt } from '../../base/atIndex.ts';
import type { Offsets } from '../../base/places.ts';
import { WHITE_SPACE, withoutEnd } from '../text/trimEnds.ts';

/**
 * Maximum length of a Windows path or registry key, in UTF-16 units. A longer one is cut, because a path could begin at
 * every place, and each place is examined up to this length.
 */
const LONGEST = 512;
const DRIVE = /(?<![A-Za-z\d])[A-Za-z]:\\{1,2}(?=[^\s\\"<>|*?:/])/g;
/** A drive with slashes, as programs from other systems write it. */
const SLASHED_DRIVE =
  /(?<![A-Za-z\d])(?<![\w.]\/)(?:[A-Z]:\/|[a-z]:\/(?=[Uu]sers\/|[Ww]indows\/|[Pp]rogram|[Tt]e?mp\/))(?=[^\s\\"<>|*?:/])/g;
/** A share. It can be on a WebDAV server: `\\server@SSL@8443\DavWWWRoot`. */
const SHARE =
  /(?<![\\\w])(?:\\{2}|\\{4})([\p{L}\p{N}][\p{L}\p{M}\p{N}_.$-]*)(?:@SSL)?(?:@\d{1,5})?\\{1,2}(?=[^\s\\"<>|*?:/])/giu;
/** Prefixes of paths that Windows does not normalize: `\\?\C:\`, `\\?\UNC\server\`, `\\?\GLOBALROOT\`. */
const VERBATIM = /(?<![\\\w])\\\\[?.]\\(?:[A-Za-z]:\\|UNC\\|GLOBALROOT\\|Volume(?=\{))(?=[^\s\\"<>|*?:/])/g;
const VARIABLE = /(?<![%\w])%[A-Za-z_][\w()]{0,40}%\\{1,2}(?=[^\s\\"<>|*?:/])/g;
const VOLUME = /(?<![\w\\])\\Device\\(?:HarddiskVolume(?:ShadowCopy)?\d+|Mup)\\(?=[^\s\\"<>|*?:/])/gi;
const KEY =
  /(?<![\w\\])(?:(?:HKEY_(?:LOCAL_MACHINE|CURRENT_USER|USERS|CLASSES_ROOT|CURRENT_CONFIG)|HK(?:LM|CU|CR|CC|U)):?|\\REGISTRY\\(?:MACHINE|USER))\\{1,2}(?=[^\s\\"<>|*?:/])/gi;
const LINUX =
  /(?<![\w.~\\/)\]%-])\/(?:(?:bin|boot|dev\/shm|etc|home|lib(?:32|64)?|media|mnt|opt|private|root|run|sbin|snap|srv|tmp|usr|var)(?:\/[^\s\p{Cc}/"'<>|;,&:*?()`\\[\]{}$\u2400-\u2426]+)+|(?:Applications|Library|System|Users|Volumes)(?:\/[^\s\p{Cc}/"'<>|;,&:*?()`\\[\]{}$\u2400-\u2426]+(?: (?=(?:[\p{Lu}\d][^\s/"'<>|;:]{0,30} ){0,3}[\p{Lu}\d][^\s/"'<>|;:]{0,60}\/)[^\s\p{Cc}/"'<>|;,&:*?()`\\[\]{}$\u2400-\u2426]+)*)+)/gu;
/**
 * The rest of a file name with spaces at the end of a line. The second pattern: the rest of the name of an app's
 * program, before its arguments.
 */
const LAST_OF_MACOS = /^(?: [^\s/"'<>|;:]{1,40}){1,5}$/u;
const PROGRAM_OF_APP = /^(?: [\p{Lu}(][^\s/"'<>|;:]{0,30}){1,3}(?= -|$)/u;

/** File extensions. They end a name with spaces, or the name of a program before its arguments. */
const ENDING =
  '(?:exe|dll|sys|com|scr|cpl|ocx|drv|msi|msp|ps1|psm1|psd1|bat|cmd|vbs|vbe|jse?|wsf|hta|lnk|url|reg|txt|log|csv|xml|json|ini|inf|cfg|conf|dat|db|tmp|bak|zip|7z|rar|cab|iso|img|vhdx?|pdf|docx?|docm|xlsx?|xlsm|xlsb|pptx?|pptm|rtf|one|eml|msg|pst|ost|html?|aspx?|php|jar|py|evtx?|etl|dmp|pf|job|mof|png|jpe?g|gif|bmp|ico|bin|dmg|pkg|vmdk|ova|odt|ods|tar|gz|tgz|bz2|xz|lock(?:ed)?|enc(?:rypted)?)';
const ENDS_WITH_FILE = new RegExp(String.raw`\.${ENDING}$`, 'iu');
const FILE_AND_MORE = new RegExp(String.raw`\.${ENDING}["']?\s`, 'iu');

/** Characters that can end a sentence, but not a path. */
const ENDS = `\\.,;!'${WHITE_SPACE}`;

/** The place where a path may begin. It reaches up to the first name of the path. `server` is the server of a share. */
interface Root extends Offsets {
  readonly server?: Offsets;
}

/**
 * Finds the Windows paths of a line, in order and without overlaps. The paths begin with a drive, share, variable or
 * volume.
 */
export function findWindowsPaths(line: string): Root[] {
  const roots: Root[] = [];
  const patterns = [
    ...(line.includes('\\\\?') || line.includes('\\\\.') ? [VERBATIM] : []),
    ...(line.includes(':\\') ? [DRIVE] : []),
    ...(line.includes(':/') ? [SLASHED_DRIVE] : []),
    ...(line.includes('%\\') ? [VARIABLE] : []),
    ...(/\\device\\/iu.test(line) ? [VOLUME] : []),
  ];
  for (const pattern of patterns) {
    for (const { index, 0: root } of line.matchAll(pattern)) roots.push({ start: index, end: index + root.length });
  }
  const shares = line.includes('\\\\') ? line.matchAll(SHARE) : [];
  for (const { index, 0: root, 1: server = '' } of shares) {
    // Leaves out shares on this machine itself.
    if (/^(?:127\.|localhost$)/iu.test(server)) continue;
    const start = index + root.indexOf(server);
    roots.push({ start: index, end: index + root.length, server: { start, end: start + server.length } });
  }
  roots.sort((one, other) => one.start - other.start);
  return toPaths(line, roots);
}

/**
 * Finds the registry keys of a line, without overlaps. The name of a value is part of the key if it follows the key
 * like another part.
 */
export function findRegistryKeys(line: string): Offsets[] {
  const roots = Array.from(line.matchAll(KEY), ({ index, 0: root }) => ({ start: index, end: index + root.length }));
  return toPaths(line, roots);
}

/**
 * Returns the paths that begin at the given roots. Skips a root inside a path, because examining each would take far
 * longer.
 */
function toPaths(line: string, roots: readonly Root[]): Root[] {
  const paths: Root[] = [];
  let behind = 0;
  for (const { start, end, ...server } of roots) {
    if (start < behind) continue;
    for (const path of toPath(line, start, end - start)) {
      paths.push({ ...path, ...server });
      behind = path.end;
    }
  }
  return paths;
}

/**
 * Finds absolute paths of Linux and macOS in the folders that every system has. `/c` and `/api/v1` are not such paths.
 */
export function findLinuxPaths(line: string): Offsets[] {
  return [...line.matchAll(LINUX)].flatMap(({ index, 0: text }) => {
    if (REQUEST_BEFORE.test(line.slice(Math.max(0, index - 10), index))) return [];
    const end = index + withoutEnd(text, '.!').length;
    const more = (index === 0 && lengthOfReported(line, end)) || lengthOfLastWords(line, end, text);
    return [{ start: index, end: end + more }];
  });
}

/** The method of an HTTP request. The path after it names a resource of a server, not a file. */
const REQUEST_BEFORE = /\b(?:GET|POST|HEAD|PUT|DELETE|OPTIONS|PATCH|PROPFIND) $/u;

/** The rest of a file name with spaces in a scanner's report, before a colon: `/srv/a b.docm: … FOUND`. */
const REPORTED = /^(?: [^\s\p{Cc}/"'<>|;:,*?]{1,40}){1,5}(?=: )/u;

/**
 * Returns the length of the rest of a file name with spaces. The line begins with the file's path and reports about the
 * file.
 */
function lengthOfReported(line: string, end: number): number {
  const name = REPORTED.exec(line.slice(end, end + LONGEST_NAME))?.[0] ?? '';
  return ENDS_WITH_FILE.test(name) ? name.length : 0;
}

/** Returns the length of the rest of a macOS file name with spaces. */
function lengthOfLastWords(line: string, end: number, path: string): number {
  if (!/^\/[A-Z]/u.test(path)) return 0;
  const rest = line.slice(end, end + LONGEST_NAME);
  if (path.includes('.app/Contents/MacOS/')) return PROGRAM_OF_APP.exec(rest)?.[0].length ?? 0;
  const last = path.slice(path.lastIndexOf('/'));
  return !last.includes('.') && LAST_OF_MACOS.test(rest) && ENDS_WITH_FILE.test(rest) ? rest.length : 0;
}

/** Maximum length of the rest of a name, in UTF-16 units. Most names are shorter. */
const LONGEST_NAME = 200;

/**
 * Returns the path that begins at a root, if there is one. A path in quotation marks ends at the closing mark. For any
 * other path, rules about common names and command lines find the end.
 */
function toPath(line: string, start: number, rootLength: number): Offsets[] {
  const from = start + rootLength;
  const further = beforeNext(line.slice(from, start + LONGEST), line.charAt(start - 1) === ',');
  const rest = line[from - 1] === '/' ? withBackslashes(further) : further;
  const quote = line.charAt(start - 1);
  const close = quote === '"' || quote === "'" ? rest.indexOf(quote) : -1;
  if (close > 0) {
    const inner = rest.slice(0, close);
    const args = findArguments(inner);
    const whole = args > 0 && ENDS_WITH_FILE.test(inner.slice(0, args)) ? inner.slice(0, args) : inner;
    return named(start, from, whole);
  }
  const plain = textAt(/^(?:[^\s\p{Cc}"<>|?*:¦•·\u2400-\u2426]+| (?! ))*/u.exec(rest), 0);
  if (plain.endsWith(DIRECTORY_OF_TURKISH)) return named(start, from, plain.slice(0, -DIRECTORY_OF_TURKISH.length));
  // The path is in quotation marks, or is the complete content of an XML element.
  const isElement = quote === '>' && rest.charAt(plain.length) === '<';
  // `hash of C:\a b.bin:` is the heading of the lines after it.
  const isHeading = rest.charAt(plain.length) === ':' && rest.length === plain.length + 1 && ENDS_WITH_FILE.test(plain);
  const isClosed = isElement || isHeading || (/["']/u.test(rest.charAt(plain.length)) && ENDS_WITH_FILE.test(plain));
  return named(start, from, plain.slice(0, lengthOfPath(plain, isClosed || isField(line, start))));
}

/** Cuts a path before the next path of a list, or before the next cell of CSV. */
function beforeNext(path: string, isCell: boolean): string {
  const next = isCell ? path.indexOf(',') : path.search(/[,;]\s?(?:[A-Za-z]:\\|\\\\|%)/u);
  return next < 0 ? path : path.slice(0, next);
}

/** Turkish `dir` writes its words for "directory of" after the path. Other languages write them before the path. */
const DIRECTORY_OF_TURKISH = ' dizini';

/** Replaces each slash by one character, because the caller uses the result to find the place where the path ends. */
function withBackslashes(path: string): string {
  return path.replaceAll('/', '\\');
}

/** Returns the place where the white space before the first argument begins, or -1 if there are no arguments. */
function findArguments(text: string): number {
  let at = text.search(/\s[-/]/u);
  while (at > 0 && WHITE_SPACE.includes(text.charAt(at - 1))) at--;
  return at;
}

/** Returns the place of a path, or nothing if no name follows the root. */
function named(start: number, from: number, path: string): Offsets[] {
  const { length } = trimmed(path);
  return length === 0 ? [] : [{ start, end: from + length }];
}

const IS_FIELD =
  /(?:^\s*|[:=|>]\s+|::|\s{2}|\t|[,;|]|Directory of |Verzeichnis von |Répertoire de |Directorio de |Содержимое папки )$/u;

/** Whether a path is the value of a field. The rest of the line then probably belongs to the path. */
function isField(line: string, start: number): boolean {
  return IS_FIELD.test(line.slice(Math.max(0, start - 40), start));
}

/** Signs of a command's arguments. A hyphen or an ampersand in a name has a space on both sides, or on neither side. */
const NO_FOLDER = /^ | $| -(?! )| \/|[,=]|&&|(?<! )& | &(?! )| (?:HK(?:LM|CU|CR|CC|U)|HKEY_[A-Z_]{4,20}):?$/u;

/** A folder name at the end of a field has fewer words than this number. A text with more words is a sentence. */
const MAX_WORDS = 4;

/**
 * Returns the length of the path at the beginning of a text.
 *
 * @param text - contains single spaces only
 */
function lengthOfPath(text: string, field: boolean): number {
  let from = 0;
  for (;;) {
    const slash = text.indexOf('\\', from);
    if (slash < 0) break;
    const name = text.slice(from, slash);
    // Folder names can contain spaces. A file name with an extension and further text ends the path.
    const isFolder =
      !/[;`]/u.test(name) && (!name.includes(' ') || (!NO_FOLDER.test(name) && !FILE_AND_MORE.test(name)));
    if (!isFolder) break;
    from = slash + 1;
  }
  const last = text.slice(from).trimEnd();
  const isWhole =
    field &&
    !last.includes('\\') &&
    !FILE_AND_MORE.test(last) &&
    !/[;,]| [-/](?! )/u.test(last) &&
    (ENDS_WITH_FILE.test(last) ||
      (from > 0 && last.trim().split(/ (?:& )?/u).length < MAX_WORDS && !last.includes('.')));
  if (isWhole) return from + last.length;
  return from + textAt(/^[^\s;,&`\\]*(?: \(\d{1,3}\)\.\w{1,5})?/u.exec(last), 0).length;
}

/** Removes the parts of the surrounding sentence from a path. */
function trimmed(path: string): string {
  const opening = path.search(/[([{]/u);
  let bare = withoutEnd(path, ENDS);
  // A closing bracket belongs to the path only if the path has an opening one. Some paths end with hundreds of them.
  while (/[)\]}]/u.test(bare.slice(-1)) && (opening < 0 || opening >= bare.length)) {
    bare = withoutEnd(bare.slice(0, -1), ENDS);
  }
  return bare;
}

import type { Stretch } from './kinds.ts';
import { WHITE_SPACE, withoutEnd } from '../text/trimEnds.ts';

/** Longer ones are cut: every place could begin one, and each is looked at this far. */
const LONGEST = 512;
const DRIVE = /(?<![A-Za-z\d])[A-Za-z]:\\{1,2}(?=[^\s\\"<>|*?:/])/g;
/** A drive with slashes, as programs of other systems write it. */
const SLASHED_DRIVE =
  /(?<![A-Za-z\d])(?<![\w.]\/)(?:[A-Z]:\/|[a-z]:\/(?=[Uu]sers\/|[Ww]indows\/|[Pp]rogram|[Tt]e?mp\/))(?=[^\s\\"<>|*?:/])/g;
/** A share, of a WebDAV server too: `\\server@SSL@8443\DavWWWRoot`. */
const SHARE =
  /(?<![\\\w])(?:\\{2}|\\{4})([\p{L}\p{N}][\p{L}\p{M}\p{N}_.$-]*)(?:@SSL)?(?:@\d{1,5})?\\{1,2}(?=[^\s\\"<>|*?:/])/giu;
/** Names that Windows passes on as they are: `\\?\C:\`, `\\?\UNC\server\`, `\\?\GLOBALROOT\`. */
const VERBATIM = /(?<![\\\w])\\\\[?.]\\(?:[A-Za-z]:\\|UNC\\|GLOBALROOT\\|Volume(?=\{))(?=[^\s\\"<>|*?:/])/g;
const VARIABLE = /(?<![%\w])%[A-Za-z_][\w()]{0,40}%\\{1,2}(?=[^\s\\"<>|*?:/])/g;
const VOLUME = /(?<![\w\\])\\Device\\(?:HarddiskVolume(?:ShadowCopy)?\d+|Mup)\\(?=[^\s\\"<>|*?:/])/gi;
const KEY =
  /(?<![\w\\])(?:(?:HKEY_(?:LOCAL_MACHINE|CURRENT_USER|USERS|CLASSES_ROOT|CURRENT_CONFIG)|HK(?:LM|CU|CR|CC|U)):?|\\REGISTRY\\(?:MACHINE|USER))\\{1,2}(?=[^\s\\"<>|*?:/])/gi;
const LINUX =
  /(?<![\w.~\\/)\]%-])\/(?:(?:bin|boot|dev\/shm|etc|home|lib(?:32|64)?|media|mnt|opt|private|root|run|sbin|snap|srv|tmp|usr|var)(?:\/[^\s\p{Cc}/"'<>|;,&:*?()`\\[\]{}$\u2400-\u2426]+)+|(?:Applications|Library|System|Users|Volumes)(?:\/[^\s\p{Cc}/"'<>|;,&:*?()`\\[\]{}$\u2400-\u2426]+(?: (?=(?:[\p{Lu}\d][^\s/"'<>|;:]{0,30} ){0,3}[\p{Lu}\d][^\s/"'<>|;:]{0,60}\/)[^\s\p{Cc}/"'<>|;,&:*?()`\\[\]{}$\u2400-\u2426]+)*)+)/gu;
/** The name of a file with blanks at the end of a line, and of the program of an app before its arguments. */
const LAST_OF_MACOS = /^(?: [^\s/"'<>|;:]{1,40}){1,5}$/u;
const PROGRAM_OF_APP = /^(?: [\p{Lu}(][^\s/"'<>|;:]{0,30}){1,3}(?= -|$)/u;

/** Endings of files that stand behind the spaces of a name, or before the arguments of a command. */
const ENDING =
  '(?:exe|dll|sys|com|scr|cpl|ocx|drv|msi|msp|ps1|psm1|psd1|bat|cmd|vbs|vbe|jse?|wsf|hta|lnk|url|reg|txt|log|csv|xml|json|ini|inf|cfg|conf|dat|db|tmp|bak|zip|7z|rar|cab|iso|img|vhdx?|pdf|docx?|docm|xlsx?|xlsm|xlsb|pptx?|pptm|rtf|one|eml|msg|pst|ost|html?|aspx?|php|jar|py|evtx?|etl|dmp|pf|job|mof|png|jpe?g|gif|bmp|ico|bin|dmg|pkg|vmdk|ova|odt|ods|tar|gz|tgz|bz2|xz|lock(?:ed)?|enc(?:rypted)?)';
const ENDS_WITH_FILE = new RegExp(String.raw`\.${ENDING}$`, 'iu');
const FILE_AND_MORE = new RegExp(String.raw`\.${ENDING}["']?\s`, 'iu');

/** What ends a sentence, and no path. */
const ENDS = `\\.,;!'${WHITE_SPACE}`;

/** Where a path may begin: what stands before its first name, and whose share it is. */
interface Root extends Stretch {
  readonly server?: Stretch;
}

/** Paths of Windows on one line, of drives, shares, variables and volumes: in order, and none in another one. */
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
    // This machine by its own name.
    if (/^(?:127\.|localhost$)/iu.test(server)) continue;
    const start = index + root.indexOf(server);
    roots.push({ start: index, end: index + root.length, server: { start, end: start + server.length } });
  }
  roots.sort((one, other) => one.start - other.start);
  return toPaths(line, roots);
}

/** Keys of the registry on one line, with the name of a value where it follows like a key; none in another one. */
export function findRegistryKeys(line: string): Stretch[] {
  const roots = Array.from(line.matchAll(KEY), ({ index, 0: root }) => ({ start: index, end: index + root.length }));
  return toPaths(line, roots);
}

/** The paths that begin at roots. A root inside a path is passed over at once: a look at each would take far longer. */
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

/** Absolute paths of Linux and macOS below the folders that every system has: `/c` and `/api/v1` are none. */
export function findLinuxPaths(line: string): Stretch[] {
  return [...line.matchAll(LINUX)].flatMap(({ index, 0: text }) => {
    if (REQUEST_BEFORE.test(line.slice(Math.max(0, index - 10), index))) return [];
    const end = index + withoutEnd(text, '.!').length;
    const more = (index === 0 && lengthOfReported(line, end)) || lengthOfLastWords(line, end, text);
    return [{ start: index, end: end + more }];
  });
}

/** What a client asks a server for. */
const REQUEST_BEFORE = /\b(?:GET|POST|HEAD|PUT|DELETE|OPTIONS|PATCH|PROPFIND) $/u;

/** A scanner reports of a file behind its name: `/srv/a b.docm: … FOUND`. */
const REPORTED = /^(?: [^\s\p{Cc}/"'<>|;:,*?]{1,40}){1,5}(?=: )/u;

/** Returns the length of the rest of a name with blanks, at the beginning of a line that reports of the file. */
function lengthOfReported(line: string, end: number): number {
  const name = REPORTED.exec(line.slice(end, end + LONGEST_NAME))?.[0] ?? '';
  return ENDS_WITH_FILE.test(name) ? name.length : 0;
}

/** How much further a name with blanks goes. */
function lengthOfLastWords(line: string, end: number, path: string): number {
  if (!/^\/[A-Z]/u.test(path)) return 0;
  const rest = line.slice(end, end + LONGEST_NAME);
  if (path.includes('.app/Contents/MacOS/')) return PROGRAM_OF_APP.exec(rest)?.[0].length ?? 0;
  const last = path.slice(path.lastIndexOf('/'));
  return !last.includes('.') && LAST_OF_MACOS.test(rest) && ENDS_WITH_FILE.test(rest) ? rest.length : 0;
}

/** Longer than most names, UTF-16 units. */
const LONGEST_NAME = 200;

/** From a root to where the path ends, if it has one: at its quotation mark, else by what names and command lines look like. */
function toPath(line: string, start: number, rootLength: number): Stretch[] {
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
  const plain = /^(?:[^\s\p{Cc}"<>|?*:¦•·\u2400-\u2426]+| (?! ))*/u.exec(rest)?.[0] ?? '';
  if (plain.endsWith(DIRECTORY_OF_TURKISH)) return named(start, from, plain.slice(0, -DIRECTORY_OF_TURKISH.length));
  // In quotation marks, or all that an element of XML holds.
  const isElement = quote === '>' && rest.charAt(plain.length) === '<';
  // `hash of C:\a b.bin:` is the heading of what stands below.
  const isHeading = rest.charAt(plain.length) === ':' && rest.length === plain.length + 1 && ENDS_WITH_FILE.test(plain);
  const isClosed = isElement || isHeading || (/["']/u.test(rest.charAt(plain.length)) && ENDS_WITH_FILE.test(plain));
  return named(start, from, plain.slice(0, lengthOfPath(plain, isClosed || isField(line, start))));
}

/** A list of paths ends each where the next one begins; a cell of CSV, where the next cell does. */
function beforeNext(path: string, isCell: boolean): string {
  const next = isCell ? path.indexOf(',') : path.search(/[,;]\s?(?:[A-Za-z]:\\|\\\\|%)/u);
  return next < 0 ? path : path.slice(0, next);
}

/** `dir` says behind the path what it says before it in other languages. */
const DIRECTORY_OF_TURKISH = ' dizini';

/** One unit for one: what is read of it is where the path ends. */
function withBackslashes(path: string): string {
  return path.replaceAll('/', '\\');
}

/** Where the white space before the first argument begins; -1 where there is none. */
function findArguments(text: string): number {
  let at = text.search(/\s[-/]/u);
  while (at > 0 && WHITE_SPACE.includes(text.charAt(at - 1))) at--;
  return at;
}

/** Nothing where nothing follows the root. */
function named(start: number, from: number, path: string): Stretch[] {
  const { length } = trimmed(path);
  return length === 0 ? [] : [{ start, end: from + length }];
}

const IS_FIELD =
  /(?:^\s*|[:=|>]\s+|::|\s{2}|\t|[,;|]|Directory of |Verzeichnis von |Répertoire de |Directorio de |Содержимое папки )$/u;

/** Whether a path is the value of a field, so that the rest of the line is likely all of it. */
function isField(line: string, start: number): boolean {
  return IS_FIELD.test(line.slice(Math.max(0, start - 40), start));
}

/** Arguments of a command: a hyphen or an ampersand of a name has a blank on both sides, or on none. */
const NO_FOLDER = /^ | $| -(?! )| \/|[,=]|&&|(?<! )& | &(?! )| (?:HK(?:LM|CU|CR|CC|U)|HKEY_[A-Z_]{4,20}):?$/u;

/** A folder at the end of a field has less words than this; what has more is a sentence. */
const MAX_WORDS = 4;

/** @param text - single spaces only */
function lengthOfPath(text: string, field: boolean): number {
  let from = 0;
  for (;;) {
    const slash = text.indexOf('\\', from);
    if (slash < 0) break;
    const name = text.slice(from, slash);
    // Folders have spaces between words; a file with an ending and something behind it is the end of a path.
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
  return from + (/^[^\s;,&`\\]*(?: \(\d{1,3}\)\.\w{1,5})?/u.exec(last)?.[0].length ?? 0);
}

/** Without what belongs to the sentence around it. */
function trimmed(path: string): string {
  const opening = path.search(/[([{]/u);
  let bare = withoutEnd(path, ENDS);
  // A closing bracket belongs to the path if the path has one that opens. Some paths end with hundreds.
  while (/[)\]}]/u.test(bare.slice(-1)) && (opening < 0 || opening >= bare.length)) {
    bare = withoutEnd(bare.slice(0, -1), ENDS);
  }
  return bare;
}

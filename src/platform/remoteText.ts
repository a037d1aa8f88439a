/**
 * Text from a device, the service, a file or a program, made safe for the interface. Documents and quotations never
 * pass here: what they show is evidence.
 */

/** Longer than any sentence of ours. A device chooses how long its name is. */
const MAX_SENTENCE = 4000;

/**
 * Returns a text for one line of the interface. Control characters, line ends and all format characters (bidirectional
 * marks and joiners) become U+FFFD, so a name cannot turn a label around or begin a line of its own.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

/**
 * Returns a text for a sentence that VS Code shows: one line without links and without icons. VS Code makes links of
 * `[text](address)` in notifications, progress and prompts, commands included, and draws `$(name)` as an icon in some
 * of them. A blank keeps any text from both, wherever in the sentence it stands.
 */
export function plainSentence(text: string): string {
  return cutTo(oneLine(text), MAX_SENTENCE).replaceAll('](', '] (').replaceAll('$(', '$ (');
}

/**
 * Returns a text for a label in which VS Code draws icons (rows of quick picks, the status bar): one line, in which
 * `$(name)` is shown as it is written.
 */
export function plainLabel(text: string): string {
  return cutTo(oneLine(text), MAX_SENTENCE).replaceAll('$(', '\\$(');
}

function cutTo(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

/**
 * Makes text from a device, the service, a file or a program safe for the interface. Documents and quotations never
 * pass through these functions, because their content is evidence.
 */

/** Longer than any sentence of this extension. A device chooses how long its name is. */
const MAX_SENTENCE = 4000;

/**
 * Returns a text for one line of the interface. Control characters, line ends and all format characters (bidirectional
 * marks and joiners) become U+FFFD, so a name cannot turn a label around or begin a line of its own.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

/**
 * Returns a text for a sentence that VS Code shows: one line without links and without icons. In notifications,
 * progress and prompts VS Code turns `[text](address)` into a link, which can also run a command. In some of them it
 * draws `$(name)` as an icon. An inserted space prevents both, wherever the text stands in the sentence.
 */
export function plainSentence(text: string): string {
  return cutTo(oneLine(text), MAX_SENTENCE).replaceAll('](', '] (').replaceAll('$(', '$ (');
}

/**
 * Returns a text for a label in which VS Code draws icons (rows of quick picks, the status bar). The text is one line,
 * and `$(name)` appears as it is written.
 */
export function plainLabel(text: string): string {
  return cutTo(oneLine(text), MAX_SENTENCE).replaceAll('$(', '\\$(');
}

function cutTo(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

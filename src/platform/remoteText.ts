/**
 * Makes text from a device, the service, a file or a program safe for the interface. Documents and quotations are never
 * changed by these functions, because their content is evidence.
 */

/**
 * Longest sentence, in UTF-16 units. Every sentence of this extension is shorter. A limit is needed because a device
 * chooses the length of its name.
 */
const MAX_SENTENCE = 4000;

/**
 * Returns a text for one line of the interface. Control characters, line ends and all format characters (bidirectional
 * marks and joiners) become U+FFFD. Otherwise a name could reverse a label or begin a new line.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

/**
 * Returns a text for a sentence that VS Code shows: one line without links and without icons. In notifications,
 * progress and prompts VS Code turns `[text](address)` into a link, which can also run a command. Some of these places
 * also draw `$(name)` as an icon. An inserted space prevents both, at any position in the sentence.
 */
export function plainSentence(text: string): string {
  return cutTo(oneLine(text), MAX_SENTENCE).replaceAll('](', '] (').replaceAll('$(', '$ (');
}

/**
 * Returns a text for a label in which VS Code draws icons (rows of quick picks, the status bar). The text is one line,
 * and VS Code shows `$(name)` as characters and not as an icon.
 */
export function plainLabel(text: string): string {
  return cutTo(oneLine(text), MAX_SENTENCE).replaceAll('$(', '\\$(');
}

function cutTo(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

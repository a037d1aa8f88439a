/**
 * Texts that end a block of HTML: a line with one of them is its last. If empty, the next empty line ends the block.
 */
export type HtmlEnd = readonly string[];

const LITERAL = /^<(?:script|pre|style|textarea)(?:[\s>]|$)/iu;
const LITERAL_ENDS: HtmlEnd = ['</script>', '</pre>', '</style>', '</textarea>'];
/** The tag names of CommonMark 0.31, section 4.6, start condition 6. */
const BLOCK_NAMES = new Set(
  (
    'address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt ' +
    'fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li ' +
    'link main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th ' +
    'thead title tr track ul'
  ).split(' '),
);

/**
 * Returns what ends the block of HTML that begins with this line, by CommonMark's rules. Returns undefined where none
 * begins.
 *
 * @param text - the line without its indentation
 * @param place - within a paragraph, a tag alone on its line does not begin a block
 */
export function findHtmlEnd(text: string, place: 'inParagraph' | 'alone'): HtmlEnd | undefined {
  if (!text.startsWith('<')) return undefined;
  if (LITERAL.test(text)) return LITERAL_ENDS;
  if (text.startsWith('<!--')) return ['-->'];
  if (text.startsWith('<?')) return ['?>'];
  if (text.startsWith('<![CDATA[')) return [']]>'];
  if (/^<![a-z]/iu.test(text)) return ['>'];
  const name = /^<\/?([a-z][a-z\d-]{0,30})(?=[\s/>]|$)/iu.exec(text)?.[1]?.toLowerCase();
  if (name === undefined) return undefined;
  if (BLOCK_NAMES.has(name)) return [];
  return place === 'alone' && isOneTag(text) ? [] : undefined;
}

/** Whether a line ends a block of HTML. */
export function endsHtml(text: string, ends: HtmlEnd): boolean {
  const lower = text.toLowerCase();
  return ends.some((end) => lower.includes(end));
}

/**
 * Whether text of a paragraph can hide what stands around it. Tags can. So can marks of comments (Obsidian) and of
 * formulas (VS Code's preview) that span several blocks.
 */
export function canHide(text: string): boolean {
  return text.includes('%%') || text.includes('$$') || /<\/?[a-z][a-z\d-]{0,30}(?=[\s/>]|$)/iu.test(text);
}

/**
 * Whether text begins a part that a Markdown reader folds away: a closed callout (Obsidian), or a container
 * (Markdown-it). The reader decides where it ends, so any code that follows may be in it.
 */
export function canFold(text: string): boolean {
  return /\[![\w-]{1,40}\]-/u.test(text) || /^\s{0,3}:{3}/mu.test(text);
}

/** Whether a line is one tag and nothing else. Attributes can be anything. */
function isOneTag(text: string): boolean {
  let quote = '';
  for (let at = 1; at < text.length; at++) {
    const letter = text.charAt(at);
    if (quote !== '') quote = letter === quote ? '' : quote;
    else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '>') return text.slice(at + 1).trim() === '';
  }
  return false;
}

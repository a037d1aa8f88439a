/**
 * Texts that end a block of HTML. A line that contains one of these texts is the last line of the block. If the list is
 * empty, the next empty line ends the block.
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
 * Returns the texts that end the block of HTML that begins with this line, by CommonMark's rules. Returns undefined if
 * no block of HTML begins.
 *
 * @param text - the line without its indentation
 * @param place - `inParagraph` if a paragraph is open. A line of one tag with any other name then begins no block.
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
 * Whether the text of a paragraph can hide the blocks around it. HTML tags can hide blocks. The marks of comments
 * (Obsidian) and of formulas (VS Code's preview) can also hide several blocks.
 */
export function canHide(text: string): boolean {
  return text.includes('%%') || text.includes('$$') || /<\/?[a-z][a-z\d-]{0,30}(?=[\s/>]|$)/iu.test(text);
}

/**
 * Whether text begins a part that a Markdown program hides: a closed callout (Obsidian), or a container (Markdown-it).
 * The program decides where the part ends, so any code after this text may be hidden.
 */
export function canFold(text: string): boolean {
  return /\[![\w-]{1,40}\]-/u.test(text) || /^\s{0,3}:{3}/mu.test(text);
}

/** Whether a line is one tag and nothing else. The tag's attributes are not checked. */
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

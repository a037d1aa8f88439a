/** What ends a block of HTML: one of these on a line of it. None: the next empty line. */
export type HtmlEnd = readonly string[];

const LITERAL = /^<(?:script|pre|style|textarea)(?:[\s>]|$)/iu;
const LITERAL_ENDS: HtmlEnd = ['</script>', '</pre>', '</style>', '</textarea>'];
/** The names of CommonMark 0.31, section 4.6, start condition 6. */
const BLOCK_NAMES = new Set(
  (
    'address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt ' +
    'fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li ' +
    'link main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th ' +
    'thead title tr track ul'
  ).split(' '),
);

/**
 * Tells what ends the block of HTML that begins with this line, as CommonMark has it; undefined where none begins.
 *
 * @param text - the line without its indentation
 * @param place - within a paragraph, a tag alone on its line begins no block
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
 * Whether text of a paragraph can hide what stands around it: tags, and the marks of comments (Obsidian) and formulas
 * (VS Code's preview) over several blocks.
 */
export function canHide(text: string): boolean {
  return text.includes('%%') || text.includes('$$') || /<\/?[a-z][a-z\d-]{0,30}(?=[\s/>]|$)/iu.test(text);
}

/**
 * Whether text begins what a reader folds away: a callout that is closed (Obsidian), or a container (Markdown-it). Where
 * it ends is a matter of the reader, so whatever code follows may stand in it.
 */
export function canFold(text: string): boolean {
  return /\[![\w-]{1,40}\]-/u.test(text) || /^\s{0,3}:{3}/mu.test(text);
}

/** Whether a line is a tag and nothing else. Attributes are passed, whatever they are. */
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

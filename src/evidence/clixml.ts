const MARK = '#< CLIXML';
const END = '</Objs>';

/**
 * Makes CLIXML readable, which child PowerShell processes write to their error stream: the texts of its streams, one
 * after the other. What is no text (progress, records) is counted in a line of its own, never left out unsaid. All
 * around the documents stays as it is; one that does not end stays as it is, too.
 */
export function readClixml(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const start = text.indexOf(MARK, from);
    const end = start < 0 ? -1 : text.indexOf(END, start);
    if (end < 0) break;
    parts.push(text.slice(from, start), readDocument(text.slice(start + MARK.length, end)));
    from = end + END.length;
  }
  parts.push(text.slice(from));
  return parts.join('');
}

function readDocument(xml: string): string {
  const parts: string[] = [];
  const others = new Map<string, number>();
  // Depth is not followed: an object's own strings have names (N), those of a stream have the stream's (S).
  for (const [, tag, stream, body] of xml.matchAll(/<(S|Obj) S="([^"<>]{1,40})"(?: [^<>]*)?>(?:([^<]*)<\/S>)?/gu)) {
    if (tag === 'S') parts.push(unescape(body ?? ''));
    else others.set(stream ?? '', (others.get(stream ?? '') ?? 0) + 1);
  }
  for (const [stream, count] of others) parts.push(`[${count} ${stream} records not shown]\n`);
  return parts.join('');
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescape(text: string): string {
  return text
    .replace(/&(?:(lt|gt|amp|quot|apos)|#x([\da-f]{1,6})|#(\d{1,7}));/giu, (whole, name, hex, decimal) => {
      if (typeof name === 'string') return ENTITIES[name.toLowerCase()] ?? whole;
      const code = typeof hex === 'string' ? parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replace(/_x([\dA-F]{4})_/giu, (_whole, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

const BYTE_ORDER_MARK = '\ufeff';

/**
 * Returns the text of a document for a text of the result. NUL becomes U+2400 ␀, one unit for one, because the editor
 * refuses a file with NULs as binary. It is the only substitution, so line and column in the view are those of the
 * output.
 */
export function toDocumentText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\u2400') : text;
}

/**
 * Returns the bytes of that document. They begin with a byte order mark, or a user's `files.encoding` would garble
 * them. A text that begins with U+FEFF itself keeps it: the editor removes only one mark.
 */
export function toDocumentBytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(BYTE_ORDER_MARK + toDocumentText(text));
}

/**
 * Returns the size of that document in bytes, without making it: three bytes for the mark, and two more for each NUL,
 * which becomes a character of three bytes.
 */
export function documentSize(text: string, nuls: number): number {
  return 3 + Buffer.byteLength(text) + 2 * nuls;
}

const BYTE_ORDER_MARK = '\ufeff';

/**
 * Returns the text that a document shows for a text of the result. Each NUL becomes U+2400 ␀, because the editor
 * refuses a file with NULs as binary. Nothing else is replaced, so lines and columns in the view are those of the
 * output.
 */
export function toDocumentText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\u2400') : text;
}

/**
 * Returns the bytes of the document for a text. They begin with a byte order mark. Otherwise a user's `files.encoding`
 * would garble the document. A text that begins with U+FEFF itself keeps it, because the editor removes only one mark.
 */
export function toDocumentBytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(BYTE_ORDER_MARK + toDocumentText(text));
}

/**
 * Returns the size of the document for a text in bytes, without creating the document. The size includes three bytes
 * for the byte order mark, and two more for each NUL, which becomes a character of three bytes.
 */
export function documentSize(text: string, nuls: number): number {
  return 3 + Buffer.byteLength(text) + 2 * nuls;
}

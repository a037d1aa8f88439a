/*
 * Encodings with one byte for each character, and the characters of the bytes 80 to FF. Node's decoder has the Windows
 * pages and CP866. The other DOS pages are in this file. A byte that a page leaves out means the character of its
 * number.
 */

/** DOS pages that Node's decoder lacks. */
const DOS_PAGES = {
  cp437:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
  cp850:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0',
  cp852:
    'ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u00ad˝˛ˇ˘§÷¸°¨˙űŘř■\u00a0',
  cp857:
    'ÇüéâäàåçêëèïîıÄÅÉæÆôöòûùİÖÜø£ØŞşáíóúñÑĞğ¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ºªÊËÈÕÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµç×ÚÛÙìÿ¯´\u00ad±ò¾¶§÷¸°¨·¹³²■\u00a0',
} as const;

/** Names of the other code pages in the Encoding Standard. */
const KNOWN_PAGES = {
  cp866: 'ibm866',
  windows1250: 'windows-1250',
  windows1251: 'windows-1251',
  windows1252: 'windows-1252',
  windows1254: 'windows-1254',
} as const;

export type SingleBytePage = keyof typeof DOS_PAGES | keyof typeof KNOWN_PAGES;

const decoded = new Map<SingleBytePage, string>();

/** Whether an encoding uses one byte for each character. */
export function isSingleBytePage(name: string): name is SingleBytePage {
  return Object.hasOwn(DOS_PAGES, name) || Object.hasOwn(KNOWN_PAGES, name);
}

/** Returns the 128 characters of the bytes 80 to FF. Each is a single UTF-16 unit. */
export function upperHalfOf(page: SingleBytePage): string {
  if (page in DOS_PAGES) return DOS_PAGES[page as keyof typeof DOS_PAGES];
  const known = decoded.get(page);
  if (known !== undefined) return known;
  const bytes = Uint8Array.from({ length: 128 }, (_, at) => 0x80 + at);
  const text = new TextDecoder(KNOWN_PAGES[page as keyof typeof KNOWN_PAGES]).decode(bytes);
  decoded.set(page, text);
  return text;
}

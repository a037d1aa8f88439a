const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Undoes the escapes of XML, then those of CLIXML (`_x000A_`). */
export function unescapeClixml(text: string): string {
  return text
    .replace(/&(?:(lt|gt|amp|quot|apos)|#x([\da-f]{1,6})|#(\d{1,7}));/giu, (whole, name, hex, decimal) => {
      // The long s passes for an s, but `&apoſ;` names no character.
      if (typeof name === 'string') return ENTITIES[name.toLowerCase()] ?? whole;
      const code = typeof hex === 'string' ? parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replace(/_x([\dA-F]{4})_/giu, (_whole, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

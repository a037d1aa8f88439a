import fc from 'fast-check';

/** One UTF-16 unit of any kind, lone surrogates included. */
const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
const control = fc.integer({ min: 0, max: 0x1f }).map((code) => String.fromCharCode(code));

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 2, arbitrary: control },
  { weight: 1, arbitrary: unit },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '\n',
      '\r',
      '\r\n',
      '\r\r\n',
      '\0',
      '\0\0\0',
      '\u2028',
      '\u2029',
      '\u0085',
      '\ufeff',
      '\ufffd',
      '\u202e',
      '日本語',
      'ığüş',
      '😀',
      '\ud83d',
      '\ude00',
      '"',
      '\\',
      '\\u0000',
      '\\"',
      '{',
      '}',
      '","exit_code":0,"script_output":"',
      '#< CLIXML\r\n<Objs><S S="Error">no_x000D__x000A_</S></Objs>',
      '\u001b[31m',
    ),
  },
);

/** Any text that a script can write: all of Unicode, and characters that no encoding can carry. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join('')) },
  { weight: 1, arbitrary: fc.array(piece, { maxLength: 300 }).map((pieces) => pieces.join('')) },
);

/** A text that a device could send to make a program slow. */
export interface HostileText {
  readonly name: string;
  /** Makes the text, always the same for the same size. @param size - approximate number of UTF-16 units */
  readonly make: (size: number) => string;
}

const fill = (unit: string, size: number): string => unit.repeat(Math.max(1, Math.floor(size / unit.length)));

/** Repeats one unit. */
const filled = (name: string, unit: string): HostileText => ({ name, make: (size) => fill(unit, size) });

/** A beginning, one repeated unit, and an end that prevents a match. */
const between = (name: string, begin: string, unit: string, end: string): HostileText => ({
  name,
  make: (size) => begin + fill(unit, size) + end,
});

/** Returns runs of a mark, each longer than the one before. */
function growing(mark: string, parted: string, size: number): string {
  const runs: string[] = [];
  for (let length = 1, all = 0; all < size; length++) {
    runs.push(mark.repeat(length));
    all += length + parted.length;
  }
  return runs.join(parted);
}

/** Returns pseudorandom characters from a fixed seed, so that the corpus is the same everywhere. */
function noise(size: number): string {
  const letters = 'aZ0 .:/\\@%-_)(|`\'"\n\t\0\u202e\ufffd日';
  let state = 12_345;
  const units: string[] = [];
  for (let at = 0; at < size; at++) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    units.push(letters.charAt(Math.floor(state / 65_536) % letters.length));
  }
  return units.join('');
}

/** Texts that once took quadratic time or more, and similar texts. */
export const hostileTexts: readonly HostileText[] = [
  filled('one letter', 'a'),
  between('NULs and a letter', '', '\0', 'x'),
  between('shown NULs and a letter', '', '\u2400', 'x'),
  between('blanks and a letter', '', ' ', 'x'),
  between('tabs and a letter', '', '\t', 'x'),
  filled('line feeds', '\n'),
  filled('carriage returns', '\r'),
  filled('line ends of all kinds', '\r\n\n\r'),
  filled('pipes', '||'),
  filled('backslashes before pipes', '\\|'),
  filled('backslashes', '\\'),
  filled('back-ticks', '`'),
  { name: 'back-ticks in longer and longer runs', make: (size) => growing('`', ' ', size) },
  { name: 'tildes in longer and longer runs', make: (size) => growing('~', '\n', size) },
  filled('opening brackets', '['),
  filled('opening braces', '{"a":'),
  filled('pairs of brackets', '[],'),
  { name: 'nested brackets', make: (size) => `[\n${fill('[', size / 2)}${fill(']', size / 2)}\n]` },
  { name: 'an array of empty arrays', make: (size) => `[\n${fill('[],\n', size)}[]\n]` },
  { name: 'an object of many keys', make: (size) => `{\n${fill('"a": 1,\n', size)}"a": 1\n}` },
  between('a string of escapes', '[\n"', '\\u0041', '"\n]'),
  between('a string without an end', '[\n"', '\\"', ''),
  between('a number without an end', '[\n', '1', '\n'),
  filled('quotation marks', '"'),
  between('an address and stops', 'http://a.example/', '.', 'x'),
  between('an address and closing brackets', 'http://a.example/', ')', 'x'),
  filled('stops behind addresses', 'http://a.example/....... '),
  filled('addresses in addresses', 'http://'),
  filled('addresses without blanks', 'http://a.example/'),
  between('an address with a long host', 'http://', 'a.', ''),
  between('an address with many accounts', 'http://', 'a@', 'b.example'),
  between('an address of IPv6 that is open', 'http://[', ':', ''),
  between('an escaped address', 'http:\\/\\/a.example', '\\/', ''),
  filled('labels', 'a.'),
  filled('labels of a domain', 'www.a.com.'),
  filled('stops', '.'),
  filled('hyphens', '-'),
  filled('at signs', 'a@'),
  between('a mail address', 'a@', 'a', '@'),
  filled('colons', ':'),
  filled('groups of IPv6', 'fe80:'),
  filled('hexadecimal digits', 'f0'),
  filled('numbers with points', '1.2.3.4.'),
  filled('addresses behind versions', 'version 1.2.3.4 '),
  between('a version far behind blanks', '', ' ', 'version: 1.2.3.4'),
  filled('keys and closing brackets', 'HKLM\\)))) '),
  between('a key and closing brackets', 'HKLM\\', ')', ''),
  filled('keys', 'HKLM\\a '),
  filled('drives', 'C:\\a b '),
  between('a drive and blanks', 'C:\\a', ' ', '-'),
  filled('shares', '\\\\a\\b '),
  between('a share with a long name', '\\\\', 'a', ''),
  filled('variables', '%a%\\'),
  filled('Linux paths', '/etc/'),
  between('a Linux path and stops', '/etc/a', '.', ''),
  filled('fields', 'a:\n'),
  between('a field and blanks', 'a', ' ', 'b:'),
  filled('records', 'Id : 1\nTimeCreated : 2\n\n'),
  filled('events', 'Event[0]:\n'),
  {
    name: 'a transcript of prompts',
    make: (size) => `${'*'.repeat(22)}\nPowerShell transcript start\n${fill('PS> a\n', size)}`,
  },
  filled('stars', '*'),
  filled('letters of other pages', 'ÿ'),
  filled('broken UTF-8', 'ÃÃ'),
  filled('UTF-8 read as Windows-1252', 'Ã¼'),
  filled('UTF-16 read as bytes', 'a\0'),
  filled('bidirectional overrides', '\u202e'),
  filled('tags beyond U+FFFF', '\u{e0041}'),
  filled('halves of pairs', '\ud800'),
  filled('replacement characters', '\ufffd'),
  filled('CLIXML marks', '#< CLIXML'),
  {
    name: 'a CLIXML document',
    make: (size) => `#< CLIXML\n<Objs>${fill('<S S="Error">a_x000D_&lt;</S>', size)}</Objs>`,
  },
  between('CLIXML that is open', '#< CLIXML</Objs>', '<S S="E" ', ''),
  filled('times', '1:1:1 '),
  filled('digits', '1'),
  filled('process ids', 'pid '),
  filled('GUIDs', '01234567-89ab-4cde-8f01-23456789abcd'),
  filled('formulas', ';=a'),
  between('separators and a letter', '', ';\t ', 'x'),
  filled('links in Markdown', '](command:a)'),
  filled('icons', '$(a)'),
  { name: 'noise', make: noise },
];

/** Names that a device or a script can have. */
export const hostileNames: readonly HostileText[] = [
  filled('letters', 'a'),
  filled('labels', 'a.'),
  between('letters and a wrong one', '', 'a', '!'),
  between('labels and a wrong one', '', 'a.', '!'),
  filled('digits', '1'),
  filled('hyphens', '-'),
  filled('name with blanks', ' '),
  filled('name of NULs', '\0'),
  filled('name of overrides', '\u202e'),
  filled('name of back-ticks', '`'),
  filled('name of icons', '$('),
  filled('name of links', ']('),
];

/** A language of the Latin script. */
export interface Alphabet {
  /** Letters in addition to A to Z, in lower case. Also the capitals whose lower-case form is not a single letter. */
  readonly letters: string;
  /** Oddness that is added to a text in this language. It is 0 for the most common languages. */
  readonly rarity: number;
}

/** Letters of each language. A text is more likely if all its letters belong to one row. */
export const LATIN_ALPHABETS: readonly Alphabet[] = [
  { letters: 'äöüß', rarity: 0 }, // German
  { letters: 'çğıİöşüâîû', rarity: 0 }, // Turkish
  { letters: 'ąćęłńóśźż', rarity: 0 }, // Polish
  { letters: 'àâæçéèêëîïôœùûüÿ', rarity: 0 }, // French
  { letters: 'áéíñóúü', rarity: 0 }, // Spanish
  { letters: 'àáâãçéêíóôõúü', rarity: 0 }, // Portuguese
  { letters: 'àèéìíòóù', rarity: 0 }, // Italian
  { letters: 'áčďéěíňóřšťúůýžľĺŕäô', rarity: 1 }, // Czech, Slovak
  { letters: 'áéíóöőúüű', rarity: 1 }, // Hungarian
  { letters: 'ăâîșțşţ', rarity: 1 }, // Romanian
  { letters: 'čćđšž', rarity: 1 }, // Croatian, Slovenian
  { letters: 'åäöéæø', rarity: 1 }, // Danish, Finnish, Norwegian, Swedish
  { letters: 'áéíóúèëïöüê', rarity: 1 }, // Dutch
  { letters: 'ąčęėįšųūžāēģīķļņõäöü', rarity: 2 }, // Baltic languages
  { letters: 'áéíóúýðþæö', rarity: 6 }, // Icelandic
];

/** Letters of the Russian alphabet. */
export const RUSSIAN = 'абвгдежзийклмнопрстуфхцчшщъыьэюяё';
/** Cyrillic letters that Russian lacks, by language: Ukrainian, Belarusian, Serbian, Macedonian, Kazakh. */
export const CYRILLIC_ALPHABETS: readonly string[] = ['іїєґ', 'іў', 'ђјљњћџ', 'ѓѕјќљњџ', 'әғқңөұүһі'];

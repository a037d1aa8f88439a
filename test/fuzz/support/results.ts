import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { anyText } from './texts.ts';

/** A result before it is written to a file. */
export interface Written {
  /** Keys and values in the order of the file. */
  readonly fields: readonly (readonly [string, unknown])[];
  readonly style: Style;
}

/** The form in which a result is written. */
export interface Style {
  /** `raw`: control characters stay unescaped in strings, as in the documentation's example. */
  readonly controls: 'escaped' | 'raw';
  readonly nonAscii: 'raw' | 'escaped';
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
  readonly mark: boolean;
  readonly gzip: boolean;
  readonly spaces: 'service' | 'none' | 'lines';
}

const exitCode = fc.oneof(
  fc.constantFrom<unknown>(0, 1, 137, -1073741510, 3221225786, 2 ** 53, 0.5, '0', '', null, true, [], {}),
  fc.integer(),
);
const odd = fc.oneof(fc.jsonValue({ maxDepth: 3 }), anyText);
const text = fc.oneof({ weight: 12, arbitrary: anyText }, { weight: 1, arbitrary: odd });

const someFields = fc
  .tuple(
    fc.record(
      { script_name: text, exit_code: exitCode, script_output: text, script_errors: text },
      { requiredKeys: ['script_output', 'script_errors'] },
    ),
    fc.record(
      { name: text, script_error: text, __proto__x: odd, constructor: odd, 'script output': odd },
      { requiredKeys: [] },
    ),
    fc.integer({ min: 0, max: 9 }),
  )
  .map(([usual, unusual, dice]): (readonly [string, unknown])[] => {
    const all = dice < 7 ? Object.entries(usual) : [...Object.entries(usual), ...Object.entries(unusual)];
    const named = all.map(([key, value]): [string, unknown] => [key === '__proto__x' ? '__proto__' : key, value]);
    // Old key names, or a missing key.
    if (dice === 8) return named.filter(([key]) => key !== 'script_name' && key !== 'script_errors');
    return dice === 9 ? named.reverse().slice(1) : named;
  });

const style: fc.Arbitrary<Style> = fc.record({
  controls: fc.constantFrom('escaped', 'raw'),
  nonAscii: fc.constantFrom('raw', 'raw', 'escaped'),
  encoding: fc.constantFrom('utf-8', 'utf-8', 'utf-8', 'utf-16le', 'utf-16be'),
  mark: fc.boolean(),
  gzip: fc.constantFrom(false, false, false, true),
  spaces: fc.constantFrom('service', 'none', 'lines'),
});

/** A result in every form that devices and the service are known to write, or may write. */
export const writtenResult: fc.Arbitrary<Written> = fc.record({ fields: someFields, style });

/** A result with only the four keys of the documentation, so that the transcript must equal the written values. */
export const ordinaryResult: fc.Arbitrary<Written> = fc.record({
  fields: fc
    .tuple(anyText, fc.integer(), anyText, anyText)
    .map(([name, exit, output, errors]): (readonly [string, unknown])[] => [
      ['script_name', name],
      ['exit_code', exit],
      ['script_output', output],
      ['script_errors', errors],
    ]),
  style,
});

/** Returns the JSON text of a result. */
export function toJsonText({ fields, style: { controls, nonAscii, spaces } }: Written): string {
  const [comma, colon, edge] =
    spaces === 'service' ? [', ', ': ', ''] : spaces === 'none' ? [',', ':', ''] : [',\r\n\t', ' : ', '\n'];
  const write = (value: unknown): string => {
    let json = JSON.stringify(value);
    if (controls === 'raw' && typeof value === 'string')
      json = `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
    return nonAscii === 'escaped' ? json.replace(/[^\0-~]/gu, escapeUnits) : json;
  };
  return `{${edge}${fields.map(([key, value]) => `${write(key)}${colon}${write(value)}`).join(comma)}${edge}}${edge}`;
}

/** Returns the bytes of a result as the blob stores them. */
export function toStoredBytes(written: Written): Buffer {
  const { encoding, mark, gzip } = written.style;
  const text = (mark ? '\ufeff' : '') + toJsonText(written);
  let bytes = Buffer.from(text, encoding === 'utf-8' ? 'utf8' : 'utf16le');
  if (encoding === 'utf-16be') bytes = bytes.swap16();
  return gzip ? gzipSync(bytes, { level: 1 }) : bytes;
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }).join('');
}

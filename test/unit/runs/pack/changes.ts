import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';

export const INDEX = 'data/index.ndjson';

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A pack in which a test changes files. */
export class Copy {
  readonly files: Map<string, Uint8Array>;

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.files = new Map(files);
  }

  /** Name of a result, by its number from 0. */
  result(number: number): string {
    return [...this.files.keys()].filter((name) => name.endsWith('.gz')).sort()[number] ?? '';
  }

  read(name: string): Buffer {
    return Buffer.from(this.files.get(name) ?? '');
  }

  /** Rewrites the first result with everything that states its hash, and seals the pack anew. */
  forge(): void {
    const name = this.result(0);
    const bytes = gunzipSync(this.read(name));
    const forged = Buffer.from(bytes.toString().replace('dc1', 'dcX'));
    this.set(name, gzipSync(forged));
    for (const file of [`${name}.facts.json`, INDEX, 'data/index.csv'])
      this.edit(file, (text) => text.replaceAll(sha256(bytes), sha256(forged)));
    this.seal();
  }

  set(name: string, content: string | Uint8Array): void {
    this.files.set(name, Buffer.from(content));
  }

  edit(name: string, change: (text: string) => string): void {
    this.set(name, change(this.read(name).toString()));
  }

  swap(one: string, other: string): void {
    const [first, second] = [this.read(one), this.read(other)];
    this.set(one, second);
    this.set(other, first);
  }

  rename(from: string, to: string): void {
    this.set(to, this.read(from));
    this.files.delete(from);
  }

  /** Writes both manifests anew, as somebody does who knows the format. */
  seal(): void {
    const manifest = (names: readonly string[]): string =>
      names
        .toSorted()
        .map((name) => `${sha256(this.read(name))}  ${name}\n`)
        .join('');
    this.set('manifest-sha256.txt', manifest([...this.files.keys()].filter((name) => name.startsWith('data/'))));
    this.set('tagmanifest-sha256.txt', manifest(['README.txt', 'bag-info.txt', 'bagit.txt', 'manifest-sha256.txt']));
  }
}

type Change = (copy: Copy) => void;

/** A change in words, the change itself, and the finding that it must have. */
type Row = readonly [what: string, change: Change, finding: RegExp];

/** Changes of somebody who does not know the format. */
const CHANGES: readonly Row[] = [
  [
    'a result is edited',
    (copy) => {
      copy.set(copy.result(0), gzipSync('{}'));
    },
    /^changed: data\/results\/0001-/mu,
  ],
  [
    'one byte of a result is flipped',
    (copy) => {
      const bytes = copy.read(copy.result(0));
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      copy.set(copy.result(0), bytes);
    },
    /^changed: data\/results\/0001-/mu,
  ],
  ['a result is deleted', (copy) => copy.files.delete(copy.result(1)), /^missing, .*0002-/mu],
  [
    'a result is renamed',
    (copy) => {
      copy.rename(copy.result(0), 'data/results/x.json.gz');
    },
    /^added/mu,
  ],
  [
    'two results are swapped',
    (copy) => {
      copy.swap(copy.result(0), copy.result(1));
    },
    /^changed: /mu,
  ],
  [
    'a result is added',
    (copy) => {
      copy.set('data/results/9999-x.json.gz', 'x');
    },
    /^added/mu,
  ],
  [
    'a program is added',
    (copy) => {
      copy.set('data/setup.exe', 'MZ');
    },
    /^added/mu,
  ],
  [
    'a file beside the data is added',
    (copy) => {
      copy.set('read me first.html', 'x');
    },
    /^added/mu,
  ],
  [
    'the index is edited',
    (copy) => {
      copy.edit(INDEX, (text) => text.replace('"exitCode":0', '"exitCode":1'));
    },
    /^changed: /mu,
  ],
  [
    'the table is edited',
    (copy) => {
      copy.edit('data/index.csv', (text) => text.replace('dc2', 'dc9'));
    },
    /^changed: /mu,
  ],
  [
    'the README is edited',
    (copy) => {
      copy.edit('README.txt', (text) => text.replace('Do not', 'Do'));
    },
    /^changed: README/mu,
  ],
  ['a manifest is gone', (copy) => copy.files.delete('manifest-sha256.txt'), /^missing: manifest/mu],
  ['the report is gone', (copy) => copy.files.delete('data/report.html'), /^missing: data\/report/mu],
  [
    'a tag is not sealed',
    (copy) => {
      copy.edit('tagmanifest-sha256.txt', (text) => text.replace(/^.*README.*\n/mu, ''));
    },
    /^not all is sealed/mu,
  ],
  [
    'a manifest has other line ends',
    (copy) => {
      copy.edit('manifest-sha256.txt', (text) => text.replaceAll('\n', '\r\n'));
    },
    /^missing, /mu,
  ],
];

/** Changes after which the manifests are written anew. What index, table and facts say still contradicts them. */
const REWRITTEN: readonly Row[] = [
  [
    'a result is edited',
    (copy) => {
      copy.set(copy.result(0), gzipSync('{}'));
    },
    /^not the result that its facts describe/mu,
  ],
  [
    'something stands behind a packed result',
    (copy) => {
      copy.set(copy.result(0), Buffer.concat([copy.read(copy.result(0)), gzipSync('more')]));
    },
    /^not the result that its facts describe/mu,
  ],
  [
    'two results are swapped with their facts',
    (copy) => {
      for (const end of ['', '.facts.json']) copy.swap(copy.result(0) + end, copy.result(1) + end);
    },
    /^not the result|^the facts are those of another/mu,
  ],
  [
    'a result of one host stands for another one',
    (copy) => {
      const [from, to] = [copy.result(0), copy.result(1)];
      const [hash, other] = [from, to].map((name) => sha256(gunzipSync(copy.read(name))));
      for (const end of ['', '.facts.json']) copy.set(to + end, copy.read(from + end));
      copy.edit(INDEX, (text) => text.replaceAll(other ?? '', hash ?? ''));
    },
    /^the facts are those of another|differ/mu,
  ],
  [
    'an exit code is changed',
    (copy) => {
      copy.edit(INDEX, (text) => text.replace('"exitCode":1,', '"exitCode":0,'));
    },
    /^the facts are those of another/mu,
  ],
  [
    'two hosts change their names',
    (copy) => {
      copy.edit(INDEX, (text) => text.replace('"dc1"', '"X"').replace('"dc2"', '"dc1"').replace('"X"', '"dc2"'));
    },
    /^the facts are those of another/mu,
  ],
  [
    'a size is changed',
    (copy) => {
      copy.edit(INDEX, (text) => text.replace(/"bytes":\d+/u, '"bytes":1'));
    },
    /^not the result/mu,
  ],
  [
    'a row in the middle is deleted',
    (copy) => {
      copy.edit(INDEX, (text) => text.replace(/^.*"number":3,.*\n/mu, ''));
    },
    /have not the same rows/mu,
  ],
  [
    'rows are in another order',
    (copy) => {
      copy.edit(INDEX, (text) => `${text.trimEnd().split('\n').toReversed().join('\n')}\n`);
    },
    /another order/mu,
  ],
  [
    'a row is there twice',
    (copy) => {
      copy.edit(INDEX, (text) => text + (/^.*\n/u.exec(text)?.[0] ?? ''));
    },
    /have not the same rows/mu,
  ],
  [
    'the last row has no line end',
    (copy) => {
      copy.edit(INDEX, (text) => text.trimEnd());
    },
    /^cut off: data\/index/mu,
  ],
  [
    'a host loses its reason',
    (copy) => {
      copy.edit(INDEX, (text) => text.replace(/,"why":"[^"]*"/u, ''));
    },
    /^a host has neither/mu,
  ],
  [
    'a host loses its result',
    (copy) => {
      copy.edit(INDEX, (text) => text.replace(/"file":"[^"]*",/u, ''));
    },
    /^a host has neither|^added, or in no row/mu,
  ],
  [
    'the last hosts are cut off',
    (copy) => {
      copy.edit(INDEX, (text) => `${text.trimEnd().split('\n').slice(0, 3).join('\n')}\n`);
    },
    /have not the same rows/mu,
  ],
  [
    'the table tells of other hosts',
    (copy) => {
      copy.edit('data/index.csv', (text) => text.replace(/,result,/u, ',failed,'));
    },
    /^index\.csv and index\.ndjson differ/mu,
  ],
  ['a result has no facts', (copy) => copy.files.delete(`${copy.result(0)}.facts.json`), /^not there/mu],
  [
    'a program is added',
    (copy) => {
      copy.set('data/setup.exe', 'MZ');
    },
    /^added/mu,
  ],
];

/** Returns changes by somebody who does not know the format. */
export function plainChanges(): readonly Row[] {
  return CHANGES;
}

/** Returns changes after which {@link Copy.seal} is called. */
export function knowingChanges(): readonly Row[] {
  return REWRITTEN;
}

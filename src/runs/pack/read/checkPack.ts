import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import type { InputType, ZlibOptions } from 'node:zlib';
import type { ResultRef } from '../../../base/resultUri.ts';
import { hashBytes } from '../../../base/hashText.ts';
import type { PackDifference } from '../packDifference.ts';
import { parseObject, readCells, readPackRow } from './packRow.ts';
import type { PackRow } from './packRow.ts';
import { refused } from './zipReader.ts';
import type { PackLimits, PackZip } from './zipReader.ts';

const TAGS = ['README.txt', 'bag-info.txt', 'bagit.txt', 'manifest-sha256.txt'] as const;
const SEALED = 'tagmanifest-sha256.txt';
const DATA = ['data/index.csv', 'data/index.ndjson', 'data/report.html', 'data/timeline.jsonl'] as const;
const MARKS = 'data/marks/';
/** Notes of a case, its file, its record and its anchors. What they say is checked by whoever opens the case. */
const CASE = [
  /^data\/notes\/\d{4,}-[a-z\d-]+\.md$/u,
  /^data\/case\/case\.json$/u,
  /^data\/case\/anchors\/\d{8}T\d{6}Z(?:-\d{1,3})?\.heads(?:\.sig|\.tsr)?$/u,
  /^data\/case\/record\/[a-z\d-]{1,32}\.\d{8}T\d{6}Z\.[\da-f]{8}\.jsonl$/u,
];
/** Largest text that is read as a whole, and largest file of facts or marks; bytes. */
const MOST_TEXT = 16 * 1024 * 1024;
const MOST_FACTS = 4 * 1024 * 1024;
const MOST_MARKS = 8 * 1024 * 1024;
/** Number of differences after which no more are looked for. */
const MOST_DIFFERENCES = 100;

/** Findings of a check. */
export interface CheckedPack {
  readonly differences: readonly PackDifference[];
  /** SHA-256 of `tagmanifest-sha256.txt`. Empty if there is none. */
  readonly seal: string;
  readonly rows: readonly PackRow[];
  /** SHA-256 of each file of the payload, as the manifest states it. */
  readonly hashes: ReadonlyMap<string, string>;
  /** Cloud and tenant as the pack states them. */
  readonly tenant: { readonly cloud: string; readonly tenantId: string };
}

export interface PackCheckOptions {
  /** Seal that the person was told; undefined if there is none. */
  readonly seal?: string | undefined;
  readonly signal: AbortSignal;
  /**
   * Reads a file of marks, and returns the results that its lines are about; undefined if it is no file of marks. What
   * marks are is not known here.
   */
  readonly readMarks: (
    name: string,
    bytes: Buffer,
  ) => Promise<readonly Pick<ResultRef, 'actionId' | 'commandIndex'>[] | undefined>;
}

/** Ends a check that has found enough. */
class EnoughFound extends Error {}

/**
 * Checks a pack by the rules of the published verifier (`tools/verify.py`): manifests, index, table, results and facts.
 *
 * @throws LiveResponseError `packRefused` if its results take too much memory
 */
export async function checkPack(zip: PackZip, limits: PackLimits, options: PackCheckOptions): Promise<CheckedPack> {
  const check = new Check(zip, limits, options);
  try {
    await check.run();
  } catch (error) {
    if (!(error instanceof EnoughFound)) throw error;
  }
  return check.found;
}

class Check {
  readonly #zip: PackZip;
  readonly #limits: PackLimits;
  readonly #options: PackCheckOptions;
  readonly #signal: AbortSignal;
  readonly #names: ReadonlySet<string>;
  readonly #differences: PackDifference[] = [];
  readonly #rows: PackRow[] = [];
  readonly #hashes = new Map<string, string>();
  #seal = '';
  #tenant = { cloud: '', tenantId: '' };
  #unpacked = 0;
  /** UTF-16 units of all files of facts so far. */
  #factsLength = 0;

  constructor(zip: PackZip, limits: PackLimits, options: PackCheckOptions) {
    this.#zip = zip;
    this.#limits = limits;
    this.#options = options;
    this.#signal = options.signal;
    this.#names = new Set(zip.names);
  }

  get found(): CheckedPack {
    return {
      differences: this.#differences,
      seal: this.#seal,
      rows: this.#rows,
      hashes: this.#hashes,
      tenant: this.#tenant,
    };
  }

  async run(): Promise<void> {
    const { seal } = this.#options;
    const missing = [...TAGS, SEALED, ...DATA].filter((name) => !this.#names.has(name));
    for (const name of missing) this.#note('missing', name);
    if (missing.length > 0) return;
    this.#seal = hashBytes(await this.#bytes(SEALED, MOST_TEXT));
    if (seal !== undefined && seal.trim().toLowerCase() !== this.#seal) this.#note('seal', this.#seal);
    const sealed = await this.#manifest(SEALED);
    if (sealed.toSorted().join() !== TAGS.toSorted().join()) this.#note('notSealed', SEALED);
    const listed = await this.#manifest('manifest-sha256.txt');
    const [, cloud = '', tenantId = ''] =
      /^Live-Response-Tenant: (\S+) (\S+)$/mu.exec(await this.#text('bag-info.txt', MOST_TEXT)) ?? [];
    this.#tenant = { cloud, tenantId };
    const used = await this.#index();
    const ofCase = [...this.#names].filter((name) => CASE.some((one) => one.test(name)));
    const wanted = [...DATA, ...used, ...(await this.#marks()), ...ofCase];
    const extra = difference(this.#names, [...TAGS, SEALED, ...wanted]);
    for (const name of new Set([...extra, ...difference(new Set(listed), wanted)].toSorted()))
      this.#note('added', name);
  }

  #note(kind: PackDifference['kind'], named: string): void {
    const name = named.slice(0, 200);
    // A file is read more than once, and says the same each time.
    if (this.#differences.some((one) => one.kind === kind && one.name === name)) return;
    this.#differences.push({ kind, name });
    if (this.#differences.length < MOST_DIFFERENCES) return;
    this.#differences.push({ kind: 'more', name: '' });
    throw new EnoughFound();
  }

  async *#pieces(name: string): AsyncGenerator<Buffer> {
    for await (const piece of this.#zip.pieces(name)) {
      this.#signal.throwIfAborted();
      yield piece;
    }
  }

  /** Reads a file. What cannot be read, or is larger than any file of its kind, is a difference of that file. */
  async #bytes(name: string, most: number): Promise<Buffer<ArrayBuffer>> {
    const pieces: Buffer[] = [];
    if ((this.#zip.sizeOf(name) ?? 0) > most) this.#note('unreadable', name);
    else {
      await this.#reading(name, async () => {
        for await (const piece of this.#pieces(name)) pieces.push(piece);
      });
    }
    return Buffer.concat(pieces);
  }

  async #reading(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#signal.throwIfAborted();
      if (error instanceof EnoughFound) throw error;
      this.#note('unreadable', name);
    }
  }

  async #text(name: string, most: number): Promise<string> {
    return (await this.#bytes(name, most)).toString('utf8');
  }

  async #lines(name: string): Promise<string[]> {
    const text = await this.#text(name, MOST_TEXT);
    // Millions of empty lines would take a hundred times their size.
    const most = this.#limits.entries + 1;
    const lines = text.split('\n', most + 1);
    if (lines.length > most) this.#note('unreadable', name);
    else if (lines.pop() !== '') this.#note('cutOff', name);
    return lines.length > most ? [] : lines;
  }

  /** Hashes the files of a manifest, and returns their names. */
  async #manifest(name: string): Promise<string[]> {
    const listed = new Set<string>();
    for (const line of await this.#lines(name)) {
      const path = line.slice(66);
      if (line.slice(64, 66) !== '  ' || listed.has(path) || !this.#names.has(path)) {
        this.#note('noFile', path === '' ? line : path);
        continue;
      }
      listed.add(path);
      const hash = createHash('sha256');
      await this.#reading(path, async () => {
        for await (const piece of this.#pieces(path)) hash.update(piece);
      });
      const sha256 = hash.digest('hex');
      if (sha256 === line.slice(0, 64)) this.#hashes.set(path, sha256);
      else this.#note('changed', path);
    }
    return [...listed];
  }

  /** Compares the index with its table, its results and their facts. Returns the files that it names. */
  async #index(): Promise<readonly string[]> {
    const lines = await this.#lines('data/index.ndjson');
    const csv = (await this.#text('data/index.csv', MOST_TEXT)).replace(/^\ufeff/u, '');
    const [heads = [], ...table] = readCells(csv, lines.length + 2);
    if (lines.length !== table.length) this.#note('otherRows', 'data/index.csv');
    const used = new Set<string>();
    const actions = new Set<string>();
    for (const [at, line] of lines.entries()) {
      const row = readPackRow(line);
      const place = (at + 1).toString();
      const key = `${row?.actionId ?? ''}#${row?.commandIndex.toString() ?? ''}`;
      if (row?.number !== at + 1 || actions.has(key)) {
        this.#note('order', place);
        continue;
      }
      actions.add(key);
      const cells = new Map(heads.map((head, column) => [head, table[at]?.[column]]));
      const told = ['actionId', 'commandIndex', 'sha256', 'state'].map((head) => cells.get(head));
      const wanted = [row.actionId, row.commandIndex.toString(), row.sha256 ?? '', row.state];
      if (told.join('\n') !== wanted.join('\n')) this.#note('otherRows', place);
      if (await this.#result(row, place, used)) this.#rows.push(row);
    }
    return [...used];
  }

  /** Reads the marks, which are about results of the pack and nothing else. Returns the names of their files. */
  async #marks(): Promise<readonly string[]> {
    const keyOf = (one: Pick<ResultRef, 'actionId' | 'commandIndex'>): string => `${one.actionId}#${one.commandIndex}`;
    const held = new Set(this.#rows.filter(({ file }) => file !== undefined).map(keyOf));
    const names = [...this.#names].filter((name) => name.startsWith(MARKS)).toSorted();
    for (const name of names) {
      const about = await this.#options.readMarks(name.slice(MARKS.length), await this.#bytes(name, MOST_MARKS));
      this.#signal.throwIfAborted();
      if (about?.every((one) => held.has(keyOf(one))) !== true) this.#note('otherMarks', name);
    }
    return names;
  }

  /** Compares a row with its result. @returns whether the row is right */
  async #result(row: PackRow, place: string, used: Set<string>): Promise<boolean> {
    const { file } = row;
    if (file === undefined) {
      const hasReason = (row.why ?? '') !== '' && row.sha256 === undefined && row.state !== 'result';
      if (!hasReason) this.#note('noReason', place);
      return hasReason;
    }
    const names = [file, `${file}.facts.json`] as const;
    if (!names.every((name) => this.#names.has(name)) || used.has(file) || !file.startsWith('data/results/')) {
      this.#note('noResult', place);
      return false;
    }
    for (const name of names) used.add(name);
    const json = await this.#text(names[1], MOST_FACTS);
    this.#factsLength += json.length;
    if (this.#factsLength > this.#limits.facts) {
      throw refused('large', { size: this.#factsLength, limit: this.#limits.facts });
    }
    const facts = parseObject(json.replace(/\n$/u, ''), 2);
    const said = fieldsOf(facts?.['file']);
    const action = fieldsOf(facts?.['action']);
    const isNamed = said['sha256'] === row.sha256 && said['size'] === row.bytes;
    const bytes = isNamed ? await this.#unpack(row) : undefined;
    if (bytes === undefined) this.#note('otherResult', file);
    const isHost =
      facts?.['actionId'] === row.actionId &&
      facts['commandIndex'] === row.commandIndex &&
      (facts['exitCode'] ?? undefined) === row.exitCode &&
      (action['machineId'] ?? undefined) === row.machineId &&
      (action['computerDnsName'] === null || action['computerDnsName'] === row.device);
    const isTenant = facts?.['cloud'] === this.#tenant.cloud && facts['tenantId'] === this.#tenant.tenantId;
    if (!isHost || !isTenant) this.#note('otherHost', file);
    return bytes !== undefined && isHost && isTenant;
  }

  /** Unpacks a result; undefined if it is not what its row says. @throws LiveResponseError `packRefused` if it is large */
  async #unpack({ file = '', sha256, bytes: size = -1 }: PackRow): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (size < 0) return undefined;
    const { result, results } = this.#limits;
    this.#unpacked += size;
    if (size > result) throw refused('largeResult', { size, limit: result });
    if (this.#unpacked > results) throw refused('large', { size: this.#unpacked, limit: results });
    const packed = await this.#bytes(file, result);
    const bytes = await unpackResult(packed, size);
    return bytes !== undefined && hashBytes(bytes) === sha256 ? bytes : undefined;
  }
}

/** Size of the head and the end of a gzip member without a name. */
const GZIP_HEAD = 10;
const GZIP_END = 8;

/**
 * Unpacks one gzip member without a name, with nothing behind it, as packs hold.
 *
 * @returns undefined if it is something else, or has another size
 */
export async function unpackResult(packed: Buffer, size: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const isGzip = packed.subarray(0, 4).equals(Buffer.from([0x1f, 0x8b, 8, 0]));
  if (!isGzip || packed.length < GZIP_HEAD + GZIP_END) return undefined;
  try {
    const { buffer, engine } = await inflate(packed.subarray(GZIP_HEAD), { info: true, maxOutputLength: size + 1 });
    const end = GZIP_HEAD + engine.bytesWritten;
    const isWhole = buffer.length === size && packed.length === end + GZIP_END;
    return isWhole && packed.readUInt32LE(end + 4) === size % 2 ** 32 ? buffer : undefined;
  } catch {
    return undefined;
  }
}

/** With `info`, which the types of Node leave out. */
const inflate = promisify(inflateRaw) as unknown as (
  packed: InputType,
  options: ZlibOptions,
) => Promise<{ readonly buffer: Buffer<ArrayBuffer>; readonly engine: { readonly bytesWritten: number } }>;

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** Returns what only one of two sets has. */
function difference(one: ReadonlySet<string>, other: readonly string[]): string[] {
  const others = new Set(other);
  return [...[...one].filter((name) => !others.has(name)), ...other.filter((name) => !one.has(name))];
}

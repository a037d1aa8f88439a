import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ColumnSource } from 'hyparquet-writer';

/*
 * Entry point of a bundle of its own: the library is loaded when someone exports Parquet.
 */

/** Number of rows that are held in memory. Chunks have at most 8,000 bytes of text, so this is 16 MB at most. */
const GROUP_ROWS = 2000;

/** Writer that hands its bytes on after each group of rows, so that a file of any size needs little memory. */
class GroupWriter extends ByteWriter {
  /** Takes the bytes that were written since the last call. */
  take(): Uint8Array {
    const bytes = this.getBytes().slice();
    this.index = 0;
    return bytes;
  }
}

/** Columns of a file, with the kinds of their values. Every value can be missing. Numbers are whole. */
export type ParquetColumns = Readonly<Record<string, 'string' | 'number' | 'boolean'>>;

type ParquetRow = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Writes rows as Parquet, compressed by Snappy, which every engine reads.
 *
 * @param form - name of the form, for the file's metadata
 * @param append - receives the bytes of the file, piece by piece
 */
export async function writeParquet(
  form: string,
  columns: ParquetColumns,
  rows: AsyncIterable<ParquetRow>,
  append: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const writer = new GroupWriter();
  const schema = [
    { name: 'root', num_children: Object.keys(columns).length },
    ...Object.entries(columns).map(([name, kind]) => schemaOf(name, kind)),
  ];
  const parquet = new ParquetWriter({
    writer,
    schema,
    kvMetadata: [{ key: 'schema', value: form }],
    createdBy: 'live-response-results',
  });
  let group: ParquetRow[] = [];
  const flush = async (): Promise<void> => {
    if (group.length > 0) await parquet.write({ columnData: columnsOf(columns, group), rowGroupSize: GROUP_ROWS });
    group = [];
    await append(writer.take());
  };
  for await (const row of rows) {
    group.push(row);
    if (group.length >= GROUP_ROWS) await flush();
  }
  await flush();
  await parquet.finish();
  await append(writer.take());
}

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

function schemaOf(name: string, kind: 'string' | 'number' | 'boolean'): SchemaElement {
  const repetition = { repetition_type: 'OPTIONAL' } as const;
  switch (kind) {
    case 'string':
      return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', ...repetition };
    case 'number':
      // Exit codes of Windows are unsigned, so that they do not fit into 32 bits with a sign.
      return { name, type: 'INT64', ...repetition };
    case 'boolean':
      return { name, type: 'BOOLEAN', ...repetition };
  }
}

function columnsOf(columns: ParquetColumns, rows: readonly ParquetRow[]): ColumnSource[] {
  return Object.keys(columns).map((name) => ({
    name,
    data: rows.map((row) => {
      const value = row[name] ?? null;
      return typeof value === 'number' ? BigInt(value) : value;
    }),
  }));
}

import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ColumnSource } from 'hyparquet-writer';
import { CHUNK_COLUMNS, CHUNK_SCHEMA } from './runChunks.ts';
import type { RunChunk } from './runChunks.ts';

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

/**
 * Writes rows of a run as Parquet, compressed by Snappy, which every engine reads.
 *
 * @param append - receives the bytes of the file, piece by piece
 */
export async function writeParquet(
  rows: AsyncIterable<RunChunk>,
  append: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const writer = new GroupWriter();
  const schema = [
    { name: 'root', num_children: Object.keys(CHUNK_COLUMNS).length },
    ...Object.entries(CHUNK_COLUMNS).map(([name, kind]) => schemaOf(name, kind)),
  ];
  const parquet = new ParquetWriter({
    writer,
    schema,
    kvMetadata: [{ key: 'schema', value: CHUNK_SCHEMA }],
    createdBy: 'live-response-results',
  });
  let group: RunChunk[] = [];
  const flush = async (): Promise<void> => {
    if (group.length > 0) await parquet.write({ columnData: columnsOf(group), rowGroupSize: GROUP_ROWS });
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

function columnsOf(rows: readonly RunChunk[]): ColumnSource[] {
  return (Object.keys(CHUNK_COLUMNS) as (keyof typeof CHUNK_COLUMNS)[]).map((name) => ({
    name,
    data: rows.map((row) => {
      const value = row[name] ?? null;
      return typeof value === 'number' ? BigInt(value) : value;
    }),
  }));
}

import { createHash } from 'node:crypto';
import { documentSize } from '../../evidence/text/documentText.ts';
import { LargeReader } from '../../evidence/large/largeReader.ts';
import type { LargeResult, ReadText } from '../../evidence/large/largeReader.ts';
import { countErrorLines, measureText } from '../../evidence/text/textFacts.ts';
import { hashText } from '../../base/hashText.ts';
import { resultKey, tenantKey } from '../../base/resultUri.ts';
import type { KeptResults } from '../../storage/keptResults.ts';
import { SectionDamaged } from '../../storage/largeTable.ts';
import type { StoredSection } from '../../storage/largeTable.ts';
import { boundFacts } from '../../model/boundFacts.ts';
import { findMismatches } from '../../model/mismatches.ts';
import type { ReceivedFacts, StoredFacts, StreamFacts } from '../../model/storedResult.ts';
import { toActionRow } from './actionHandlers.ts';
import type { LargeCalls } from '../largeCalls.ts';
import { findLarge, orSetAside } from '../largeTexts.ts';
import { release } from '../../base/release.ts';
import { writeFile } from '../writeFile.ts';

type Handlers = {
  readonly [Method in keyof LargeCalls]: (...args: LargeCalls[Method]['args']) => LargeCalls[Method]['answer'];
};

/** A result whose pieces are arriving. */
interface Arriving {
  /** Id of the result in the store. */
  readonly id: number;
  readonly reader: LargeReader;
  /** Sections of texts that were read, but are not stored yet. */
  sections: StoredSection[];
  pieces: number;
}

/**
 * Creates the handlers for results that arrive in pieces. The pieces are stored as they arrive, so the complete result
 * is never in memory.
 *
 * @param onChanged - called when a result was stored, and when pieces of a removed result can be deleted
 */
export function createLargeHandlers(results: KeptResults, onChanged: () => void): Handlers {
  const arriving = new Map<number, Arriving>();
  let lastHandle = 0;

  const begin = (): Arriving => {
    const counts = new Map<number, number>();
    const one: Arriving = {
      id: results.inPieces((table) => table.large.begin(Date.now())),
      pieces: 0,
      sections: [],
      reader: new LargeReader((source, section) => {
        const n = counts.get(source) ?? 0;
        counts.set(source, n + 1);
        const { nuls } = measureText(section.text);
        // The byte order mark is not counted, because a document has only one for all its sections.
        const documentBytes = documentSize(section.text, nuls) - documentSize('', 0);
        one.sections.push({ ...section, source, n, documentBytes });
      }),
    };
    return one;
  };

  const drop = (id: number): void => {
    results.inPieces((table) => {
      table.dropLarge(id);
    });
    onChanged();
  };

  const find = (handle: number): Arriving => {
    const found = arriving.get(handle);
    if (found === undefined) throw new Error('The result is not on its way.');
    return found;
  };

  return {
    beginLarge: () => {
      arriving.set(++lastHandle, begin());
      return lastHandle;
    },
    addLarge: (handle, bytes) => {
      const one = find(handle);
      one.reader.add(bytes);
      const { sections } = one;
      one.sections = [];
      results.inPieces((table) => {
        table.addLarge(one.id, one.pieces, bytes, sections, Date.now());
      });
      one.pieces++;
      release(bytes);
      return undefined;
    },
    restartLarge: (handle) => {
      const { id } = find(handle);
      arriving.set(handle, begin());
      drop(id);
      return undefined;
    },
    endLarge: (handle, facts, action) => {
      const one = find(handle);
      const read = one.reader.end();
      const large = sourcesOf(read);
      const stored = describe(facts, read, large);
      const row = {
        key: resultKey(facts.ref),
        tenant: tenantKey(facts.ref),
        fetchedAt: facts.fetchedAt,
        facts: JSON.stringify(stored),
        bytes: new Uint8Array(),
        action: toActionRow(action),
      };
      results.putLarge(row, {
        id: one.id,
        rest: { n: one.pieces, sections: one.sections },
        sources: Object.values(large),
      });
      arriving.delete(handle);
      onChanged();
      return stored;
    },
    dropLarge: (handle) => {
      const one = arriving.get(handle);
      arriving.delete(handle);
      if (one !== undefined) drop(one.id);
      return undefined;
    },
    saveFile: (ref, path) => {
      const found = findLarge(results, ref);
      if (found === undefined) return undefined;
      const { row, facts } = found;
      return orSetAside(results, row, () =>
        results.inPieces((table) => writeFile(path, checked(table.large.file(row.id), facts.sha256))),
      );
    },
  };
}

/**
 * Yields the pieces of a file, and checks the hash of the complete file.
 *
 * @throws SectionDamaged after the last piece, if the file differs from the stored file
 */
function* checked(pieces: Iterable<Uint8Array>, sha256: string): Generator<Uint8Array> {
  const hash = createHash('sha256');
  for (const bytes of pieces) {
    hash.update(bytes);
    yield bytes;
    release(bytes);
  }
  const found = hash.digest('hex');
  if (found !== sha256) throw new SectionDamaged(found);
}

/** Returns the numbers of the texts that a file has. */
function sourcesOf({ transcript }: LargeResult): NonNullable<StoredFacts['large']> {
  return {
    ...(transcript?.output === undefined ? {} : { output: transcript.output.source }),
    ...(transcript?.errors === undefined ? {} : { errors: transcript.errors.source }),
  };
}

function describe(
  facts: ReceivedFacts,
  { transcript, rejection, changes, encoding }: LargeResult,
  large: StoredFacts['large'],
): StoredFacts {
  return boundFacts({
    ...facts,
    transcript:
      transcript === undefined
        ? undefined
        : {
            scriptName: transcript.scriptName,
            exitCode: transcript.exitCode,
            output: describeText(transcript.output),
            errors: describeText(transcript.errors),
            errorLines: transcript.errors?.sayingLines ?? countErrorLines(''),
          },
    rejection,
    raw: undefined,
    changes,
    encoding,
    mismatches: findMismatches(facts, transcript?.scriptName),
    large,
  });
}

function describeText(text: ReadText | undefined): StreamFacts {
  if (text === undefined) return { ...measureText(''), documentBytes: documentSize('', 0), sha256: hashText('') };
  return { ...text.facts, sha256: text.sha256, documentBytes: documentSize('', 0) + text.bytes + 2 * text.facts.nuls };
}

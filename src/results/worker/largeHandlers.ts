import { createHash } from 'node:crypto';
import { documentSize } from '../../evidence/documentText.ts';
import { LargeReader } from '../../evidence/large/largeReader.ts';
import type { LargeResult, ReadText } from '../../evidence/large/largeReader.ts';
import { countErrorLines, measureText } from '../../evidence/textFacts.ts';
import { hashText } from '../../evidence/hashText.ts';
import { resultKey, tenantKey } from '../../evidence/uri.ts';
import type { KeptResults } from '../../storage/keptResults.ts';
import { SectionDamaged } from '../../storage/largeTable.ts';
import type { StoredSection } from '../../storage/largeTable.ts';
import { findMismatches } from '../mismatches.ts';
import type { ReceivedFacts, StoredFacts, StreamFacts } from '../storedResult.ts';
import { toActionRow } from './actionHandlers.ts';
import type { LargeCalls } from './largeCalls.ts';
import { orSetAside } from './largeTexts.ts';
import { release } from './release.ts';
import { readFacts } from './storedTexts.ts';
import { writeFile } from './writeFile.ts';

type Handlers = {
  readonly [Method in keyof LargeCalls]: (...args: LargeCalls[Method]['args']) => LargeCalls[Method]['answer'];
};

/** A result that is on its way. */
interface Arriving {
  readonly reader: LargeReader;
  /** What was read and is not stored yet. */
  sections: StoredSection[];
  pieces: number;
}

/** Results that come in pieces, are stored as they come, and never are in memory whole. */
export function createLargeHandlers(results: KeptResults): Handlers {
  const arriving = new Map<number, Arriving>();

  const begin = (): Arriving => {
    const counts = new Map<number, number>();
    const one: Arriving = {
      pieces: 0,
      sections: [],
      reader: new LargeReader((source, section) => {
        const n = counts.get(source) ?? 0;
        counts.set(source, n + 1);
        const { nuls } = measureText(section.text);
        // Without the mark, which a document has once.
        const documentBytes = documentSize(section.text, nuls) - documentSize('', 0);
        one.sections.push({ ...section, source, n, documentBytes });
      }),
    };
    return one;
  };

  const find = (id: number): Arriving => {
    const found = arriving.get(id);
    if (found === undefined) throw new Error('The result is not on its way.');
    return found;
  };

  return {
    beginLarge: () => {
      const id = results.inPieces((table) => table.large.begin(Date.now()));
      arriving.set(id, begin());
      return id;
    },
    addLarge: (id, bytes) => {
      const one = find(id);
      one.reader.add(bytes);
      const { sections } = one;
      one.sections = [];
      results.inPieces((table) => {
        table.addLarge(id, one.pieces, bytes, sections, Date.now());
      });
      one.pieces++;
      release(bytes);
      return undefined;
    },
    restartLarge: (id) => {
      arriving.set(id, begin());
      results.inPieces((table) => {
        table.large.restart(id);
      });
      return undefined;
    },
    endLarge: (id, facts, action) => {
      const one = find(id);
      const read = one.reader.end();
      const stored = describe(facts, read);
      const row = {
        key: resultKey(facts.ref),
        tenant: tenantKey(facts.ref),
        fetchedAt: facts.fetchedAt,
        facts: JSON.stringify(stored),
        bytes: new Uint8Array(),
        action: toActionRow(action),
      };
      results.putLarge(row, {
        id,
        rest: { n: one.pieces, sections: one.sections },
        sources: Object.values(stored.large ?? {}),
      });
      arriving.delete(id);
      return stored;
    },
    dropLarge: (id) => {
      arriving.delete(id);
      results.inPieces((table) => {
        table.dropLarge(id);
      });
      return undefined;
    },
    saveFile: (ref, path) => {
      const key = resultKey(ref);
      const json = results.facts(key);
      const facts = json === undefined ? undefined : readFacts(json);
      if (facts?.large === undefined) return undefined;
      return orSetAside(results, key, () =>
        results.inPieces((table) => writeFile(path, checked(table.large.file(key), facts.sha256))),
      );
    },
  };
}

/** @throws SectionDamaged at the end, where the whole is not what was stored */
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

function describe(facts: ReceivedFacts, { transcript, rejection, changes, encoding }: LargeResult): StoredFacts {
  return {
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
    large: {
      ...(transcript?.output === undefined ? {} : { output: transcript.output.source }),
      ...(transcript?.errors === undefined ? {} : { errors: transcript.errors.source }),
    },
  };
}

function describeText(text: ReadText | undefined): StreamFacts {
  if (text === undefined) return { ...measureText(''), documentBytes: documentSize('', 0), sha256: hashText('') };
  return { ...text.facts, sha256: text.sha256, documentBytes: documentSize('', 0) + text.bytes + 2 * text.facts.nuls };
}

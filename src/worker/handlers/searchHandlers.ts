import { createContext, Script } from 'node:vm';
import type { KeptResults } from '../../storage/keptResults.ts';
import type { PageRow, RowPlace } from '../../storage/resultRow.ts';
import { measureText } from '../../evidence/text/textFacts.ts';
import { resultKey } from '../../base/resultUri.ts';
import type { PartStart } from '../../base/resultUri.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import { isPlainFile, toFilterTest } from '../byteFilter.ts';
import type { FilterTest } from '../byteFilter.ts';
import { toByteTest } from '../byteTest.ts';
import type { ByteTest } from '../byteTest.ts';
import { findHits, toPattern } from '../findHits.ts';
import type { FoundLines } from '../findHits.ts';
import type { ResultHits, SearchCalls, SearchQuery, SearchStep } from '../searchCalls.ts';
import { findLargeText, ResultGone } from '../largeTexts.ts';
import { parseFacts } from '../storedShapes.ts';
import { checkStored, ResultDamaged, textsOf, unpackStored } from '../storedTexts.ts';

type Handlers = {
  readonly [Method in keyof SearchCalls]: (...args: SearchCalls[Method]['args']) => SearchCalls[Method]['answer'];
};

/**
 * Approximate duration of one step, ms. A click waits no longer than this, except for a large result or a slow pattern.
 */
const STEP_MS = 30;
/** Number of rows that are read from the database at once. Their bytes are not read at the same time. */
const PAGE = 64;
/**
 * Maximum time for a pattern on a result, ms. The second number is added for each unit of the text. Both are far more
 * than a sane pattern needs.
 */
const PATIENCE_MS = 250;
const PATIENCE_PER_UNIT_MS = 1 / 20_000;
/** Maximum time for a result of any size, ms. A click during this time is answered within a second. */
const MAX_PATIENCE_MS = 700;
/** Maximum number of listed lines for one result. Further lines are only counted. */
const MAX_HITS = 500;

/** Yielded in the middle of a large result, whose search takes several steps. */
const UNDER_WAY = Symbol('under way');
/** Key of a result that was searched to its end and has no hit. */
interface NoHit {
  readonly without: string;
}

/** Yields undefined for a result that was deleted meanwhile. */
type Search = Generator<ResultHits | NoHit | typeof UNDER_WAY | undefined, void>;

/** Creates the handlers that search stored results in steps, the newest result first. */
export function createSearchHandlers(results: KeptResults): Handlers {
  const searches = new Map<number, { readonly steps: Search; readonly inRun: boolean }>();
  let lastId = 0;
  return {
    beginSearch: (query) => {
      const pattern = toPattern(query);
      searches.set(++lastId, { steps: search(results, query, pattern), inRun: query.run !== undefined });
      return lastId;
    },
    searchOn: (id) => {
      const running = searches.get(id);
      const step = running === undefined ? { found: [], searched: 0, without: [], done: true } : searchOn(running);
      if (step.done) searches.delete(id);
      return step;
    },
    endSearch: (id) => {
      searches.delete(id);
      return undefined;
    },
  };
}

function searchOn({ steps, inRun }: { readonly steps: Search; readonly inRun: boolean }): SearchStep {
  const found: ResultHits[] = [];
  const without: string[] = [];
  const end = performance.now() + STEP_MS;
  let searched = 0;
  do {
    const next = steps.next();
    if (next.done === true) return { found, searched, without, done: true };
    if (next.value === UNDER_WAY) continue;
    searched++;
    if (next.value === undefined) continue;
    if (!('without' in next.value)) found.push(next.value);
    else if (inRun) without.push(next.value.without);
  } while (performance.now() < end);
  return { found, searched, without, done: false };
}

/** Yields once for each searched result, and also in the middle of a large result. */
function* search(results: KeptResults, query: SearchQuery, pattern: RegExp): Search {
  // The times of a pack are its author's choice, and a search ends after a number of lines: what was fetched comes first.
  const wasLeft = yield* searchOne(results, query, pattern, (cloud) => cloud !== 'pack');
  if (wasLeft) yield* searchOne(results, query, pattern, (cloud) => cloud === 'pack');
}

/** Searches the results of some clouds. Returns whether there are others. */
function* searchOne(
  results: KeptResults,
  query: SearchQuery,
  pattern: RegExp,
  isWanted: (cloud: StoredFacts['ref']['cloud']) => boolean,
): Generator<ResultHits | NoHit | typeof UNDER_WAY | undefined, boolean> {
  let behind: RowPlace | undefined;
  let wasLeft = false;
  const mayMatch = toByteTest(query);
  const mayHold = toFilterTest(query);
  const ofRun = query.run === undefined ? undefined : new Set(query.run.hosts.map(({ ref }) => resultKey(ref)));
  for (;;) {
    const page = results.page(behind, PAGE);
    for (const row of page) {
      const facts = parseFacts(row.facts);
      if (facts === undefined || resultKey(facts.ref) !== row.key || !isMeant(facts, query)) continue;
      if (ofRun?.has(row.key) === false) continue;
      if (!isWanted(facts.ref.cloud)) {
        wasLeft = true;
        continue;
      }
      if (facts.large !== undefined) yield* searchLarge(results, facts, pattern);
      else if (isRuledOut(row, facts, mayHold)) yield facts.transcript === undefined ? undefined : { without: row.key };
      else yield searchResult(results, row.key, facts, { pattern, mayMatch });
    }
    behind = page.at(-1);
    if (behind === undefined) return wasLeft;
  }
}

/** Whether the filter shows that a text is not in a result. Only a filter of the same bytes can. */
function isRuledOut({ filter }: PageRow, facts: StoredFacts, mayHold: FilterTest | undefined): boolean {
  if (filter === undefined || mayHold === undefined) return false;
  return isPlainFile(facts) && filter.sha256 === facts.sha256 && !mayHold(filter.bits);
}

function isMeant({ name }: StoredFacts, { connection, device, script }: SearchQuery): boolean {
  return (
    (connection === undefined || name.connection === connection) &&
    (device === undefined || name.device === device) &&
    (script === undefined || name.script === script)
  );
}

function searchResult(
  results: KeptResults,
  key: string,
  facts: StoredFacts,
  { pattern, mayMatch }: { readonly pattern: RegExp; readonly mayMatch: ByteTest | undefined },
): ResultHits | NoHit | undefined {
  const answer = answerFor(facts);
  try {
    const bytes = unpackStored(results, key);
    // The result was deleted after its row was read.
    if (bytes === undefined) return undefined;
    const noHit = facts.transcript === undefined ? undefined : { without: key };
    if (isPlainFile(facts) && mayMatch?.(bytes) === false) return noHit;
    const texts = textsOf(bytes);
    const length = texts.reduce((sum, [, text]) => sum + text.length, 0);
    const found: FoundLines = { hits: [], more: 0, lastLine: 0 };
    const inTime = runBounded(Math.min(MAX_PATIENCE_MS, PATIENCE_MS + length * PATIENCE_PER_UNIT_MS), () => {
      for (const [stream, text] of texts) {
        found.lastLine = 0;
        findHits(pattern, stream, text, MAX_HITS, found);
      }
    });
    // Only results with hits are checked, because a result without hits is not shown.
    if (found.hits.length > 0) checkStored(results, key, bytes, facts.sha256);
    if (!inTime) return answer(found, 'tooSlow');
    if (found.hits.length > 0) return answer(found);
    // The file may be cut off, so the host may have the text nevertheless.
    return noHit;
  } catch (error) {
    if (!(error instanceof ResultDamaged)) throw error;
    return answer({ hits: [], more: 0 }, 'damaged');
  }
}

/** Searches a result in pieces. Each piece is checked when it is read. */
function* searchLarge(results: KeptResults, facts: StoredFacts, pattern: RegExp): Search {
  const answer = answerFor(facts);
  const found: FoundLines = { hits: [], more: 0, lastLine: 0 };
  try {
    for (const stream of ['output', 'errors'] as const) {
      found.lastLine = 0;
      let carried: Stretch | undefined;
      for (const stretch of findLargeText(results, facts.ref, stream)?.stretches() ?? []) {
        const { text, first } = join(carried, stretch);
        const inTime = runBounded(PATIENCE_MS, () => {
          findHits(pattern, stream, text, MAX_HITS, found, first);
        });
        carried = endOf({ text, first });
        if (!inTime) {
          yield answer(found, 'tooSlow');
          return;
        }
        yield UNDER_WAY;
      }
    }
    yield found.hits.length === 0 ? { without: resultKey(facts.ref) } : answer(found);
  } catch (error) {
    // The result was deleted or replaced after its row was read.
    if (error instanceof ResultGone) return;
    if (!(error instanceof ResultDamaged)) throw error;
    yield answer({ hits: [], more: 0 }, 'damaged');
  }
}

/** A piece of a large text, with the place at which it begins. */
interface Stretch {
  readonly text: string;
  readonly first: PartStart;
}

/** Maximum length of a match that crosses the border between two pieces, in UTF-16 units. */
const OVERLAP = 4096;

/** Returns the end of a piece. It is searched again with the next piece, because a match can cross the border. */
function endOf({ text, first }: Stretch): Stretch {
  const wanted = Math.max(0, text.length - OVERLAP);
  const lineBegin = Math.max(text.lastIndexOf('\n', wanted - 1), text.lastIndexOf('\r', wanted - 1)) + 1;
  // The returned text begins at the beginning of a line, unless that line is long. In a long line, `^` then matches in
  // the middle.
  let from = wanted === 0 ? 0 : wanted - lineBegin <= OVERLAP ? lineBegin : wanted;
  // The cut must not divide a line end or a surrogate pair.
  while (from > 0 && /[\n\ud800-\udfff]/u.test(text.charAt(from))) from--;
  const before = text.slice(0, from);
  const { lines } = measureText(before);
  const lineStart = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  const line = first.line + Math.max(0, lines - 1);
  return { text: text.slice(from), first: { line, column: from - lineStart + (lines > 1 ? 1 : first.column) } };
}

function join(before: Stretch | undefined, { text, first }: Stretch): Stretch {
  return before === undefined ? { text, first } : { text: before.text + text, first: before.first };
}

function answerFor({ ref, name, fetchedAt, sha256 }: StoredFacts) {
  return (found: Pick<FoundLines, 'hits' | 'more'>, givenUp?: ResultHits['givenUp']): ResultHits => {
    return { ref, name, fetchedAt, sha256, hits: found.hits, more: found.more, givenUp };
  };
}

const bounded = new Script('work()');

/**
 * Runs work with a pattern that may never finish, or need too much. V8 can stop a regular expression in the middle.
 *
 * @returns whether the work finished
 */
function runBounded(timeout: number, work: () => void): boolean {
  try {
    bounded.runInContext(createContext({ work }), { timeout: Math.ceil(timeout) });
    return true;
  } catch (error) {
    // The code is checked instead of the class, because an error of another context is not an instance of our Error.
    const late =
      typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
    // For a line of millions of characters, a pattern can need more stack than there is.
    const isTooDeep = error instanceof RangeError;
    if (!late && !isTooDeep) throw error;
    return false;
  }
}

import type { LineRange } from '../../base/places.ts';
import { decodeResult } from '../../evidence/decode/decode.ts';
import type { DecodedResult } from '../../evidence/decode/decode.ts';
import { isPlainFile, toByteFilter } from '../byteFilter.ts';
import { documentSize, toDocumentBytes } from '../../evidence/text/documentText.ts';
import { hashText } from '../../base/hashText.ts';
import { countErrorLines, measureText } from '../../evidence/text/textFacts.ts';
import { resultKey, tenantKey } from '../../base/resultUri.ts';
import type { ResultRef, ResultStream } from '../../base/resultUri.ts';
import { KeptResults } from '../../storage/keptResults.ts';
import { SharedRecords } from '../../storage/sharedRecords.ts';
import type { StorageFault } from '../../storage/storageFault.ts';
import { boundFacts } from '../../model/boundFacts.ts';
import { findMismatches } from '../../model/mismatches.ts';
import type { ReceivedFacts, StoredFacts, StreamFacts, TranscriptFacts } from '../../model/storedResult.ts';
import { createActionHandlers, toActionRow } from './actionHandlers.ts';
import { createCopyHandlers } from './copyHandlers.ts';
import { createFoundHandlers } from './foundHandlers.ts';
import { createLargeHandlers } from './largeHandlers.ts';
import { findLarge, findLargeText, textOfLarge } from '../largeTexts.ts';
import { createPackHandlers } from './packHandlers.ts';
import type { PackSource } from './packHandlers.ts';
import type { WorkerCalls, WorkerMethod } from '../protocol.ts';
import { forgetRecords } from '../forgetRecords.ts';
import { createRunHandlers } from './runHandlers.ts';
import { createSearchHandlers } from './searchHandlers.ts';
import { SharedTables } from '../sharedTables.ts';
import { parseFacts } from '../storedShapes.ts';
import { factsOf, readableRaw, readHashed, readStored } from '../storedTexts.ts';
import { createStoreHandlers } from './storeHandlers.ts';
import { createViews } from './viewHandlers.ts';

export type WorkerHandlers = {
  readonly [Method in WorkerMethod]: (...args: WorkerCalls[Method]['args']) => WorkerCalls[Method]['answer'];
};

/** Number of results that are listed in one answer. Each takes a few kB in both threads. */
const LISTED_AT_ONCE = 500;

/**
 * Creates the handlers of the worker, without the thread.
 *
 * @param onFault - receives each fault of the stored results, with the repair that was made
 */
export function createHandlers(onFault: (fault: StorageFault) => void = () => undefined): WorkerHandlers {
  const results = new KeptResults(onFault);
  const records = new SharedRecords();
  const shared = new SharedTables(records, onFault);
  // Output and errors of a result are often requested one after the other. The second request then needs no decoding.
  let latest: { readonly key: string; readonly sha256: string; readonly decoded: DecodedResult } | undefined;

  let isSweeping = false;
  const sweep = (): void => {
    try {
      isSweeping = results.sweepLarge();
    } catch {
      // A fault of the file is reported later, when a request needs the file. The deletion continues when the file is
      // opened again.
      isSweeping = false;
    }
    if (isSweeping) setImmediate(sweep);
  };
  /** Deletes the pieces of removed results between two requests. Starts only after the current request was answered. */
  const sweepSoon = (): void => {
    if (isSweeping) return;
    isSweeping = true;
    setImmediate(sweep);
  };

  const decoded = (ref: ResultRef): DecodedResult | undefined => {
    const key = resultKey(ref);
    // Another window can have replaced or deleted the result since. Its text must not stand beside another hash.
    if (latest?.key === key && latest.sha256 === factsOf(results, key)?.sha256) return latest.decoded;
    const stored = readHashed(results, key);
    latest = stored && { key, sha256: stored.sha256, decoded: decodeResult(stored.bytes) };
    return latest?.decoded;
  };

  const text = (ref: ResultRef, stream: ResultStream, lines?: readonly LineRange[]): string | undefined => {
    const large = findLarge(results, ref);
    if (large !== undefined && stream !== 'raw') {
      // A missing text of a script's result is empty, as in a result that is stored in one piece.
      const missing = large.facts.transcript === undefined ? undefined : '';
      return textOfLarge(results, large, stream)?.text(lines) ?? missing;
    }
    const transcript = decoded(ref)?.transcript;
    if (stream !== 'raw') return transcript?.[stream];
    const bytes = readStored(results, resultKey(ref));
    const result = decoded(ref);
    return bytes === undefined || result === undefined ? undefined : readableRaw(result, bytes);
  };

  const source: PackSource = {
    text,
    large: (ref, stream) => findLargeText(results, ref, stream),
    decoded,
    bytes: (ref) => readStored(results, resultKey(ref)),
    facts: (ref) => factsOf(results, resultKey(ref)),
  };
  const views = createViews(source);

  return {
    ...views.handlers,
    open: (folder) => {
      if (folder === undefined) return 'memory';
      // Opened first, and reports its faults itself: results can be read even if the other file cannot.
      results.openIn(folder);
      sweepSoon();
      shared.openIn(folder);
      return 'files';
    },
    ...createActionHandlers(results),
    ...createLargeHandlers(results, () => {
      latest = undefined;
      views.forget();
      sweepSoon();
    }),
    put: (facts, bytes, { keep = true, action } = {}) => {
      const result = decodeResult(bytes);
      const stored = describe(facts, result, readableRaw(result, bytes));
      const bits = isPlainFile(stored) ? toByteFilter(bytes) : undefined;
      const row = {
        key: resultKey(facts.ref),
        tenant: tenantKey(facts.ref),
        fetchedAt: facts.fetchedAt,
        facts: JSON.stringify(stored),
        bytes,
        action: toActionRow(action),
        filter: bits === undefined ? undefined : { sha256: stored.sha256, bits },
      };
      results.put(row, keep);
      latest = { key: resultKey(facts.ref), sha256: stored.sha256, decoded: result };
      views.forget();
      sweepSoon();
      return stored;
    },
    facts: (ref) => factsOf(results, resultKey(ref)),
    // A damaged row hides one result, not all results.
    list: (tenant, behind) => {
      const rows = results.list(tenantKey(tenant), behind, LISTED_AT_ONCE);
      const last = rows.at(-1);
      const next = last === undefined ? undefined : { fetchedAt: last.fetchedAt, key: last.key };
      return { facts: rows.flatMap((row) => parseFacts(row.facts) ?? []), next };
    },
    document: (ref, stream) => {
      const found = text(ref, stream);
      return found === undefined ? undefined : toDocumentBytes(found);
    },
    text,
    ...createPackHandlers(source),
    ...createRunHandlers(records),
    raw: (ref) => {
      const bytes = readStored(results, resultKey(ref));
      return bytes === undefined ? undefined : new Uint8Array(bytes);
    },
    takeCall: (account, application, share) =>
      shared.countAtNow(account, (ledger, now) => ledger.take(application, share, now)),
    endCall: (account, application, id, answered) => {
      shared.countAtNow(account, (ledger, now) => {
        ledger.end(application, id, answered, now);
      });
      return undefined;
    },
    giveBackCall: (id) => {
      shared.countAtNow('api', (ledger) => {
        ledger.giveBack(id);
      });
      return undefined;
    },
    noteCall: (account, application, startedAt, endedAt) => {
      // The times are later than a step of the clock that nobody has noticed yet.
      shared.countAtNow(account, (ledger) => {
        ledger.note(application, startedAt, endedAt);
      });
      return undefined;
    },
    callsRefused: (account, application, until) =>
      shared.countAtNow(account, (ledger, now) => ledger.refused(application, until, now)),
    callUsage: (account, application) => shared.countAtNow(account, (ledger, now) => ledger.usage(application, now)),
    takeLease: (name, holder, forMs) =>
      shared.leaseAtNow((signIns, now) => signIns.takeLease(name, holder, now + forMs, now)),
    releaseLease: (name, holder) => {
      shared.signIns.releaseLease(name, holder);
      return undefined;
    },
    consent: (owner) => shared.signIns.consent(owner),
    setConsent: (owner, state, seen) => shared.signIns.setConsent(owner, state, seen),
    account: (owner) => shared.signIns.account(owner),
    setAccount: (owner, account) => {
      shared.signIns.setAccount(owner, account);
      return undefined;
    },
    ...createCopyHandlers(records),
    ...createFoundHandlers(records),
    connections: () => {
      const { connections } = shared;
      return { connections: connections.list(), active: connections.active() };
    },
    putConnection: (name, json) => {
      shared.connections.put({ name, json });
      return undefined;
    },
    deleteConnection: (name) => {
      shared.connections.delete(name);
      return undefined;
    },
    activateConnection: (name) => {
      shared.connections.activate(name);
      return undefined;
    },
    ...createStoreHandlers(
      results,
      () => {
        latest = undefined;
        views.forget();
        sweepSoon();
      },
      {
        forget: (refs) => {
          forgetRecords(records, refs);
        },
        removeAll: () => {
          records.clear();
          shared.removeAll();
        },
      },
    ),
    ...createSearchHandlers(results),
  };
}

function describe(facts: ReceivedFacts, result: DecodedResult, rawText: string | undefined): StoredFacts {
  const { transcript } = result;
  const described: TranscriptFacts | undefined =
    transcript === undefined
      ? undefined
      : {
          scriptName: transcript.scriptName,
          exitCode: transcript.exitCode,
          output: describeStream(transcript.output),
          errors: describeStream(transcript.errors),
          errorLines: countErrorLines(transcript.errors),
        };
  return boundFacts({
    ...facts,
    transcript: described,
    rejection: result.rejection,
    raw: rawText === undefined ? undefined : describeStream(rawText),
    changes: result.changes,
    encoding: result.encoding,
    mismatches: findMismatches(facts, transcript?.scriptName),
  });
}

function describeStream(text: string): StreamFacts {
  const facts = measureText(text);
  return { ...facts, documentBytes: documentSize(text, facts.nuls), sha256: hashText(text) };
}

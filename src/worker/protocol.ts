import type { LineRange } from '../base/places.ts';
import type { CallAccount, TakeAnswer, Usage } from '../defender/calls/ledger.ts';
import type { ResultRef, ResultStream } from '../base/resultUri.ts';
import type { ReceivedAction } from '../defender/list/receivedActions.ts';
import type { RowPlace } from '../storage/resultRow.ts';
import type { SeenState } from '../storage/signInTable.ts';
import type { CopyCalls } from './handlers/copyHandlers.ts';
import type { FoundCalls } from './handlers/foundHandlers.ts';
import type { ReceivedFacts, StoredFacts } from '../model/storedResult.ts';
import type { ActionCalls } from './handlers/actionHandlers.ts';
import type { LargeCalls } from './largeCalls.ts';
import type { PackCalls } from './handlers/packHandlers.ts';
import type { RunCalls } from './handlers/runHandlers.ts';
import type { SearchCalls } from './searchCalls.ts';
import type { StoreCalls, WorkerNotice } from './storeCalls.ts';
import type { ViewCalls } from './viewCalls.ts';

/**
 * The requests that the worker answers, with their arguments and answers. Texts and bytes are returned for one result
 * at a time.
 */
export interface WorkerCalls
  extends ActionCalls, CopyCalls, FoundCalls, LargeCalls, PackCalls, RunCalls, StoreCalls, SearchCalls, ViewCalls {
  /** Opens or creates the databases. Returns whether results are kept in files or in memory. */
  readonly open: { args: [folder: string | undefined]; answer: StorageState };
  /** Decodes, measures and stores a result in one transaction. */
  readonly put: { args: [facts: ReceivedFacts, bytes: Uint8Array, options?: PutOptions]; answer: StoredFacts };
  readonly facts: { args: [ref: ResultRef]; answer: StoredFacts | undefined };
  /** Returns the facts of a tenant's next stored results, newest first. Without a next place, these are the last. */
  readonly list: {
    args: [tenant: Pick<ResultRef, 'cloud' | 'tenantId'>, behind?: RowPlace];
    answer: { readonly facts: readonly StoredFacts[]; readonly next: RowPlace | undefined };
  };
  /**
   * Returns a document's bytes: byte order mark and text. Undefined if the result is not stored, or is not the result
   * of a script.
   */
  readonly document: { args: [ref: ResultRef, stream: ResultStream]; answer: Uint8Array<ArrayBuffer> | undefined };
  /**
   * Returns a decoded text, with its NULs. If only some lines of a text in pieces are needed, the other lines may be
   * empty, but their number is right. Fails with `textTooLarge` if the needed text does not fit in memory.
   */
  readonly text: {
    args: [ref: ResultRef, stream: ResultStream, lines?: readonly LineRange[] | undefined];
    answer: string | undefined;
  };
  /** Returns the bytes as the service stored them. */
  readonly raw: { args: [ref: ResultRef]; answer: Uint8Array<ArrayBuffer> | undefined };
  /**
   * Requests about the call budget: see `Ledger` in defender/calls/ledger.ts. Times are read from this machine's clock,
   * in the worker.
   */
  readonly takeCall: { args: [account: CallAccount, application: string, share: number]; answer: TakeAnswer };
  readonly endCall: {
    args: [account: CallAccount, application: string, id: number, answered: boolean];
    answer: undefined;
  };
  readonly giveBackCall: { args: [id: number]; answer: undefined };
  readonly noteCall: {
    args: [account: CallAccount, application: string, startedAt: number, endedAt: number];
    answer: undefined;
  };
  readonly callsRefused: {
    args: [account: CallAccount, application: string, until: number | undefined];
    answer: Usage;
  };
  readonly callUsage: { args: [account: CallAccount, application: string]; answer: Usage };
  /** Requests about leases and accounts: see `SignInTable` in storage/signInTable.ts. */
  readonly takeLease: { args: [name: string, holder: string, forMs: number]; answer: boolean };
  readonly releaseLease: { args: [name: string, holder: string]; answer: undefined };
  readonly account: { args: [owner: string]; answer: string | undefined };
  readonly consent: { args: [owner: string]; answer: string | undefined };
  readonly setConsent: { args: [owner: string, state: string | undefined, seen?: SeenState]; answer: boolean };
  readonly setAccount: { args: [owner: string, account: string | undefined]; answer: undefined };
  readonly connections: { args: []; answer: StoredConnections };
  readonly putConnection: { args: [name: string, json: string]; answer: undefined };
  readonly deleteConnection: { args: [name: string]; answer: undefined };
  readonly activateConnection: { args: [name: string]; answer: undefined };
}

/** Options for storing a result. */
export interface PutOptions {
  /** Whether the result may be written to the disk. Otherwise it is kept in memory. True by default. */
  readonly keep?: boolean;
  /** The text from which the result's action was read, if it is available. */
  readonly action?: ReceivedAction | undefined;
}

/** Whether results are kept in files, or in memory for this session only. */
export type StorageState = 'files' | 'memory';

export interface StoredConnections {
  /** Each connection by name, as JSON, in the order in which the connections were added. */
  readonly connections: readonly { readonly name: string; readonly json: string }[];
  readonly active: string | undefined;
}

export type WorkerMethod = keyof WorkerCalls;

export interface WorkerRequest {
  readonly id: number;
  readonly method: WorkerMethod;
  readonly args: readonly unknown[];
}

export interface WorkerAnswer {
  readonly id: number;
  readonly answer?: unknown;
  /** The failure's message, for the log. Set if the request failed. */
  readonly failure?: string;
  /** The name of the error, by which its kind is recognized. */
  readonly failureName?: string;
  /** Set in an answer that belongs to no request. The id of such an answer is 0. */
  readonly notice?: WorkerNotice;
}

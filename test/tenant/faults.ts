import type { CallKind, DoorName, RecordedRequest } from './recording.ts';

/** The kinds of faults. */
export type FaultAction =
  /** This answer instead of the real one. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  /** A page of a captive portal or a proxy, with 200. */
  | { readonly kind: 'html'; readonly body?: string }
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** The connection is reset before any answer. */
  | { readonly kind: 'reset' }
  /** The connection is reset after so many bytes of the real body. */
  | { readonly kind: 'resetMidBody'; readonly afterBytes: number }
  /**
   * The real body ends early. `promised: true` keeps the Content-Length of the whole, so that the client can notice.
   * `false` states the length that is sent: only the content shows that something is missing.
   */
  | { readonly kind: 'truncate'; readonly afterBytes: number; readonly promised: boolean }
  /** The whole body under a false Content-Length; then the connection closes. */
  | { readonly kind: 'contentLength'; readonly announced: number }
  /** The real body without its length and its hash, and at most this many bytes of it. */
  | { readonly kind: 'unmeasured'; readonly afterBytes: number }
  /** The real body, slowly. */
  | { readonly kind: 'drip'; readonly bytesPerSecond: number };

/** A fault for the matching requests. All given conditions must hold. */
export interface Fault {
  readonly door: DoorName;
  readonly call?: CallKind;
  /** Any further condition. */
  readonly when?: (request: RecordedRequest) => boolean;
  /** Number of requests; 1 if not given, `Infinity` for a permanent state. */
  readonly times?: number;
  /** Delay before the request is handled, in ms. */
  readonly delayMs?: number;
  /** Waits until a test resolves this promise. */
  readonly until?: Promise<void>;
  /** Delay between the work and the first byte of the answer, in ms. */
  readonly holdMs?: number;
  /** If not given, the fault consists only of its delays. */
  readonly action?: FaultAction;
}

/** The queue of faults. */
export interface Faults {
  /**
   * Queues a fault. A request gets the first fault in the queue that matches it. Returns a function that removes the
   * fault.
   */
  readonly add: (fault: Fault) => () => void;
  readonly clear: () => void;
  /** Returns the number of queued faults that are not used up. A test can assert that its fault happened. */
  readonly pending: () => number;
  readonly take: (request: RecordedRequest) => Fault | undefined;
}

/** Creates an empty queue. */
export function createFaults(): Faults {
  const queue: { fault: Fault; left: number }[] = [];
  const remove = (entry: { fault: Fault; left: number }): void => {
    const index = queue.indexOf(entry);
    if (index >= 0) {
      queue.splice(index, 1);
    }
  };
  return {
    add: (fault) => {
      const entry = { fault, left: fault.times ?? 1 };
      queue.push(entry);
      return () => {
        remove(entry);
      };
    },
    clear: () => {
      queue.length = 0;
    },
    pending: () => queue.length,
    take: (request) => {
      const entry = queue.find(({ fault }) => fits(fault, request));
      if (entry === undefined) {
        return undefined;
      }
      entry.left -= 1;
      if (entry.left <= 0) {
        remove(entry);
      }
      return entry.fault;
    },
  };
}

function fits(fault: Fault, request: RecordedRequest): boolean {
  return (
    fault.door === request.door &&
    (fault.call === undefined || fault.call === request.kind) &&
    (fault.when === undefined || fault.when(request))
  );
}

/** The body of a captive portal, as a client behind one receives it. */
export const CAPTIVE_PORTAL =
  '<!DOCTYPE html>\n<html><head><title>Network sign-in</title></head><body><h1>Sign in to the network</h1></body></html>\n';

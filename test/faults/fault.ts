import type { DefenderClientOptions } from '../../src/defender/client.ts';
import type { FailureValues } from '../../src/base/errors.ts';
import type { FailureCode } from '../../src/base/failures.ts';
import type { Rejection } from '../../src/evidence/decode/decode.ts';
import type { LocalTenantOptions } from '../tenant/localTenant.ts';
import type { Stage } from './stage.ts';

/** The outcome of a fault for the caller. */
export type Ending =
  /** The answer, whole and unchanged. */
  | { readonly kind: 'ok' }
  | { readonly kind: 'failure'; readonly code: FailureCode; readonly values: FailureValues }
  /** The bytes are stored unchanged, and not shown as output. */
  | { readonly kind: 'rejection'; readonly reason: Rejection['reason'] };

/** An exact number, or the minimum and the maximum that the rule allows. */
export type Count = number | readonly [least: number, most: number];

/** A fault, and all that follows from it. */
export interface Fault {
  /** Short and unique, so that a failed test is easy to find. */
  readonly id: string;
  readonly happens: string;
  readonly where: 'api' | 'blob' | 'login' | 'network' | 'this machine';
  /** The client's reaction. */
  readonly client: string;
  readonly tenant?: LocalTenantOptions;
  /** Speed of the client's clock, as a multiple of real time; 20 if not given. */
  readonly speed?: number;
  /** Milliseconds by which the client's clock is ahead. */
  readonly skew?: number;
  /** Causes the fault, on the tenant or on the way to it. */
  readonly arrange: (stage: Stage) => void | Promise<void>;
  /** Changes the client's options. */
  readonly options?: (stage: Stage) => Partial<DefenderClientOptions>;
  /** Makes the request; the small result if not given. */
  readonly ask?: (stage: Stage, signal: AbortSignal) => Promise<unknown>;
  /** Waits until the user cancels. */
  readonly cancelWhen?: (stage: Stage) => Promise<void>;
  readonly ends: Ending;
  /** Number of calls that reached the API, by the tenant's recording. */
  readonly apiCalls: Count;
  /** Number of requests that reached the blob host, by the tenant's recording. */
  readonly downloads: Count;
  /** Checks anything else in the recording. */
  readonly check?: (stage: Stage) => void | Promise<void>;
  /** Whether this process trusts the tenant's certificate. */
  readonly trusted?: boolean;
  /** Options that a client needs once the fault is over; `gone` where nothing is left to fetch. */
  readonly after?: 'gone' | ((stage: Stage) => Partial<DefenderClientOptions>);
}

/** Host names as the table prints them, in place of the ports of one run. */
export const API_HOST = 'api.security.microsoft.com';
export const BLOB_HOST = 'automatedirstrprdeus.blob.core.windows.net';
export const OTHER_HOST = 'results.example';

/** Replaces a value that changes with every run, as the table prints it. */
export const CORRELATION_ID = 'c0ffee00-0000-4000-8000-000000000000';
export const RETRY_AT = Date.UTC(2026, 10, 23, 21, 4, 41);

export const OK: Ending = { kind: 'ok' };

/** Creates the ending for a failure with its code and all its values. */
export function failure(code: FailureCode, values: FailureValues = {}): Ending {
  return { kind: 'failure', code, values };
}

/** Creates a part of the table. */
export function faults(rows: readonly Fault[]): readonly Fault[] {
  return rows;
}

import type { DefenderClientOptions } from '../../src/defender/client.ts';
import type { FailureCode, FailureValues } from '../../src/base/errors.ts';
import type { Rejection } from '../../src/evidence/decode/decode.ts';
import type { LocalTenantOptions } from '../tenant/localTenant.ts';
import type { Stage } from './stage.ts';

/** How a fault ends for whoever asked. */
export type Ending =
  /** The answer, whole and unchanged. */
  | { readonly kind: 'ok' }
  | { readonly kind: 'failure'; readonly code: FailureCode; readonly values: FailureValues }
  /** The bytes are stored as they came, and shown as no output. */
  | { readonly kind: 'rejection'; readonly reason: Rejection['reason'] };

/** An exact number, or the least and the most that the rule allows. */
export type Count = number | readonly [least: number, most: number];

/** One thing that goes wrong, and all that follows from it. */
export interface Fault {
  /** Short, unique, for the eye that searches a failed test. */
  readonly id: string;
  readonly happens: string;
  readonly where: 'api' | 'blob' | 'login' | 'network' | 'this machine';
  /** What the client does about it. */
  readonly client: string;
  readonly tenant?: LocalTenantOptions;
  /** How many times as fast the client's clock runs; 20 if not given. */
  readonly speed?: number;
  /** How far the client's clock is ahead, ms. */
  readonly skew?: number;
  /** Makes it happen: on the tenant, or on what stands between. */
  readonly arrange: (stage: Stage) => void | Promise<void>;
  /** How the client differs from a plain one. */
  readonly options?: (stage: Stage) => Partial<DefenderClientOptions>;
  /** What is asked for; the small result if not given. */
  readonly ask?: (stage: Stage, signal: AbortSignal) => Promise<unknown>;
  /** When the person cancels. */
  readonly cancelWhen?: (stage: Stage) => Promise<void>;
  readonly ends: Ending;
  /** Calls that reached the API, by the tenant's recording. */
  readonly apiCalls: Count;
  /** Requests that reached the blob host, by the tenant's recording. */
  readonly downloads: Count;
  /** Anything else that has to be so, by the recording. */
  readonly check?: (stage: Stage) => void | Promise<void>;
  /** Whether this process trusts the tenant's certificate. */
  readonly trusted?: boolean;
  /** What a client needs once the fault is over; `gone` where nothing is left to ask. */
  readonly after?: 'gone' | ((stage: Stage) => Partial<DefenderClientOptions>);
}

/** Host names as the table prints them, in place of the ports of one run. */
export const API_HOST = 'api.security.microsoft.com';
export const BLOB_HOST = 'automatedirstrprdeus.blob.core.windows.net';
export const OTHER_HOST = 'results.example';

/** What changes with every run, as the table prints it. */
export const CORRELATION_ID = 'c0ffee00-0000-4000-8000-000000000000';
export const RETRY_AT = Date.UTC(2026, 10, 23, 21, 4, 41);

export const OK: Ending = { kind: 'ok' };

/** A failure with its code and all its values. */
export function failure(code: FailureCode, values: FailureValues = {}): Ending {
  return { kind: 'failure', code, values };
}

/** A part of the table. */
export function faults(rows: readonly Fault[]): readonly Fault[] {
  return rows;
}

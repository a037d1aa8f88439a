import type { Priority } from '../../src/defender/calls/budget.ts';
import type { RateWindow } from '../../src/defender/calls/ledger.ts';

/** The order for a process. */
export interface Order {
  readonly apiUrl: string;
  readonly token: string;
  /** Folder of the database. */
  readonly folder: string;
  readonly application: string;
  readonly windows: readonly [RateWindow, RateWindow];
  readonly calls: number;
  readonly priority: Priority;
}

/** The outcomes of the calls. */
export interface Report {
  readonly outcomes: readonly string[];
}

/** Whether a message is an order: only our own test sends messages. */
export function isOrder(message: unknown): message is Order {
  return typeof message === 'object' && message !== null && 'apiUrl' in message && 'windows' in message;
}

/** Whether a message is a report. */
export function isReport(message: unknown): message is Report {
  return typeof message === 'object' && message !== null && 'outcomes' in message;
}

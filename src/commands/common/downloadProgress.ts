import { env, l10n } from 'vscode';
import { formatBytes } from '../../messages/format.ts';
import type { CommandScope } from './commandRunner.ts';

/**
 * Shortest time between two reports, in milliseconds. A large file arrives in tens of thousands of pieces. No one could
 * read a report for each piece.
 */
const STEP_MS = 200;

/** Returns a function that reports the progress of a download: in bytes and, if the size is known, in percent. */
export function toProgress(report: CommandScope['report']): (received: number, total: number | undefined) => void {
  let last = -Infinity;
  return (received, total) => {
    const now = performance.now();
    if (now - last < STEP_MS && received !== total) return;
    last = now;
    if (total === undefined || total === 0) {
      report(formatBytes(received));
      return;
    }
    const share = received / total;
    const percent = new Intl.NumberFormat(env.language, { style: 'percent' }).format(share);
    report(l10n.t('{0} of {1} ({2})', formatBytes(received), formatBytes(total), percent), share);
  };
}

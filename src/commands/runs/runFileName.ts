import type { RunRecord } from '../../model/runRecord.ts';
import { timesOf } from '../../runs/runs.ts';

/**
 * Returns the name of a run for a file: its script and its first time, as `run-hunt-persistence-20261128T2247Z`. Only
 * letters, digits and hyphens of the script's name are kept, because the name comes from the tenant.
 */
export function runFileName({ run }: RunRecord): string {
  const base = run.words.script.replace(/\.[a-z\d]{1,5}$/iu, '').replaceAll(/[^a-z\d]+/giu, '-');
  const script = base.replaceAll(/^-|-$/gu, '').slice(0, 60);
  const { first } = timesOf(run);
  const minute = Number.isFinite(first) ? new Date(first).toISOString().slice(0, 16).replaceAll(/[-:]/gu, '') : '';
  return ['run', script, ...(minute === '' ? [] : [`${minute}Z`])].filter((part) => part !== '').join('-');
}

import type { RunRecord } from '../../model/runRecord.ts';
import { timesOf } from '../../runs/runs.ts';

/**
 * Returns the name of a run for a file: its script and its first time, as `run-hunt-persistence-20261128T2247Z`. Only
 * letters, digits and hyphens of the script's name are kept, because the name comes from the tenant.
 */
export function runFileName({ run }: RunRecord): string {
  const script = plainPart(run.words.script.replace(/\.[a-z\d]{1,5}$/iu, ''));
  const { first } = timesOf(run);
  const minute = Number.isFinite(first) ? new Date(first).toISOString().slice(0, 16).replaceAll(/[-:]/gu, '') : '';
  return ['run', script, ...(minute === '' ? [] : [`${minute}Z`])].filter((part) => part !== '').join('-');
}

/** Returns a part of a name for a file: only letters of ASCII, digits and hyphens are kept, at most 60 characters. */
export function plainPart(name: string): string {
  return name
    .replaceAll(/[^a-z\d]+/giu, '-')
    .replace(/^-/u, '')
    .slice(0, 60)
    .replace(/-$/u, '');
}

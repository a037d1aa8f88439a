import { env } from 'vscode';

/** Returns a size such as `12.4 MB`, in the language of the editor. */
export function formatBytes(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const power = bytes < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(env.language, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    // Bytes are spelled out, because the short unit would give "178 byte" in English.
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power === 0 ? 0 : 1,
  }).format(bytes / 1000 ** power);
}

/** Returns the time of day on this machine's clock, with seconds. */
export function formatTime(ms: number): string {
  return new Intl.DateTimeFormat(env.language, { timeStyle: 'medium' }).format(ms);
}

/** Returns the date and time on this machine's clock, with the name of the time zone. */
export function formatLocal(ms: number): string {
  return new Intl.DateTimeFormat(env.language, { dateStyle: 'medium', timeStyle: 'long' }).format(ms);
}

/** Returns a time such as `2026-11-23 21:04:41 UTC`. */
export function formatUtc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Returns a time such as `21:04Z`, with its date if it is not on the same day in UTC as `now`: `11-23 21:04Z`. */
export function formatShortUtc(ms: number, now: number): string {
  const [date = '', time = ''] = new Date(ms).toISOString().split('T');
  const today = new Date(now).toISOString().slice(0, date.length);
  const clock = `${time.slice(0, 5)}Z`;
  if (date === today) return clock;
  return `${date.slice(0, 4) === today.slice(0, 4) ? date.slice(5) : date} ${clock}`;
}

/**
 * Returns an age such as `3 min. ago`, in the language of the editor. The age is rounded, because tooltips show exact
 * times.
 */
export function formatAge(ms: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - ms) / 1000));
  const [value, unit] = coarse(seconds);
  relative ??= new Intl.RelativeTimeFormat(env.language, { numeric: 'auto', style: 'short' });
  return relative.format(-value, unit);
}

/**
 * Formatter of ages. Created once, because a list formats thousands of ages and the editor's language never changes
 * while the editor runs.
 */
let relative: Intl.RelativeTimeFormat | undefined;

/** Returns a duration such as `3 s`, `2 min` or `1 h`, in the language of the editor. */
export function formatDuration(ms: number): string {
  const [value, unit] = coarse(Math.max(0, Math.round(ms / 1000)));
  return new Intl.NumberFormat(env.language, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
}

function coarse(seconds: number): [number, 'second' | 'minute' | 'hour' | 'day'] {
  if (seconds < 60) return [seconds, 'second'];
  if (seconds < 3600) return [Math.floor(seconds / 60), 'minute'];
  if (seconds < 86_400) return [Math.floor(seconds / 3600), 'hour'];
  return [Math.floor(seconds / 86_400), 'day'];
}

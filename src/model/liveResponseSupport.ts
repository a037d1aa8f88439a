import type { Machine } from '../defender/machines.ts';

/**
 * Whether a system is on Microsoft's list of systems with live response. `needs`: only with an update, and the API does
 * not tell which updates are installed. `agent`: only with the unified agent, which the API does not tell either.
 * `unknown`: the list says nothing about such a system. Source: api-facts §0, documented.
 */
export type SystemSupport =
  { readonly kind: 'listed' | 'notListed' | 'agent' | 'unknown' } | { readonly kind: 'needs'; readonly update: string };

/** Build of the first Windows 10 that needs no update: version 1909. */
const FIRST_WITHOUT_UPDATE = 18_363;
/** Smallest build of Windows 10. */
const FIRST_BUILD = 10_000;
/** Updates that older builds of Windows 10 need: versions 1903, 1809, 1803 and 1709. */
const CLIENT_UPDATES: ReadonlyMap<number, string> = new Map([
  [18_362, 'KB4515384'],
  [17_763, 'KB4537818'],
  [17_134, 'KB4537795'],
  [16_299, 'KB4537816'],
]);
/** Build of Windows Server 2019, version 1903. The update KB4515384 is needed there in place of a newer version. */
const SERVER_1903 = 18_362;
const SERVER_1809 = 17_763;
/** Oldest version of macOS on the list. */
const FIRST_MACOS = 11;

const LISTED: ReadonlySet<string> = new Set(['windows11', 'windowsserver2022', 'linux']);
const WITH_AGENT: ReadonlySet<string> = new Set(['windowsserver2012r2', 'windowsserver2016']);
/** Systems that Defender knows, and for which the list has no live response. */
const NOT_LISTED: ReadonlySet<string> = new Set([
  ...['windows7', 'windows8', 'windows8.1', 'windowsxp', 'windowsserver2008', 'windowsserver2008r2'],
  ...['windowsserver2012', 'android', 'ios'],
]);

/** Compares a device's system with Microsoft's list. */
export function supportOf({ osPlatform, osBuild, version }: Machine): SystemSupport {
  const platform = (osPlatform ?? '').toLowerCase().replaceAll(' ', '');
  if (LISTED.has(platform)) return { kind: 'listed' };
  if (WITH_AGENT.has(platform)) return { kind: 'agent' };
  if (NOT_LISTED.has(platform)) return { kind: 'notListed' };
  // A build of 0 is a default of the server.
  if (platform === 'windows10' && osBuild !== null && osBuild >= FIRST_BUILD) {
    if (osBuild >= FIRST_WITHOUT_UPDATE) return { kind: 'listed' };
    const update = CLIENT_UPDATES.get(osBuild);
    return update === undefined ? { kind: 'notListed' } : { kind: 'needs', update };
  }
  if (platform === 'windowsserver2019' && osBuild !== null) {
    if (osBuild === SERVER_1809) return { kind: 'needs', update: 'KB4537818' };
    return { kind: osBuild >= SERVER_1903 ? 'listed' : 'unknown' };
  }
  const major = platform === 'macos' ? Number.parseInt(version ?? '', 10) : Number.NaN;
  // The list ends with a version that was the newest when it was written.
  if (!Number.isNaN(major)) return { kind: major < FIRST_MACOS ? 'notListed' : 'listed' };
  return { kind: 'unknown' };
}

import { ConfigurationTarget, env, workspace } from 'vscode';

/** Formats in which a quotation is written into a note, with its source. */
export type NoteForm = 'compactBlock' | 'fullBlock' | 'citation' | 'tableRow';

const SECTION = 'liveResponse';

/** Returns the size of the largest result that is downloaded, in bytes. */
export function maxDownloadBytes(): number {
  const megabytes = workspace.getConfiguration(SECTION).get<number>('maxDownloadSize', 64);
  // A megabyte is 1,000,000 bytes here, because the extension also shows sizes in powers of ten.
  return Math.max(1, megabytes) * 1_000_000;
}

/** Returns the hosts from which the user allows downloads, in addition to Azure's hosts. */
export function allowedDownloadHosts(): readonly string[] {
  return workspace.getConfiguration(SECTION).get<string[]>('downloadHosts', []);
}

/** Allows one more download host, for all windows of this machine. */
export async function allowDownloadHost(host: string): Promise<void> {
  const hosts = [...new Set([...allowedDownloadHosts(), host])];
  await workspace.getConfiguration(SECTION).update('downloadHosts', hosts, ConfigurationTarget.Global);
}

/** Whether unfinished actions are polled while the user looks at them. */
export function followsActions(): boolean {
  return workspace.getConfiguration(SECTION).get<boolean>('followActions', true);
}

/** Whether rows of the list show ages, such as `3 min. ago`, instead of times in UTC. */
export function showsAges(): boolean {
  return workspace.getConfiguration(SECTION).get<string>('listTimes', 'utc') === 'relative';
}

/** Place at which the errors of a script open: beside its output, below it, or as a tab behind it. */
export type ErrorsPlace = 'beside' | 'below' | 'tab';

/** Number of error lines from which errors open beside their output, because they need room of their own. */
const MANY_ERRORS = 10;

/**
 * Returns the place at which errors open.
 *
 * @param lines - number of lines of the errors. By default, few lines open below the output, which keeps its width
 */
export function errorsPlace(lines: number): ErrorsPlace {
  const settings = workspace.getConfiguration(SECTION);
  const wanted = settings.get<string>('openErrors', 'automatic');
  if (wanted === 'beside' || wanted === 'below' || wanted === 'tab') return wanted;
  // The setting of version 0.1.
  if (!settings.get<boolean>('openErrorsBeside', true)) return 'tab';
  return lines < MANY_ERRORS ? 'below' : 'beside';
}

/** Format that a paste of copied text into Markdown offers first. `automatic` chooses the format by the copied text. */
export type PasteAs = 'automatic' | 'plainText' | NoteForm;

const PASTE_FORMS = new Set<PasteAs>(['plainText', 'compactBlock', 'fullBlock', 'citation', 'tableRow']);

/** Returns the `pasteAs` setting; `automatic` if its value is not a known format. */
export function pasteAs(): PasteAs {
  const wanted = workspace.getConfiguration(SECTION).get<PasteAs>('pasteAs', 'automatic');
  return PASTE_FORMS.has(wanted) ? wanted : 'automatic';
}

/** Whether indicators are defanged in text that is copied together with its source. */
export function defangsOnCopy(): boolean {
  return workspace.getConfiguration(SECTION).get<boolean>('defangOnCopy', false);
}

/**
 * Whether events can be sent at this moment. VS Code's telemetry level and this extension's own setting must both allow
 * it.
 */
export function sendsTelemetry(): boolean {
  return env.isTelemetryEnabled && workspace.getConfiguration(SECTION).get<boolean>('telemetry.enabled', true);
}

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60_000;

/** Returns the rules for stored results: whether results are stored on the disk, how many bytes, and for how long. */
export function storageRules(): {
  readonly keep: boolean;
  /** Largest size of all stored results, in bytes; undefined means no limit. */
  readonly maxBytes: number | undefined;
  /** Largest age of a stored result, in milliseconds; undefined means no limit. */
  readonly maxAge: number | undefined;
} {
  const settings = workspace.getConfiguration(SECTION);
  const megabytes = settings.get<number>('storage.maxSize', 2048);
  const days = settings.get<number>('storage.maxAgeDays', 0);
  return {
    keep: settings.get<boolean>('storage.keepResults', true),
    maxBytes: megabytes > 0 ? megabytes * MIB : undefined,
    maxAge: days > 0 ? days * DAY_MS : undefined,
  };
}

/** Section of the settings that contains the storage rules. */
export const STORAGE_SECTION = `${SECTION}.storage`;

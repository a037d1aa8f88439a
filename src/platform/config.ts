import { ConfigurationTarget, env, workspace } from 'vscode';

/** Forms in which a quotation is written into a note, with its source. */
export type NoteForm = 'compactBlock' | 'fullBlock' | 'citation' | 'tableRow';

const SECTION = 'liveResponse';

/** Returns the size of the largest result that is downloaded, in bytes. */
export function maxDownloadBytes(): number {
  const megabytes = workspace.getConfiguration(SECTION).get<number>('maxDownloadSize', 64);
  // Powers of ten, because sizes are shown that way.
  return Math.max(1, megabytes) * 1_000_000;
}

/** Returns the hosts that the user allowed for downloads, besides Azure's. */
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

/** Whether errors open beside their output. */
export function opensErrorsBeside(): boolean {
  return workspace.getConfiguration(SECTION).get<boolean>('openErrorsBeside', true);
}

/** Form that is offered first when copied text is pasted into Markdown; `automatic` decides by what was copied. */
export type PasteAs = 'automatic' | 'plainText' | NoteForm;

const PASTE_FORMS = new Set<PasteAs>(['plainText', 'compactBlock', 'fullBlock', 'citation', 'tableRow']);

/** Returns the `pasteAs` setting; `automatic` for a value that is not a known form. */
export function pasteAs(): PasteAs {
  const wanted = workspace.getConfiguration(SECTION).get<PasteAs>('pasteAs', 'automatic');
  return PASTE_FORMS.has(wanted) ? wanted : 'automatic';
}

/** Whether the indicators in text that is copied with its source are defanged. */
export function defangsOnCopy(): boolean {
  return workspace.getConfiguration(SECTION).get<boolean>('defangOnCopy', false);
}

/** Whether events may be sent at this moment, by VS Code's telemetry level and by this extension's own setting. */
export function sendsTelemetry(): boolean {
  return env.isTelemetryEnabled && workspace.getConfiguration(SECTION).get<boolean>('telemetry.enabled', true);
}

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60_000;

/** Returns the rules for results on the disk: whether they are kept, how much of them, and for how long. */
export function storageRules(): {
  readonly keep: boolean;
  /** Bytes; undefined means no limit. */
  readonly maxBytes: number | undefined;
  /** Milliseconds; undefined means that no result is too old. */
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

/** Section of the settings that decide what is kept. */
export const STORAGE_SECTION = `${SECTION}.storage`;

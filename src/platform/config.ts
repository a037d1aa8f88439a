import { ConfigurationTarget, env, workspace } from 'vscode';

/** The forms in which a quotation stands in a note, with its source. */
export type NoteForm = 'compactBlock' | 'fullBlock' | 'citation' | 'tableRow';

const SECTION = 'liveResponse';

/** The largest result that is downloaded, bytes. */
export function maxDownloadBytes(): number {
  const megabytes = workspace.getConfiguration(SECTION).get<number>('maxDownloadSize', 64);
  // As sizes are shown.
  return Math.max(1, megabytes) * 1_000_000;
}

/** Hosts that the person allowed results to come from, besides Azure's. */
export function allowedDownloadHosts(): readonly string[] {
  return workspace.getConfiguration(SECTION).get<string[]>('downloadHosts', []);
}

/** Allows one more, for all windows of this machine. */
export async function allowDownloadHost(host: string): Promise<void> {
  const hosts = [...new Set([...allowedDownloadHosts(), host])];
  await workspace.getConfiguration(SECTION).update('downloadHosts', hosts, ConfigurationTarget.Global);
}

/** Whether unfinished actions are asked about while they are looked at. */
export function followsActions(): boolean {
  return workspace.getConfiguration(SECTION).get<boolean>('followActions', true);
}

/** Whether errors open beside their output. */
export function opensErrorsBeside(): boolean {
  return workspace.getConfiguration(SECTION).get<boolean>('openErrorsBeside', true);
}

/** What a paste of our text into Markdown becomes first; `automatic` decides by what was copied. */
export type PasteAs = 'automatic' | 'plainText' | NoteForm;

const PASTE_FORMS = new Set<PasteAs>(['plainText', 'compactBlock', 'fullBlock', 'citation', 'tableRow']);

export function pasteAs(): PasteAs {
  const wanted = workspace.getConfiguration(SECTION).get<PasteAs>('pasteAs', 'automatic');
  return PASTE_FORMS.has(wanted) ? wanted : 'automatic';
}

/** Whether what is copied with its source has its indicators defanged. */
export function defangsOnCopy(): boolean {
  return workspace.getConfiguration(SECTION).get<boolean>('defangOnCopy', false);
}

/** Whether events may be sent at this moment: by VS Code's telemetry level, and by our own switch. */
export function sendsTelemetry(): boolean {
  return env.isTelemetryEnabled && workspace.getConfiguration(SECTION).get<boolean>('telemetry.enabled', true);
}

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60_000;

/** What may be kept on the disk: whether at all, how much, for how long. */
export function storageRules(): {
  readonly keep: boolean;
  /** Bytes; undefined: no limit. */
  readonly maxBytes: number | undefined;
  /** ms; undefined: none is too old. */
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

/** Whether a change of settings is about what is kept. */
export const STORAGE_SECTION = `${SECTION}.storage`;

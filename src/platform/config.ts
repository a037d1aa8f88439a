import { workspace } from 'vscode';

const SECTION = 'liveResponse';

/** The largest result that is downloaded, bytes. */
export function maxDownloadBytes(): number {
  const megabytes = workspace.getConfiguration(SECTION).get<number>('maxDownloadSize', 64);
  return Math.max(1, megabytes) * 1024 * 1024;
}

/** Whether errors open beside their output. */
export function opensErrorsBeside(): boolean {
  return workspace.getConfiguration(SECTION).get<boolean>('openErrorsBeside', true);
}

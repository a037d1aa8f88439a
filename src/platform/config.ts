import { ConfigurationTarget, env, workspace } from 'vscode';

const SECTION = 'liveResponse';

/** The largest result that is downloaded, bytes. */
export function maxDownloadBytes(): number {
  const megabytes = workspace.getConfiguration(SECTION).get<number>('maxDownloadSize', 64);
  return Math.max(1, megabytes) * 1024 * 1024;
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

/** Whether errors open beside their output. */
export function opensErrorsBeside(): boolean {
  return workspace.getConfiguration(SECTION).get<boolean>('openErrorsBeside', true);
}

/** Whether events may be sent at this moment: by VS Code's telemetry level, and by our own switch. */
export function sendsTelemetry(): boolean {
  return env.isTelemetryEnabled && workspace.getConfiguration(SECTION).get<boolean>('telemetry.enabled', true);
}

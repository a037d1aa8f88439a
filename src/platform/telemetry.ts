import type { TelemetryEvent } from './telemetryEvents.ts';

/**
 * Port to which events are sent. Its functions never fail and `send` never waits, because lost telemetry must not
 * disturb the user.
 */
export interface Telemetry {
  readonly send: (event: TelemetryEvent) => void;
  /** Sends the remaining events and ends the reporter. */
  readonly dispose: () => Promise<void>;
}

/** Reporter that sends the events. It is in a separate bundle. */
export interface TelemetryReporterPort {
  readonly send: (event: TelemetryEvent) => void;
  readonly dispose: () => Promise<void>;
}

export type CreateReporter = (isAllowed: () => boolean) => TelemetryReporterPort;

/**
 * Creates the telemetry gate, which drops events that the user does not allow. It loads the reporter only at the first
 * event that is allowed.
 *
 * @param load - undefined in a build without a connection string: nothing is loaded and nothing is sent
 * @param isAllowed - whether the user allows telemetry at this moment: VS Code's telemetry level and this extension's
 * own setting
 */
export function createTelemetry(
  load: (() => Promise<CreateReporter>) | undefined,
  isAllowed: () => boolean,
): Telemetry {
  let loading: Promise<TelemetryReporterPort> | undefined;
  return {
    send: (event) => {
      if (load === undefined || !isAllowed()) return;
      loading ??= load().then((createReporter) => createReporter(isAllowed));
      loading
        .then((reporter) => {
          reporter.send(event);
        })
        .catch(() => undefined);
    },
    dispose: async () => {
      const reporter = await loading?.catch(() => undefined);
      await reporter?.dispose().catch(() => undefined);
    },
  };
}

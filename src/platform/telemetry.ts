import type { TelemetryEvent } from './telemetryEvents.ts';

/**
 * Port to which events are sent. Its functions never fail and `send` never waits: lost telemetry must not disturb
 * anyone.
 */
export interface Telemetry {
  readonly send: (event: TelemetryEvent) => void;
  /** Sends the events that are still waiting. */
  readonly dispose: () => Promise<void>;
}

/** Reporter that does the sending, in a bundle of its own. */
export interface TelemetryReporterPort {
  readonly send: (event: TelemetryEvent) => void;
  readonly dispose: () => Promise<void>;
}

export type CreateReporter = (isAllowed: () => boolean) => TelemetryReporterPort;

/**
 * Creates the telemetry gate. It loads the reporter at the first event that may be sent, never before.
 *
 * @param load - undefined in a build without a connection string: nothing is loaded and nothing is sent
 * @param isAllowed - whether the user allows it at this moment: VS Code's telemetry level and this extension's own
 * setting
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

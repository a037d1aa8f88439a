import type { TelemetryEvent } from './telemetryEvents.ts';

/** Where events go. Neither waits for anything nor fails: what cannot be counted disturbs nobody. */
export interface Telemetry {
  readonly send: (event: TelemetryEvent) => void;
  /** Sends what still waits. */
  readonly dispose: () => Promise<void>;
}

/** What really sends, in a bundle of its own. */
export interface TelemetryReporterPort {
  readonly send: (event: TelemetryEvent) => void;
  readonly dispose: () => Promise<void>;
}

export type CreateReporter = (isAllowed: () => boolean) => TelemetryReporterPort;

/**
 * The gate: what sends is loaded at the first event that may be sent, and never before.
 *
 * @param load - undefined in a build that was given no connection string: then there is nothing to load, nor to send
 * @param isAllowed - the person's word at this moment: VS Code's telemetry level and our own switch
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

import { TelemetryReporter } from '@vscode/extension-telemetry';
import declared from '../../telemetry.json' with { type: 'json' };
import type { TelemetryReporterPort } from './telemetry.ts';

/** Answer that makes the library drop its events. After other failures, the library keeps them for later. */
const REFUSED = { status: 400, headers: [], text: () => Promise.resolve('') };

/**
 * Creates a reporter that sends to Application Insights through VS Code's own telemetry logger. That logger respects
 * `telemetry.telemetryLevel`, shows every event in VS Code's telemetry log and cleans values that look like paths or
 * secrets.
 *
 * @param isAllowed - called again before each batch is sent. If the user has switched off telemetry by then, the
 * waiting events are not sent.
 */
export function createReporter(connectionString: string, isAllowed: () => boolean): TelemetryReporterPort {
  const reporter = new TelemetryReporter(connectionString, undefined, undefined, async (url, init) =>
    // Replaces the library's own sender. While the machine is offline, that sender throws outside of any promise, so
    // the error cannot be caught.
    isAllowed() ? fetch(url, init) : REFUSED,
  );
  return {
    send: ({ name, ...values }) => {
      const names = new Set(Object.keys(declared.events[name]));
      // An object can have more properties than its type declares. Properties that telemetry.json does not list are not
      // sent.
      const listed = Object.entries(values).filter(([key]) => names.has(key));
      reporter.sendTelemetryEvent(
        name,
        Object.fromEntries(listed.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
        Object.fromEntries(listed.filter((entry): entry is [string, number] => typeof entry[1] === 'number')),
      );
    },
    dispose: async () => {
      await reporter.dispose();
    },
  };
}

import { TelemetryReporter } from '@vscode/extension-telemetry';
import declared from '../../telemetry.json' with { type: 'json' };
import type { TelemetryReporterPort } from './telemetry.ts';

/** An answer that makes the library drop what it wanted to send, instead of keeping it for later. */
const REFUSED = { status: 400, headers: [], text: () => Promise.resolve('') };

/**
 * Sends to Application Insights, through VS Code's own telemetry logger: that one keeps to `telemetry.telemetryLevel`,
 * shows every event in VS Code's telemetry log and cleans values that look like paths or secrets.
 *
 * @param isAllowed - asked again when a batch leaves: what waits when telemetry is switched off is not sent any more
 */
export function createReporter(connectionString: string, isAllowed: () => boolean): TelemetryReporterPort {
  const reporter = new TelemetryReporter(connectionString, undefined, undefined, async (url, init) =>
    // The library's own way throws outside of every promise when the machine is offline.
    isAllowed() ? fetch(url, init) : REFUSED,
  );
  return {
    send: ({ name, ...values }) => {
      const names = new Set(Object.keys(declared.events[name]));
      // A type lets an object have more than it asks for: what telemetry.json does not list stays here all the same.
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

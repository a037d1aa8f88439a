import { window } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import type { CallRecord, OddRows } from '../defender/client.ts';
import { isLiveResponseError } from '../base/errors.ts';

/**
 * Log of this extension. Contains codes, hosts, paths without query, states and times. Never contains a token, a link
 * or an output.
 */
export class Log {
  readonly channel: LogOutputChannel = window.createOutputChannel('Live Response', { log: true });
  #calls = 0;

  /** Logs one request. For calls to the API, also logs a running number, because the call budget is limited. */
  call(record: CallRecord): void {
    const count = record.door === 'api' ? ` · call ${(++this.#calls).toString()}` : '';
    this.channel.info(
      `GET ${record.target} → ${record.outcome.toString()} in ${Math.round(record.durationMs).toString()} ms${count}`,
    );
  }

  /** Logs how many rows of an answer do not match the API's documentation. */
  oddRows({ leftOut, odd, fields }: OddRows): void {
    const names = fields.length === 0 ? '' : ` (${fields.join(', ')})`;
    this.channel.warn(`rows of the list: ${leftOut.toString()} left out without an id, ${odd.toString()} odd${names}`);
  }

  info(text: string): void {
    this.channel.info(text);
  }

  /** Logs a message of a library. */
  library(level: 'warn' | 'info' | 'debug' | 'trace', text: string): void {
    this.channel[level](text);
  }

  /** Logs a failure with its code and values. For any other kind of error, only the name and the message are logged. */
  failure(what: string, error: unknown): void {
    if (isLiveResponseError(error))
      this.channel.warn(`${what}: ${error.code} ${JSON.stringify(error.values, notPersonal)}`);
    else if (error instanceof Error) this.channel.error(`${what}: ${error.name}: ${error.message}`);
    else this.channel.error(`${what}: failed`);
  }

  show(): void {
    this.channel.show(true);
  }
}

/** Values of a failure that are not logged. */
const LEFT_OUT: ReadonlySet<string> = new Set(['account', 'command', 'deviceErrors']);

/**
 * Leaves out three values. The account is personal, the command names the tenant, and the device's own words can
 * contain anything. None of them is needed to find a fault.
 */
function notPersonal(key: string, value: unknown): unknown {
  return LEFT_OUT.has(key) ? undefined : value;
}

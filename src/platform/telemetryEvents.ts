import type { FailureCode } from '../base/failures.ts';
import type { CommandId } from './commandIds.ts';

/**
 * Events that telemetry can send. There is no other way to send anything. A property is a word from a closed list, or a
 * number: it cannot hold text of a device, a person, a tenant, a script or an error.
 *
 * `npm run telemetry` writes telemetry.json and the list in docs/explanation/telemetry.md from this file, including the
 * comments of the properties. A test compares them.
 */
export interface TelemetryEvents {
  /** A command has ended. */
  readonly commandRun: {
    /** Which command. */
    readonly command: CommandId;
    /** Outcome; a failure by its code only. */
    readonly outcome: Outcome;
    /** Duration, with the time that the user took to answer questions. */
    readonly duration: DurationBucket;
  };
  /** A result is shown. */
  readonly resultOpened: {
    /** Whether it was on this machine already. */
    readonly source: 'stored' | 'fetched';
    /** Encoding of its text. */
    readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
    /** Number of kinds of change that were needed to read it. */
    readonly changeKinds: number;
    /** Size of the file. */
    readonly size: SizeBucket;
    /** Whether the script ended with 0. */
    readonly exit: ExitClass;
  };
  /** Defender refused a call because the limit was reached. */
  readonly callRefused: {
    /** Maker of most of the calls: this extension, or others with the same app registration. */
    readonly spentBy: 'us' | 'others';
  };
  /** A sign-in has ended. */
  readonly signIn: {
    /** In which way. */
    readonly way: 'interactive' | 'deviceCode' | 'clientSecret' | 'clientCertificate' | 'azureCli' | 'accessToken';
    /** Outcome; a failure by its code only. */
    readonly outcome: Outcome;
  };
  /** Results cannot be stored on this machine. */
  readonly storageMemoryOnly: {
    /** Why: there is no folder on disk, or no database could be opened in it. */
    readonly cause: 'noFolder' | 'noDatabase';
  };
}

export type TelemetryEvent = {
  [Name in keyof TelemetryEvents]: { readonly name: Name } & TelemetryEvents[Name];
}[keyof TelemetryEvents];

export type Outcome = 'ok' | 'unexpected' | FailureCode;
export type DurationBucket = 'under1s' | 'under5s' | 'under30s' | 'under5min' | 'longer';
export type SizeBucket = 'under1kB' | 'under100kB' | 'under1MB' | 'under10MB' | 'larger';
export type ExitClass = 'zero' | 'nonzero' | 'unknown';

/**
 * Returns the bucket of a duration.
 *
 * @param ms - milliseconds
 */
export function durationBucket(ms: number): DurationBucket {
  if (ms < 1000) return 'under1s';
  if (ms < 5000) return 'under5s';
  if (ms < 30_000) return 'under30s';
  return ms < 300_000 ? 'under5min' : 'longer';
}

/**
 * Returns the bucket of a file size.
 *
 * @param bytes - kB and MB are powers of ten
 */
export function sizeBucket(bytes: number): SizeBucket {
  if (bytes < 1000) return 'under1kB';
  if (bytes < 100_000) return 'under100kB';
  if (bytes < 1_000_000) return 'under1MB';
  return bytes < 10_000_000 ? 'under10MB' : 'larger';
}

/** Returns the class of an exit code; `unknown` where the result has none. */
export function exitClass(exitCode: number | undefined): ExitClass {
  if (exitCode === undefined) return 'unknown';
  return exitCode === 0 ? 'zero' : 'nonzero';
}

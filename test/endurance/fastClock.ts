import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

const REAL = {
  now: Date.now,
  uptime: os.uptime,
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  timeout: AbortSignal.timeout.bind(AbortSignal),
};
/** Bytes of the file with the system's clock: ms by which it was set since the start, as a double. */
const CLOCK_BYTES = 8;

/** Sets the clock of all processes that run by a file. @param ahead - ms by which it is ahead of the real one */
export function setClock(file: string, ahead: number): void {
  const bytes = Buffer.alloc(CLOCK_BYTES);
  bytes.writeDoubleLE(ahead);
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, bytes);
  closeSync(descriptor);
}

/**
 * Lets time pass faster for this process: its clock, its uptime and its timers. The clock is also set by a file, which
 * is read at each look: the processes of a machine have one clock. The uptime is not set.
 *
 * @param since - real time from which on it is faster, ms since 1970; the same for all processes
 */
export function speedUp(factor: number, since: number, file: string): void {
  const descriptor = openSync(file, 'r');
  const bytes = Buffer.alloc(CLOCK_BYTES);
  const passed = (): number => (REAL.now() - since) * (factor - 1);
  Date.now = () => {
    // A set clock is never read half: eight bytes are written at once.
    const isWhole = readSync(descriptor, bytes, 0, CLOCK_BYTES, 0) === CLOCK_BYTES;
    return Math.round(REAL.now() + passed() + (isWhole ? bytes.readDoubleLE() : 0));
  };
  os.uptime = () => REAL.uptime() + passed() / 1000;
  syncBuiltinESMExports();
  const faster = (set: typeof setTimeout) =>
    ((work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => set(work, ms / factor, ...args)) as typeof set;
  globalThis.setTimeout = faster(REAL.setTimeout);
  globalThis.setInterval = faster(REAL.setInterval as unknown as typeof setTimeout);
  AbortSignal.timeout = (ms) => REAL.timeout(Math.ceil(ms / factor));
}

import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

const real = { now: Date.now, uptime: os.uptime };

/** Lets time have passed for this process: its clock is ahead, and so is the time since the system's start. */
export function shiftClock(ahead: () => number): void {
  Date.now = () => real.now() + ahead();
  os.uptime = () => real.uptime() + ahead() / 1000;
  syncBuiltinESMExports();
}

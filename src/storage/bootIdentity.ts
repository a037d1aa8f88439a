import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { hashText } from '../base/hashText.ts';

/**
 * Returns a text that stays the same while this machine runs. On another machine or in a container it differs, and on
 * Linux also after a restart. It is a hash, so that the stored text does not name the machine.
 */
export function bootIdentity(): string {
  return hashText(`${readBootId()} ${hostname()}`);
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Other systems have no such file. Their restarts are noticed when the uptime begins anew.
    return process.platform;
  }
}

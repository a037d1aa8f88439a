import { readdir, readFile, writeFile } from 'node:fs/promises';
import { RigError } from './processes.ts';
import type { VsCodeServer } from './server.ts';

/** Memory of a server's extension host, as Linux counts it. */
export interface HostMemory {
  /** Forgets the peak: from now on it is counted anew. */
  readonly reset: () => Promise<void>;
  /** The most that the process had in memory at a time, its worker threads included; bytes. */
  readonly peak: () => Promise<number>;
}

/**
 * Finds the extension host of a window that is open.
 *
 * @throws RigError when there is none, or more than one
 */
export async function hostMemoryOf(server: VsCodeServer): Promise<HostMemory> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const processes = new Map<string, { readonly line: string; readonly parent: string }>();
  for (const pid of pids) {
    // Processes end while they are looked at.
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    processes.set(pid, { line, parent: /^PPid:\s+(\d+)/mu.exec(status)?.[1] ?? '0' });
  }
  const isOfServer = (pid: string): boolean => {
    const found = processes.get(pid);
    return found !== undefined && (found.line.includes(server.serverDataDir) || isOfServer(found.parent));
  };
  const hosts = [...processes].filter(([pid, { line }]) => line.includes('--type=extensionHost') && isOfServer(pid));
  const [pid] = hosts[0] ?? [];
  if (pid === undefined || hosts.length > 1) {
    throw new RigError(`There are ${hosts.length} extension hosts. Look for one while exactly one window is open.`);
  }
  return {
    reset: () => writeFile(`/proc/${pid}/clear_refs`, '5'),
    peak: async () => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      return Number(/^VmHWM:\s+(\d+) kB/mu.exec(status)?.[1] ?? Number.NaN) * 1024;
    },
  };
}

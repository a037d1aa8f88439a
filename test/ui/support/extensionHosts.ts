import { readdir, readFile } from 'node:fs/promises';
import type { VsCodeServer } from '../../rig/server.ts';

interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly args: readonly string[];
}

/** The processes in which a server's windows run their extensions, by their ids. Only where there is `/proc`. */
export async function extensionHosts(server: VsCodeServer): Promise<readonly number[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  // Some are gone before they are read.
  const running = (await Promise.all(ids.map((id) => readProcess(id).catch(() => [])))).flat();
  const family = new Set(running.filter(({ args }) => args.includes(server.serverDataDir)).map(({ pid }) => pid));
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const { pid, parent } of running) if (family.has(parent)) family.add(pid);
  }
  return running
    .filter(({ pid, args }) => family.has(pid) && args.includes('--type=extensionHost'))
    .map(({ pid }) => pid);
}

async function readProcess(id: string): Promise<RunningProcess[]> {
  const args = (await readFile(`/proc/${id}/cmdline`, 'utf8')).split('\0');
  // The name in parentheses may hold anything.
  const stat = await readFile(`/proc/${id}/stat`, 'utf8');
  const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  return [{ pid: Number(id), parent, args }];
}

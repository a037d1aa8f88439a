import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RecordedRequest } from '../tenant/recording.ts';
import { partsOf } from './runFolder.ts';

/** The one POST that reaches a tenant, besides those of signing in. Authorities for time stamps belong to no tenant. */
const HUNT = 'graph POST /v1.0/security/runHuntingQuery';

/**
 * Checks every request that reached a tenant in a run, besides those of signing in: each is a GET, or the one hunting
 * query.
 *
 * @param mustHunt - whether a part that sends hunting queries ran
 * @returns a sentence about the requests
 * @throws when there is another request, or none, or no hunting query where there must be one
 */
export async function checkRequests(runFolder: string, mustHunt: boolean): Promise<string> {
  const { kept } = partsOf(runFolder);
  let requests = 0;
  let hunts = 0;
  for (const name of await readdir(kept)) {
    if (!name.endsWith('-recording.json')) continue;
    const recorded = JSON.parse(await readFile(path.join(kept, name), 'utf8')) as readonly RecordedRequest[];
    for (const { door, method, path: target, query, body } of recorded) {
      if (door === 'login') continue;
      requests++;
      const what = `${door} ${method} ${target}${query === '' ? '' : `?${query}`}`;
      if (door === 'graph') {
        if (what !== HUNT) throw new Error(`Microsoft Graph got another request than a hunting query: ${what}`);
        hunts++;
        // A request that a fault answered was not read.
        const keys = body === undefined || body === '' ? 'Query' : Object.keys(JSON.parse(body) as object).join(', ');
        if (keys !== 'Query') throw new Error(`A hunting query had other fields than its query: ${keys}`);
      } else if (method !== 'GET') throw new Error(`A request was no GET: ${what}`);
    }
  }
  if (requests === 0) throw new Error('No part that ran before made a request, so there is nothing to check.');
  if (mustHunt && hunts === 0) throw new Error('No hunting query is in the recordings, so there is nothing to check.');
  return `${requests} requests to tenants: all were GET, but ${hunts} hunting queries`;
}

import type { Memento } from 'vscode';

const SAMPLE_START = 'liveResponse.sampleStartedAt';

/**
 * Returns the time that the sample's data relate to, ms since 1970. It is stored forever: with another time, the same
 * sample results would have other times and hashes than the stored copies.
 */
export async function sampleStart(state: Pick<Memento, 'get' | 'update'>): Promise<number> {
  const known = state.get<number>(SAMPLE_START);
  if (known !== undefined) return known;
  const startedAt = Date.now();
  await state.update(SAMPLE_START, startedAt);
  return startedAt;
}

import type { DefenderClientOptions } from '../../src/defender/client.ts';
import type { MachineAction } from '../../src/defender/schema.ts';
import type { ResultSource } from '../../src/results/resultSource.ts';
import type { Stage } from './localClient.ts';

/** Creates the source of results as the extension does. Without `known`, its list has loaded nothing. */
export function localSource(
  stage: Stage,
  options: Partial<DefenderClientOptions> = {},
  known?: Partial<MachineAction>,
): ResultSource {
  const client = stage.client(options);
  return {
    ...stage.resultFetcher(options),
    connectionName: 'Local tenant',
    account: () => Promise.resolve(undefined),
    knownAction: () => known as MachineAction | undefined,
    fetchAction: (actionId, signal) => client.getMachineAction(actionId, signal),
    receivedAction: (action) => client.receivedAction(action),
    toolVersion: '0.1.0',
  };
}

import { createRandom } from './random.ts';

/** The sample's tenant id. */
export const sampleTenantId = createRandom('tenant').guid();

/** Address of the sample's Microsoft Graph. Its host is a name that no resolver knows (RFC 2606). */
export const sampleGraphUrl = 'https://graph.sample.invalid';

/** Returns the id of the action with the given key. The id is the same in every tenant, at any start time. */
export function actionIdOf(key: string): string {
  return createRandom(`action ${key}`).guid();
}

/** Returns the name of the blob that contains a command's result. Its GUID is not the action's GUID (api-facts §3). */
export function blobNameOf(actionId: string, commandIndex: number): string {
  const random = createRandom(`blob ${actionId} ${String(commandIndex)}`);
  return `investigation-actions-data/${random.guid()}/CustomPlaybookCommandOutput/${random.hex(32)}`;
}

/** Returns the name of the file that contains an action's investigation package. */
export function packageNameOf(actionId: string): string {
  return `investigation-packages/${createRandom(`package ${actionId}`).guid()}.zip`;
}

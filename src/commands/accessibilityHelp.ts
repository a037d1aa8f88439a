import type { Services } from '../services.ts';

/**
 * `liveResponse.accessibilityHelp`: shows how to work by keyboard, what is announced, and which settings help. VS
 * Code's own help has no place for views of extensions.
 */
export async function accessibilityHelp({ help }: Services): Promise<void> {
  await help.show();
}

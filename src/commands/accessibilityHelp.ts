import type { Services } from '../services.ts';

/** `liveResponse.accessibilityHelp`: the ways by keyboard, what is said aloud, and what helps. VS Code's own help has no room for views of extensions. */
export async function accessibilityHelp({ help }: Services): Promise<void> {
  await help.show();
}

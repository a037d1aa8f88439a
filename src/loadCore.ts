import type { createCore } from './core.ts';

/**
 * Loads all code of the extension except its heaviest parts. Called when VS Code first asks for rows, a document or a
 * command.
 */
export async function loadCore(): Promise<typeof createCore> {
  return (await import('./core.ts')).createCore;
}

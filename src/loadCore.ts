import type { createCore } from './core.ts';

/**
 * Loads the product except for its heaviest parts. Called when VS Code first asks for rows, a document or a command.
 */
export async function loadCore(): Promise<typeof createCore> {
  return (await import('./core.ts')).createCore;
}

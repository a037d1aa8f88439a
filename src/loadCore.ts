import type { createCore } from './core.ts';

/** The product but for its heaviest parts: loaded when VS Code first asks for rows, a document or a command. */
export async function loadCore(): Promise<typeof createCore> {
  return (await import('./core.ts')).createCore;
}

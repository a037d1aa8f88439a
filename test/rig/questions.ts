import type { Page } from 'playwright-core';

/** The product's question about a connection that a program brings with its own addresses, in both languages. */
const PROGRAM_ADDS = /A program wants to add the connection|bağlantısını eklemek istiyor/u;
const ADD_AND_SELECT = /^(?:Add and Select|Ekle ve Seç)$/u;

/**
 * Agrees, as the person who started the program, that it adds its connection and that the view shows it. Waits until
 * the question is there and has been answered.
 */
export async function agreeToConnection(page: Page): Promise<void> {
  const dialog = page.locator('.monaco-dialog-box', { hasText: PROGRAM_ADDS });
  await dialog.waitFor({ timeout: 60_000 });
  await dialog.getByRole('button', { name: ADD_AND_SELECT }).click();
  await dialog.waitFor({ state: 'detached' });
}

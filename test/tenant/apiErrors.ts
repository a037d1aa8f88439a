import { randomUUID } from 'node:crypto';
import type { DoorAnswer } from './sendAnswer.ts';

/** Makes an answer in the API's error envelope. The target is the correlation id that support asks for. */
export function apiError(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): DoorAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: Buffer.from(JSON.stringify({ error: { code, message, target: randomUUID() } })),
  };
}

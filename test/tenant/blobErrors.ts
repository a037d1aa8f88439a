import { splitTarget } from './recording.ts';
import type { DoorAnswer } from './sendAnswer.ts';

/**
 * Rewrites Azurite's refusal of a link in Azure's form.
 *
 * Azurite alone decides whether a link is refused. But it calls each refusal AuthorizationFailure, where Azure says
 * AuthenticationFailed with a detail, after a UTF-8 byte order mark. The detail of a bad signature repeats the signed
 * string. The product must never show it, so the tests need it in the answer.
 */
export async function asAzureWouldSay(answer: DoorAnswer, target: string): Promise<DoorAnswer> {
  const code = answer.headers['x-ms-error-code'];
  const parameters = new URLSearchParams(splitTarget(target).query);
  const expiry = parameters.get('se');
  if (answer.status !== 403 || code !== 'AuthorizationFailure' || expiry === null) {
    return answer;
  }
  await drain(answer);
  const now = new Date();
  const id = String(answer.headers['x-ms-request-id']);
  const end = new Date(expiry);
  const detail =
    end.getTime() < now.getTime()
      ? `Signature not valid in the specified time frame: Start [${new Date(parameters.get('skt') ?? 0).toUTCString()}] - Expiry [${end.toUTCString()}] - Current [${now.toUTCString()}]`
      : `Signature did not match. String to sign used was ${parameters.get('sp') ?? ''}\n\n${expiry}`;
  const body = Buffer.from(
    `\uFEFF<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code><Message>Server failed to authenticate the request. ` +
      `Make sure the value of Authorization header is formed correctly including the signature.\nRequestId:${id}\nTime:${now.toISOString()}` +
      `</Message><AuthenticationErrorDetail>${detail}</AuthenticationErrorDetail></Error>`,
  );
  return {
    status: 403,
    headers: {
      ...answer.headers,
      'x-ms-error-code': 'AuthenticationFailed',
      'content-type': 'application/xml',
      'content-length': String(body.length),
    },
    body,
  };
}

async function drain(answer: DoorAnswer): Promise<void> {
  if (!(answer.body instanceof Uint8Array)) {
    // An unread body keeps its socket open.
    const chunks = answer.body[Symbol.asyncIterator]();
    while ((await chunks.next()).done !== true);
  }
}

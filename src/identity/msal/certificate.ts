import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { LiveResponseError } from '../../base/errors.ts';
import { readCertificateFile } from '../certificateFile.ts';

/** Certificate and key that msal signs with. */
export interface ClientCertificate {
  /** Lower-case hex. */
  readonly thumbprintSha256: string;
  /** PKCS #8, PEM, without passphrase. */
  readonly privateKey: string;
}

/**
 * Reads certificate and private key from one PEM file, in the format that Azure's own tools write.
 *
 * @throws LiveResponseError `signInFailed` with reason `certificateMissing`, `certificateUnreadable` or
 *   `passphraseWrong`; the error contains nothing of the file
 */
export async function readCertificate(
  file: string,
  passphrase: string | undefined,
  connection: string,
): Promise<ClientCertificate> {
  const fail = (reason: string): LiveResponseError => new LiveResponseError('signInFailed', { connection, reason });
  const found = await readCertificateFile(file);
  if ('problem' in found) throw fail(found.problem === 'noFile' ? 'certificateMissing' : 'certificateUnreadable');
  const { pem, keyIsEncrypted } = found;
  const certificate = readPublicPart(pem);
  if (certificate === undefined) throw fail('certificateUnreadable');
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    throw fail(keyIsEncrypted ? 'passphraseWrong' : 'certificateUnreadable');
  }
  if (!certificate.checkPrivateKey(key)) throw fail('certificateUnreadable');
  return {
    thumbprintSha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function readPublicPart(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

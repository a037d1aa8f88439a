import { readFile, stat } from 'node:fs/promises';

/**
 * Result of the check of a file with certificate and private key. Only the markers of the file are checked. Nothing is
 * parsed.
 */
export type CertificateFile =
  { readonly pem: string; readonly keyIsEncrypted: boolean } | { readonly problem: CertificateProblem };
export type CertificateProblem = 'notPem' | 'noCertificate' | 'noPrivateKey';

const KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/u;
/**
 * Matches an encrypted key. PKCS #8 states the encryption in the marker. OpenSSL's older format states it in a header.
 */
const ENCRYPTED_KEY = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED\s*$/mu;

/** Inspects the markers of a PEM file. */
export function inspectCertificate(pem: string): CertificateFile {
  if (!pem.includes('-----BEGIN ')) return { problem: 'notPem' };
  if (!/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/u.test(pem)) return { problem: 'noCertificate' };
  if (!KEY.test(pem)) return { problem: 'noPrivateKey' };
  return { pem, keyIsEncrypted: ENCRYPTED_KEY.test(pem) };
}

/** Maximum size of a file that is read, bytes. Any chain of certificates is far smaller. */
const MAX_BYTES = 1024 * 1024;

/**
 * Inspects a file on this machine. Reports a device or a pipe as `noFile`, because reading a device or a pipe may never
 * end.
 */
export async function readCertificateFile(path: string): Promise<CertificateFile | { readonly problem: 'noFile' }> {
  try {
    const facts = await stat(path);
    if (!facts.isFile()) return { problem: 'noFile' };
    return facts.size > MAX_BYTES ? { problem: 'notPem' } : inspectCertificate(await readFile(path, 'latin1'));
  } catch {
    return { problem: 'noFile' };
  }
}

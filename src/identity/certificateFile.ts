import { readFile, stat } from 'node:fs/promises';

/** What a file with certificate and private key is good for, judged by its markers alone: nothing is parsed. */
export type CertificateFile =
  { readonly pem: string; readonly keyIsEncrypted: boolean } | { readonly problem: CertificateProblem };
export type CertificateProblem = 'notPem' | 'noCertificate' | 'noPrivateKey';

const KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/u;
/** PKCS #8 says it in the marker, OpenSSL's older form in a header. */
const ENCRYPTED_KEY = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED\s*$/mu;

/** Looks at the markers of a PEM file. */
export function inspectCertificate(pem: string): CertificateFile {
  if (!pem.includes('-----BEGIN ')) return { problem: 'notPem' };
  if (!/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/u.test(pem)) return { problem: 'noCertificate' };
  if (!KEY.test(pem)) return { problem: 'noPrivateKey' };
  return { pem, keyIsEncrypted: ENCRYPTED_KEY.test(pem) };
}

/** Far above any chain of certificates: what is larger is not read. */
const MAX_BYTES = 1024 * 1024;

/** Looks into a file of this machine. A device or a pipe is no file: reading one may never end. */
export async function readCertificateFile(path: string): Promise<CertificateFile | { readonly problem: 'noFile' }> {
  try {
    const facts = await stat(path);
    if (!facts.isFile()) return { problem: 'noFile' };
    return facts.size > MAX_BYTES ? { problem: 'notPem' } : inspectCertificate(await readFile(path, 'latin1'));
  } catch {
    return { problem: 'noFile' };
  }
}

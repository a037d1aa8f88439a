import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { generate } from 'selfsigned';

/** One key and certificate for every loopback service of a tenant, PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const ONE_DAY = 24 * 60 * 60 * 1000;

/** Makes a self-signed EC P-256 certificate for `localhost` and `127.0.0.1`. EC, because an RSA key takes 100 times as long. */
export async function createCertificate(): Promise<Certificate> {
  const now = Date.now();
  // A name of its own, for OpenSSL finds a trusted certificate by its name: of two called localhost, one would be refused.
  const name = `local tenant ${randomUUID()}`;
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // A day back: a container's clock may be behind the one that reads the certificate.
    notBeforeDate: new Date(now - ONE_DAY),
    notAfterDate: new Date(now + 30 * ONE_DAY),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  // Without a line end two certificates put together would be none.
  return { key: made.private, cert: `${made.cert.trimEnd()}\n` };
}

/**
 * Writes a file for `NODE_EXTRA_CA_CERTS`: what the machine already trusts by that variable, and our certificate.
 *
 * Node reads one file only, so setting the variable to ours alone would take away a company proxy's certificate.
 */
export async function writeCaFile(file: string, certificate: Certificate): Promise<void> {
  const existing = process.env['NODE_EXTRA_CA_CERTS'];
  const before = existing !== undefined && existsSync(existing) ? `${readFileSync(existing, 'utf8').trimEnd()}\n` : '';
  await writeFile(file, `${before}${certificate.cert}`);
}

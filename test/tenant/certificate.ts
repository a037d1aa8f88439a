import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { generate } from 'selfsigned';

/** One key and certificate for every loopback service of a tenant, in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const ONE_DAY = 24 * 60 * 60 * 1000;

/**
 * Creates a self-signed EC P-256 certificate for `localhost` and `127.0.0.1`. EC, because an RSA key takes 100 times as
 * long.
 */
export async function createCertificate(): Promise<Certificate> {
  const now = Date.now();
  // A unique name, because OpenSSL finds a trusted certificate by its name: of two called localhost, it would refuse
  // one.
  const name = `local tenant ${randomUUID()}`;
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // One day back, because a container's clock may be behind the one that reads the certificate.
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
  // Without a line end, two certificates in one file would be unreadable.
  return { key: made.private, cert: `${made.cert.trimEnd()}\n` };
}

/**
 * Writes a file for `NODE_EXTRA_CA_CERTS` with our certificate and with those that the variable already names on this
 * machine.
 *
 * Node reads only one file, so the variable with ours alone would remove a company proxy's certificate.
 */
export async function writeCaFile(file: string, certificate: Certificate): Promise<void> {
  const existing = process.env['NODE_EXTRA_CA_CERTS'];
  const before = existing !== undefined && existsSync(existing) ? `${readFileSync(existing, 'utf8').trimEnd()}\n` : '';
  await writeFile(file, `${before}${certificate.cert}`);
}

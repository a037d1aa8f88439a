import { AsyncLocalStorage } from 'node:async_hooks';
import { X509Certificate, createPrivateKey, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exportJWK } from 'jose';
import type { AdapterPayload } from 'oidc-provider';
import { generate } from 'selfsigned';
import { noteSecret } from '../../secrets/runFolder.ts';

/** A certificate that identifies an application, in the usual file forms. */
export interface AppCertificate {
  /** The certificate alone, in PEM. */
  readonly certificate: string;
  /** PKCS #8, PEM, not encrypted. */
  readonly privateKey: string;
  /** SHA-256 of the certificate, hex. */
  readonly thumbprint: string;
  /** File with certificate and key. */
  readonly pemFile: string;
  /** File with certificate and key; the key is encrypted with the passphrase. */
  readonly encryptedPemFile: string;
  readonly passphrase: string;
}

/** The way in which a request identifies its application. */
export type Credential = 'assertion' | 'secret' | 'none';

/** The application's registration in the tenant: its credentials and its permitted sign-ins. */
export interface Registration {
  readonly clientId: string;
  readonly clientSecret: string;
  /** A real but expired secret of this application. */
  readonly expiredClientSecret: string;
  /** Returns the certificate. Creates it at the first call, because RSA keys take long. */
  readonly certificate: () => Promise<AppCertificate>;
  /** Returns a certificate that is not registered. */
  readonly otherCertificate: () => Promise<AppCertificate>;
  /** Runs the provider's work for a request that comes with this credential. */
  readonly using: <T>(credential: Credential, secret: string | null, work: () => Promise<T>) => Promise<T>;
  /** Returns the provider's configuration of the application. */
  readonly metadata: () => Promise<AdapterPayload>;
}

const ONE_DAY = 24 * 60 * 60;

/** Registers an application, and writes the certificates' files into the directory. */
export function createRegistration(clientId: string, directory: string): Registration {
  const clientSecret = randomBytes(30).toString('base64url');
  const expiredClientSecret = randomBytes(30).toString('base64url');
  noteSecret(clientSecret);
  noteSecret(expiredClientSecret);
  const request = new AsyncLocalStorage<{ credential: Credential; secret: string | null }>();
  const certificate = once(async () => await createAppCertificate(path.join(directory, 'app')));
  return {
    clientId,
    clientSecret,
    expiredClientSecret,
    certificate,
    otherCertificate: once(async () => await createAppCertificate(path.join(directory, 'other'))),
    using: async (credential, secret, work) => await request.run({ credential, secret }, work),
    metadata: async () => {
      const { credential, secret } = request.getStore() ?? { credential: 'none', secret: null };
      return {
        client_id: clientId,
        client_name: 'Live Response Results',
        application_type: 'native',
        // Accepted with any port and without a path, as for native clients in Entra.
        redirect_uris: ['http://localhost', 'http://127.0.0.1'],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials', DEVICE_CODE],
        // Entra accepts each kind of credential; the provider knows one method per client.
        ...(credential === 'none' ? { token_endpoint_auth_method: 'none' } : {}),
        ...(credential === 'secret'
          ? {
              token_endpoint_auth_method: 'client_secret_post',
              client_secret: secret === expiredClientSecret ? expiredClientSecret : clientSecret,
              client_secret_expires_at:
                secret === expiredClientSecret ? Math.floor(Date.now() / 1000 / ONE_DAY) * ONE_DAY - ONE_DAY : 0,
            }
          : {}),
        ...(credential === 'assertion'
          ? { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [await publicJwk(await certificate())] } }
          : {}),
      };
    },
  };
}

/** The provider's name of the grant that MSAL calls `device_code`. */
export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

async function createAppCertificate(file: string): Promise<AppCertificate> {
  // RSA, because MSAL signs with PS256 and Entra accepts no EC key.
  const made = await generate([{ name: 'commonName', value: path.basename(file) }], {
    keyType: 'rsa',
    keySize: 2048,
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - ONE_DAY * 1000),
    notAfterDate: new Date(Date.now() + 30 * ONE_DAY * 1000),
  });
  const certificate = `${made.cert.trimEnd()}\n`;
  const key = createPrivateKey(made.private);
  const privateKey = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  const passphrase = randomBytes(18).toString('base64url');
  const encrypted = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString();
  noteSecret(passphrase);
  // Secrets are noted line by line, and the first lines of all keys are alike.
  noteSecret(privateKey.split('\n')[4] ?? '');
  const pemFile = `${file}.pem`;
  const encryptedPemFile = `${file}-encrypted.pem`;
  await writeFile(pemFile, certificate + privateKey, { mode: 0o600 });
  await writeFile(encryptedPemFile, certificate + encrypted, { mode: 0o600 });
  const thumbprint = new X509Certificate(certificate).fingerprint256.replaceAll(':', '');
  return { certificate, privateKey, thumbprint, pemFile, encryptedPemFile, passphrase };
}

async function publicJwk({ certificate }: AppCertificate): ReturnType<typeof exportJWK> {
  return { ...(await exportJWK(new X509Certificate(certificate).publicKey)), use: 'sig' };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return async () => await (made ??= make());
}

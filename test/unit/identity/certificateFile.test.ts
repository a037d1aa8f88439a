import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { inspectCertificate, readCertificateFile } from '../../../src/identity/certificateFile.ts';
import { createCertificate } from '../../tenant/certificate.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const { cert } = await createCertificate();
const CIPHER = { cipher: 'aes-256-cbc', passphrase: 'horse' };

const KEYS: readonly (readonly [string, string, boolean])[] = [
  ['PKCS #8', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), false],
  ['PKCS #8, encrypted', privateKey.export({ format: 'pem', type: 'pkcs8', ...CIPHER }).toString(), true],
  ['PKCS #1', privateKey.export({ format: 'pem', type: 'pkcs1' }).toString(), false],
  ['PKCS #1, encrypted', privateKey.export({ format: 'pem', type: 'pkcs1', ...CIPHER }).toString(), true],
];

suite('a file with certificate and private key', () => {
  for (const [what, key, keyIsEncrypted] of KEYS) {
    test(`${what}: in either order, with either line end`, () => {
      for (const pem of [key + cert, `Bag Attributes\n${cert}\n${key}`, (cert + key).replaceAll('\n', '\r\n')]) {
        assert.deepEqual(inspectCertificate(pem), { pem, keyIsEncrypted });
      }
    });

    test(`${what}: the key alone is not enough`, () => {
      assert.deepEqual(inspectCertificate(key), { problem: 'noCertificate' });
    });
  }

  test('the certificate alone is not enough, nor is a public key', () => {
    assert.deepEqual(inspectCertificate(cert), { problem: 'noPrivateKey' });
    const publicKey = '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n';
    assert.deepEqual(inspectCertificate(cert + publicKey), { problem: 'noPrivateKey' });
  });

  for (const text of ['', 'MIIKbAIBAzCCCi', '0\u0082\n\u0002\u0001\u0003']) {
    test(`${JSON.stringify(text)} is no PEM`, () => {
      assert.deepEqual(inspectCertificate(text), { problem: 'notPem' });
    });
  }
});

suite('reading it', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'certificate-'));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('a file is looked into', async () => {
    const file = path.join(folder, 'app.pem');
    const pem = cert + (KEYS[1]?.[1] ?? '');
    await writeFile(file, pem);
    assert.deepEqual(await readCertificateFile(file), { pem, keyIsEncrypted: true });
  });

  test('what is missing or no file is said, and never read', async () => {
    assert.deepEqual(await readCertificateFile(path.join(folder, 'none.pem')), { problem: 'noFile' });
    assert.deepEqual(await readCertificateFile(folder), { problem: 'noFile' });
    assert.deepEqual(await readCertificateFile('/dev/null'), { problem: 'noFile' });
  });

  test('a file far too large is no PEM', async () => {
    const file = path.join(folder, 'large.pem');
    await writeFile(file, cert + (KEYS[0]?.[1] ?? ''));
    await truncate(file, 1024 * 1024 + 1);
    assert.deepEqual(await readCertificateFile(file), { problem: 'notPem' });
  });
});

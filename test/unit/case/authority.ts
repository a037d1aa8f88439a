import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Whether OpenSSL is there, for a time stamp authority on this machine. */
export const hasOpenSsl = spawnSync('openssl', ['version']).status === 0;

/** A time stamp authority (RFC 3161) made of OpenSSL. It needs no network. */
export interface Authority {
  /** Its certificate. */
  readonly ca: string;
  /** Writes the stamp of a file beside it, with `.tsr` behind its name. */
  readonly stamp: (file: string) => Promise<void>;
  /** Answers a query: both are messages of RFC 3161. */
  readonly reply: (query: Uint8Array) => Promise<Buffer>;
  readonly stop: () => Promise<void>;
}

const CONFIG = `
[req]
distinguished_name = name
[name]
[extensions]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
[tsa]
default_tsa = own
[own]
serial = ./serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_chain = no
`;

/**
 * Creates an authority with keys of its own.
 *
 * @param digests - algorithms of hashes that it stamps
 */
export async function createAuthority(digests = 'sha256'): Promise<Authority> {
  const folder = await mkdtemp(path.join(tmpdir(), 'live-response-authority-'));
  const run = (...args: readonly string[]): void => {
    const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
  };
  await writeFile(path.join(folder, 'tsa.cnf'), CONFIG.replace('digests = sha256', `digests = ${digests}`));
  await writeFile(path.join(folder, 'serial'), '01\n');
  const subject = ['-subj', '/CN=Authority of a test', '-config', 'tsa.cnf', '-extensions', 'extensions'];
  run(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'key.pem',
    '-out',
    'ca.pem',
    '-days',
    '2',
    ...subject,
  );
  const ca = path.join(folder, 'ca.pem');
  const answer = (out: string): void => {
    const signing = ['-signer', 'ca.pem', '-inkey', 'key.pem'];
    run('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'data.tsq', ...signing, '-out', out);
  };
  return {
    ca,
    stamp: async (file) => {
      await writeFile(path.join(folder, 'data'), await readFile(file));
      run('ts', '-query', '-data', 'data', '-sha256', '-cert', '-out', 'data.tsq');
      answer(`${file}.tsr`);
    },
    reply: async (query) => {
      await writeFile(path.join(folder, 'data.tsq'), query);
      answer('answer.tsr');
      return readFile(path.join(folder, 'answer.tsr'));
    },
    stop: () => rm(folder, { recursive: true }),
  };
}

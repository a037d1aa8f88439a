import { createHmac } from 'node:crypto';
import { noteSecret } from '../secrets/runFolder.ts';

/** The parts of a link to one blob. */
export interface BlobSas {
  readonly account: string;
  readonly container: string;
  readonly blob: string;
  /** ms since 1970; the service counts whole seconds. */
  readonly expiresAt: number;
  readonly fileName: string;
  readonly tenantId: string;
  readonly objectId: string;
  /** Returns the base64 key that Azure would issue for these values. */
  readonly delegationKey: (oid: string, tid: string, start: string, expiry: string, version: string) => string;
}

// The version of the only link that was ever published. It determines the signed fields and their order.
const VERSION = '2020-06-12';

/** Signs a user delegation SAS and returns its query, with the parameters and order of a real result link. */
export function blobSasQuery(sas: BlobSas): string {
  const expiry = isoSeconds(sas.expiresAt);
  const keyStart = isoSeconds(sas.expiresAt - 60 * 60 * 1000);
  const keyExpiry = isoSeconds(sas.expiresAt + 24 * 60 * 60 * 1000);
  const disposition = `attachment; filename=${sas.fileName}`;
  const key = sas.delegationKey(sas.objectId, sas.tenantId, keyStart, keyExpiry, VERSION);
  const signed = [
    'r',
    '', // st: a real link has none
    expiry,
    `/blob/${sas.account}/${sas.container}/${sas.blob}`,
    sas.objectId,
    sas.tenantId,
    keyStart,
    keyExpiry,
    'b',
    VERSION,
    '', // authorized object id
    '', // unauthorized object id
    '', // correlation id
    '', // sip
    'https',
    VERSION,
    'b',
    '', // snapshot
    '', // rscc
    disposition,
    '', // rsce
    '', // rscl
    '', // rsct
  ];
  return query([
    ['se', expiry],
    ['sp', 'r'],
    ['spr', 'https'],
    ['sv', VERSION],
    ['sr', 'b'],
    ['rscd', disposition],
    ['skoid', sas.objectId],
    ['sktid', sas.tenantId],
    ['skt', keyStart],
    ['ske', keyExpiry],
    ['sks', 'b'],
    ['skv', VERSION],
    ['sig', sign(key, signed)],
  ]);
}

/** Signs an account SAS that may create containers and write blobs, for the tenant's own use. */
export function writerSasQuery(account: string, key: Buffer): string {
  const expiry = isoSeconds(Date.now() + 60 * 60 * 1000);
  // Ends with an empty line, as an account SAS does and a blob SAS does not.
  const signed = [account, 'cw', 'b', 'co', '', expiry, '', 'https', VERSION, ''];
  return query([
    ['sv', VERSION],
    ['ss', 'b'],
    ['srt', 'co'],
    ['sp', 'cw'],
    ['se', expiry],
    ['spr', 'https'],
    ['sig', sign(key.toString('base64'), signed)],
  ]);
}

function sign(base64Key: string, lines: readonly string[]): string {
  const key = Buffer.from(base64Key, 'base64');
  const signature = createHmac('sha256', key).update(lines.join('\n'), 'utf8').digest('base64');
  noteSecret(signature);
  return signature;
}

function query(parameters: readonly (readonly [string, string])[]): string {
  return parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}

function isoSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

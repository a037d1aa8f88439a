import { CLOUDS } from '../../../src/base/resultUri.ts';
import { SIGN_INS } from '../../../src/connections/connection.ts';
import type { Connection } from '../../../src/connections/connection.ts';
import type { PolicyKey } from '../../../src/policy/policyKeys.ts';

export const GIVEN: Connection = {
  name: 'Contoso SOC',
  cloud: 'gccHigh',
  tenantId: '11111111-1111-4111-8111-111111111111',
  clientId: '22222222-2222-4222-8222-222222222222',
  signIn: 'interactive',
};
const WAYS = SIGN_INS.filter((way) => way !== 'sample');

/** One key: what the file says, what the user has set, and what must hold. */
interface Row {
  readonly file: unknown;
  readonly own: unknown;
  /** Value that holds if others could have written the file. */
  readonly refused: unknown;
  /** Values of another type, or out of bounds. */
  readonly wrong: readonly unknown[];
  /** Value that holds if the file has one of those. */
  readonly wrongHolds: unknown;
}

/** Key that is true by default. */
const allowed: Row = { file: false, own: true, refused: false, wrong: ['false', 0, null, []], wrongHolds: false };
/** Key that protects, and is off by default. */
const protects: Row = { file: true, own: false, refused: true, wrong: ['true', 1, null], wrongHolds: true };

/** Every key. */
export const ROWS: Readonly<Record<PolicyKey, Row>> = {
  connections: {
    file: [GIVEN],
    own: [],
    refused: [],
    wrong: [
      GIVEN,
      [null],
      [GIVEN, GIVEN],
      [{ ...GIVEN, accessToken: 'eyJ' }],
      [{ ...GIVEN, name: '[x](command:y)' }],
      [{ ...GIVEN, signIn: 'sample' }],
      Array.from({ length: 101 }, (_, at) => ({ ...GIVEN, name: `${at}` })),
    ],
    wrongHolds: [],
  },
  onlyTheseConnections: protects,
  clouds: {
    file: ['gccHigh', 'dod'],
    own: CLOUDS,
    refused: ['gccHigh', 'dod'],
    wrong: ['gccHigh', ['mooncake'], { 0: 'dod' }],
    wrongHolds: [],
  },
  signIns: { file: ['interactive'], own: WAYS, refused: ['interactive'], wrong: [['sample'], 'all'], wrongHolds: [] },
  sampleTenant: allowed,
  keepResults: allowed,
  maxStorageSize: { file: 100, own: 2048, refused: 2048, wrong: ['100', -1, 1.5, 1e9], wrongHolds: 2048 },
  maxStorageAgeDays: { file: 30, own: 0, refused: 0, wrong: ['30', -1, null], wrongHolds: 0 },
  maxDownloadSize: { file: 16, own: 512, refused: 16, wrong: ['16', 0, 513], wrongHolds: 64 },
  downloadHosts: {
    file: ['files.example.com:8443'],
    own: ['evil.example'],
    refused: [],
    wrong: [['https://files.example.com'], 'files.example.com', [''], ['*']],
    wrongHolds: [],
  },
  auditTrail: allowed,
  standingOrders: allowed,
  packs: allowed,
  record: allowed,
  timeStampAuthority: {
    file: 'https://tsa.example.com/',
    own: 'https://other.example/',
    refused: '',
    wrong: [
      'ftp://tsa.example.com',
      'https://u:p@tsa.example.com',
      'https://tsa.example.com/#a',
      'https://tsä.example',
      true,
    ],
    wrongHolds: '',
  },
  defangOnCopy: protects,
  telemetry: allowed,
};

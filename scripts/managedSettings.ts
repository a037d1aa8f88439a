import { readFile } from 'node:fs/promises';
import prettier from 'prettier';
import { CLOUDS } from '../src/base/resultUri.ts';
import { AUTHORITY } from '../src/case/anchors/authorityAddress.ts';
import { SIGN_INS } from '../src/connections/connection.ts';
import { NEAR_REGIONS } from '../src/defender/clouds.ts';
import { POLICY_KEYS, POLICY_NAMES } from '../src/policy/policyKeys.ts';
import type { PolicyKey } from '../src/policy/policyKeys.ts';

/** Page and schema of the managed settings. The table of the page and the schema are written from the keys in the code. */
export const MANAGED_PAGE = 'docs/reference/managed-settings.md';
export const MANAGED_SCHEMA = 'docs/reference/policy.schema.json';

/** Part of JSON Schema that is used here. */
export interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

interface KeyWords {
  readonly schema: Schema;
  /** Meaning of the key. */
  readonly means: string;
  /** Setting of the user that gives way. */
  readonly setting?: string;
}

const guid: Schema = {
  type: 'string',
  pattern: '^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$',
};
const WAYS = SIGN_INS.filter((way) => way !== 'sample');
const hosts: Schema = {
  type: 'array',
  maxItems: 100,
  items: { type: 'string', pattern: '^[A-Za-z0-9.-]+(:\\d{1,5})?$' },
};
const text: Schema = { type: 'string', minLength: 1, maxLength: 500 };
const boolean: Schema = { type: 'boolean' };

const WORDS: Readonly<Record<PolicyKey, KeyWords>> = {
  connections: {
    schema: {
      type: 'array',
      maxItems: 100,
      items: {
        type: 'object',
        properties: {
          name: { type: 'string', minLength: 1, maxLength: 80, pattern: '^(?!.*(\\]\\(|\\$\\()).+$' },
          cloud: { type: 'string', enum: CLOUDS },
          region: { type: 'string', enum: NEAR_REGIONS },
          apiUrl: { ...text, pattern: '^https?://' },
          authority: { ...text, pattern: '^https://' },
          scope: { ...text, pattern: '/\\.default$' },
          graphUrl: { ...text, pattern: '^https://' },
          downloadHosts: { ...hosts, maxItems: 20 },
          tenantId: guid,
          clientId: guid,
          signIn: { type: 'string', enum: WAYS },
          certificatePath: text,
        },
        required: ['name', 'cloud', 'tenantId', 'clientId', 'signIn'],
        additionalProperties: false,
      },
    },
    means:
      'Connections that are there for everyone. A user can neither change nor remove them. The fields are those of [a connection](connections.md), without secrets. Names differ.',
  },
  onlyTheseConnections: { schema: boolean, means: '`true`: no other connection can be added or used.' },
  clouds: {
    schema: { type: 'array', maxItems: 100, items: { type: 'string', enum: CLOUDS } },
    means: 'The only clouds of connections that a user adds. Given connections are not limited by it.',
  },
  signIns: {
    schema: { type: 'array', maxItems: 100, items: { type: 'string', enum: WAYS } },
    means:
      'The only ways to sign in, for connections that a user adds. Without `deviceCode`, a browser sign-in in a remote window is refused, too, because it would use a code.',
  },
  sampleTenant: { schema: boolean, means: '`false`: the sample tenant cannot be opened.' },
  keepResults: {
    schema: boolean,
    means: 'Whether results are written to the disk. What is stored already stays.',
    setting: 'storage.keepResults',
  },
  maxStorageSize: {
    schema: { type: 'integer', minimum: 0, maximum: 1_000_000 },
    means: 'Room for stored results, in MiB. 0: no limit.',
    setting: 'storage.maxSize',
  },
  maxStorageAgeDays: {
    schema: { type: 'integer', minimum: 0, maximum: 36_500 },
    means: 'Days after which a stored result is deleted. 0: never.',
    setting: 'storage.maxAgeDays',
  },
  maxDownloadSize: {
    schema: { type: 'integer', minimum: 1, maximum: 512 },
    means: 'The largest result that is opened without a question, in megabytes.',
    setting: 'maxDownloadSize',
  },
  downloadHosts: {
    schema: hosts,
    means:
      "The only hosts that results may come from besides Azure's own, with port where there is one. Those of given connections are added; those of a user's connections are not.",
    setting: 'downloadHosts',
  },
  auditTrail: {
    schema: boolean,
    means: '`false`: **Fetch Audit Trail…** is not offered, and no hunting query is sent.',
  },
  standingOrders: {
    schema: boolean,
    means:
      '`false`: **Fetch and Keep the Rest** and **Keep Results as They Come…** are not offered, and an order of an earlier window does not go on.',
  },
  packs: {
    schema: boolean,
    means: '`false`: **Hand Over…** is not offered, and a pack of others is not opened. A single result of it can be.',
  },
  record: { schema: boolean, means: '`false`: no record of what was done is kept, and results get no marks.' },
  timeStampAuthority: {
    schema: { type: 'string', maxLength: 500, pattern: `^$|${AUTHORITY.source}` },
    means:
      'Address (https:// or http://) of the only authority that may be asked for time stamps. `""`: none may. Without this key, the user names one.',
    setting: 'timeStampAuthority',
  },
  defangOnCopy: { schema: boolean, means: 'Whether copied text is defanged.', setting: 'defangOnCopy' },
  telemetry: {
    schema: boolean,
    means: '`false`: no telemetry, in a build that could send any.',
    setting: 'telemetry.enabled',
  },
};

/** Builds the schema of the file. */
export function buildSchema(): Schema {
  const properties = POLICY_NAMES.map((key) => {
    const { schema, means } = WORDS[key];
    return [key, { description: means.replaceAll(/\*\*|`|\[|\]\([^)]*\)/gu, ''), ...schema }] as const;
  });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Managed settings of Live Response Results',
    type: 'object',
    properties: { $schema: { type: 'string' }, ...Object.fromEntries(properties) },
    additionalProperties: false,
  } as Schema;
}

/** Returns the new text of the page and of the schema. */
export async function buildManagedSettings(): Promise<Readonly<Record<string, string>>> {
  const page = await readFile(MANAGED_PAGE, 'utf8');
  const table = `\n\n${tableOfKeys()}\n\n`;
  const written = page.replace(/(<!-- keys -->)[^]*(<!-- end of keys -->)/u, (_all, start: string, end: string) =>
    [start, table, end].join(''),
  );
  return {
    [MANAGED_PAGE]: await format(MANAGED_PAGE, written),
    [MANAGED_SCHEMA]: await format(MANAGED_SCHEMA, JSON.stringify(buildSchema())),
  };
}

function tableOfKeys(): string {
  const rows = POLICY_NAMES.map((key) => {
    const { schema, means, setting } = WORDS[key];
    const { normal, strictest, deletes, closes } = POLICY_KEYS[key];
    const where = setting === undefined ? '' : ` Setting: \`liveResponse.${setting}\`.`;
    const values = schema.type === 'array' ? 'list' : (schema.type ?? '');
    const broken = deletes === true ? 'your own setting' : `\`${JSON.stringify(strictest)}\``;
    const all = Array.isArray(normal) && normal.length > 0 ? 'all' : `\`${JSON.stringify(normal)}\``;
    return `| \`${key}\` | ${values}; ${all} | ${means}${where} | ${broken}${closes === true ? ', also if nothing can be read' : ''} |`;
  });
  return ['| key | type; default | meaning | if its value cannot be read |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

async function format(file: string, written: string): Promise<string> {
  return prettier.format(written, { ...(await prettier.resolveConfig(file)), filepath: file });
}

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';
import { appRegistrationCommands } from '../../../src/identity/appRegistration.ts';
import { failure } from '../defender/expected.ts';
import { StandIns } from './standIn.ts';

const TENANT = '8f3a2c51-6a1e-4d0b-9c5e-2d7f1b6a4e90';
const DEFENDER = 'fc780465-2017-40d4-a0c5-307022471b92';

/** Prints Azure CLI's answers, and writes down its own arguments. */
const AZ = `#!/bin/sh
printf '%s\\n' "$(printf '<%s>' "$@")" >> "$HOME/asked"
case "$*" in
  'ad app create'*) echo client-id ;;
  *"'Machine.Read'"*) echo id-of-read ;;
  *"'Machine.LiveResponse'"*) echo id-of-live-response ;;
esac
`;

suite('commands that register an application', () => {
  test('in a shell they ask for a public client with two delegated permissions, and print its id', async () => {
    const bin = await StandIns.create();
    try {
      await bin.write('az', AZ);
      const commands = appRegistrationCommands({ tenantId: TENANT, cloud: 'commercial' });
      const environment = { PATH: `${bin.folder}:/usr/bin:/bin`, HOME: bin.folder };
      const { stdout } = await promisify(execFile)('bash', ['-euc', commands], { env: environment });
      assert.equal(stdout, 'client-id\n');
      const asked = (await readFile(path.join(bin.folder, 'asked'), 'utf8')).trim().split('\n');
      const lookUp = (scope: string): string =>
        `<ad><sp><show><--id><${DEFENDER}><--query><oauth2PermissionScopes[?value=='${scope}'].id><--output><tsv>`;
      assert.deepEqual(asked, [
        `<login><--tenant><${TENANT}><--allow-no-subscriptions>`,
        '<ad><app><create><--display-name><Live Response Results><--sign-in-audience><AzureADMyOrg>' +
          '<--is-fallback-public-client><true><--public-client-redirect-uris><http://localhost>' +
          '<--query><appId><--output><tsv>',
        lookUp('Machine.Read'),
        lookUp('Machine.LiveResponse'),
        `<ad><app><permission><add><--id><client-id><--api><${DEFENDER}>` +
          '<--api-permissions><id-of-read=Scope><id-of-live-response=Scope>',
        '<ad><sp><create><--id><client-id><--output><none>',
        `<ad><app><permission><grant><--id><client-id><--api><${DEFENDER}>` +
          '<--scope><Machine.Read><Machine.LiveResponse><--output><none>',
      ]);
    } finally {
      await bin.remove();
    }
  });

  test('only the clouds that sign in at the government are switched to it', () => {
    for (const [cloud, isGovernment] of [
      ['commercial', false],
      ['gcc', false],
      ['gccHigh', true],
      ['dod', true],
      ['custom', false],
    ] as const) {
      const commands = appRegistrationCommands({ tenantId: TENANT, cloud });
      assert.equal(/^az cloud set --name AzureUSGovernment$/mu.test(commands), isGovernment, cloud);
    }
  });

  test('without a tenant the own one is signed in to', () => {
    assert.match(appRegistrationCommands({ cloud: 'commercial' }), /^az login --allow-no-subscriptions$/mu);
  });

  test('nothing that is put in can end a word', () => {
    const name = "--x\"; touch pwned $(id) `id` 'SOC' Zürich\n#";
    const commands = appRegistrationCommands({ cloud: 'commercial', name });
    assert.match(commands, /--display-name "x touch pwned id id SOC Zürich" /u);
    assert.match(appRegistrationCommands({ cloud: 'commercial', name: '$"' }), /"Live Response Results"/u);
    for (const tenantId of ['', `${TENANT} --debug`, `${TENANT}\n`, 'contoso.com']) {
      assert.throws(
        () => appRegistrationCommands({ tenantId, cloud: 'commercial' }),
        failure('badArgument', { path: 'tenantId' }),
      );
    }
  });

  test('comments hold nothing that a shell without comments would expand', () => {
    const comments = appRegistrationCommands({ cloud: 'dod' })
      .split('\n')
      .filter((line) => line.startsWith('#'));
    assert.equal(comments.length, 5);
    for (const comment of comments) assert.match(comment, /^# [\w ,.]+$/u);
  });
});

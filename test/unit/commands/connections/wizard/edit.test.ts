import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Connection } from '../../../../../src/connections/connection.ts';
import { resultOf } from '../../../../../src/commands/connections/wizard/draft.ts';
import { startWizard } from '../../../../../src/commands/connections/wizard/wizard.ts';
import { AZURE_CLI_CLIENT_ID } from '../../../../../src/identity/tools/wellKnownClients.ts';
import { CLIENT, OTHER, TENANT, TOKEN, walk } from './walk.ts';

const IDS = { tenantId: TENANT, clientId: CLIENT };

suite('editing a connection', () => {
  const existing: Connection = { name: 'Contoso', cloud: 'commercial', ...IDS, signIn: 'clientSecret' };
  const around = { existing, names: ['Contoso', 'Fabrikam'] };

  test('begins with what it says, and never with a secret', () => {
    const { draft } = startWizard({
      ...existing,
      cloud: 'custom',
      apiUrl: 'https://proxy.example',
      authority: 'https://login.example',
      scope: 'api://x/.default',
      graphUrl: 'https://g.example',
      downloadHosts: ['a.example', 'b.example:1'],
    });
    assert.deepEqual([draft.signIn, draft.place], ['clientSecret', { cloud: 'custom' }]);
    assert.deepEqual(draft.texts, {
      name: 'Contoso',
      ...IDS,
      apiUrl: 'https://proxy.example',
      authority: 'https://login.example',
      scope: 'api://x/.default',
      graphUrl: 'https://g.example',
      downloadHosts: 'a.example, b.example:1',
      certificate: '',
    });
  });

  test('a new name or secret changes nothing else', () => {
    const { end } = walk({ signIn: 'clientSecret', texts: { name: 'Contoso Ltd', clientSecret: 'n3w' } }, around);
    assert.deepEqual(resultOf(end.draft, existing), {
      connection: { ...existing, name: 'Contoso Ltd' },
      secret: { kind: 'clientSecret', value: 'n3w' },
    });
  });

  test('a new token of another tenant takes the connection there', () => {
    const pasted: Connection = { ...existing, tenantId: OTHER, signIn: 'accessToken' };
    const { end } = walk({ signIn: 'accessToken', texts: { accessToken: TOKEN } }, { existing: pasted });
    assert.equal(resultOf(end.draft, pasted).connection.tenantId, TENANT);
  });

  test("Azure CLI's client id is nobody's own: another way to sign in asks for one", () => {
    const cli: Connection = { ...existing, clientId: AZURE_CLI_CLIENT_ID, signIn: 'azureCli' };
    assert.throws(() => walk({ signIn: 'interactive' }, { existing: cli }), /clientId: missing/u);
  });

  test('of the sample nothing is kept but its name', () => {
    const { draft } = startWizard({ ...existing, cloud: 'custom', signIn: 'sample' });
    assert.deepEqual([draft.signIn, draft.place, draft.texts], [undefined, undefined, { name: 'Contoso' }]);
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { isPlainName, readConnection, SIGN_INS } from '../../../../../src/connections/connection.ts';
import { NEAR_REGIONS } from '../../../../../src/defender/clouds.ts';
import { resultOf, stepsOf } from '../../../../../src/commands/connections/wizard/draft.ts';
import type { Draft, Place, Step } from '../../../../../src/commands/connections/wizard/draft.ts';
import {
  advance,
  goBack,
  initialText,
  positionOf,
  startWizard,
} from '../../../../../src/commands/connections/wizard/wizard.ts';
import { AZURE_CLI_CLIENT_ID } from '../../../../../src/identity/tools/wellKnownClients.ts';
import { CLIENT, OTHER, TENANT, TOKEN, walk } from './walk.ts';
import type { Person } from './walk.ts';
import { times } from '../../../../fuzz/support/settings.ts';

const IDS = { tenantId: TENANT, clientId: CLIENT };
const CUSTOM: Place = { cloud: 'custom' };
const URLS = { apiUrl: 'https://proxy.example', downloadHosts: 'blobs.example:8443' };

const PATHS: readonly (readonly [what: string, person: Person, steps: readonly Step[], result: object])[] = [
  [
    'browser',
    { signIn: 'interactive', texts: IDS },
    ['signIn', 'place', 'tenantId', 'clientId', 'name'],
    { connection: { name: TENANT, cloud: 'commercial', ...IDS, signIn: 'interactive' }, secret: undefined },
  ],
  [
    'code, near a region, with a name of its own',
    { signIn: 'deviceCode', place: { cloud: 'commercial', region: 'eu' }, texts: { ...IDS, name: ' Contoso ' } },
    ['signIn', 'place', 'tenantId', 'clientId', 'name'],
    {
      connection: { name: 'Contoso', cloud: 'commercial', region: 'eu', ...IDS, signIn: 'deviceCode' },
      secret: undefined,
    },
  ],
  [
    'browser at an address of its own',
    {
      signIn: 'interactive',
      place: CUSTOM,
      texts: {
        ...IDS,
        ...URLS,
        authority: 'https://login.example/',
        scope: 'api://x/.default',
        graphUrl: 'https://g.example',
      },
    },
    ['signIn', 'place', 'apiUrl', 'authority', 'scope', 'graphUrl', 'downloadHosts', 'tenantId', 'clientId', 'name'],
    {
      connection: {
        name: TENANT,
        cloud: 'custom',
        ...IDS,
        signIn: 'interactive',
        apiUrl: 'https://proxy.example',
        authority: 'https://login.example',
        scope: 'api://x/.default',
        graphUrl: 'https://g.example',
        downloadHosts: ['blobs.example:8443'],
      },
      secret: undefined,
    },
  ],
  [
    'Azure CLI',
    { signIn: 'azureCli', place: { cloud: 'gccHigh' }, texts: { tenantId: `{${TENANT.toUpperCase()}}` } },
    ['signIn', 'place', 'tenantId', 'name'],
    {
      connection: {
        name: TENANT,
        cloud: 'gccHigh',
        tenantId: TENANT,
        clientId: AZURE_CLI_CLIENT_ID,
        signIn: 'azureCli',
      },
      secret: undefined,
    },
  ],
  [
    'Azure CLI at an address of its own: it knows its sign-in service, not the scope',
    { signIn: 'azureCli', place: CUSTOM, texts: { tenantId: TENANT, apiUrl: 'http://127.0.0.1:8080' } },
    ['signIn', 'place', 'apiUrl', 'scope', 'graphUrl', 'downloadHosts', 'tenantId', 'name'],
    {
      connection: {
        name: TENANT,
        cloud: 'custom',
        tenantId: TENANT,
        clientId: AZURE_CLI_CLIENT_ID,
        signIn: 'azureCli',
        apiUrl: 'http://127.0.0.1:8080',
      },
      secret: undefined,
    },
  ],
  [
    'pasted token',
    { signIn: 'accessToken', texts: { accessToken: ` ${TOKEN}\n` } },
    ['signIn', 'place', 'accessToken', 'name'],
    {
      connection: { name: 'anna@contoso.com', cloud: 'commercial', ...IDS, signIn: 'accessToken' },
      secret: { kind: 'accessToken', value: TOKEN },
    },
  ],
  [
    'pasted token for an address of its own',
    { signIn: 'accessToken', place: CUSTOM, texts: { ...URLS, accessToken: TOKEN } },
    ['signIn', 'place', 'apiUrl', 'downloadHosts', 'accessToken', 'name'],
    {
      connection: {
        name: 'anna@contoso.com',
        cloud: 'custom',
        ...IDS,
        signIn: 'accessToken',
        apiUrl: 'https://proxy.example',
        downloadHosts: ['blobs.example:8443'],
      },
      secret: { kind: 'accessToken', value: TOKEN },
    },
  ],
  [
    'client secret',
    { signIn: 'clientSecret', place: { cloud: 'dod' }, texts: { ...IDS, clientSecret: ' s3cret~ ' } },
    ['signIn', 'place', 'tenantId', 'clientId', 'clientSecret', 'name'],
    {
      connection: { name: TENANT, cloud: 'dod', ...IDS, signIn: 'clientSecret' },
      secret: { kind: 'clientSecret', value: 's3cret~' },
    },
  ],
  [
    'certificate',
    { signIn: 'clientCertificate', place: { cloud: 'gcc' }, texts: { ...IDS, certificate: 'C:\\ir\\app.pem' } },
    ['signIn', 'place', 'tenantId', 'clientId', 'certificate', 'name'],
    {
      connection: {
        name: TENANT,
        cloud: 'gcc',
        ...IDS,
        signIn: 'clientCertificate',
        certificatePath: 'C:\\ir\\app.pem',
      },
      secret: undefined,
    },
  ],
  [
    'certificate with an encrypted key: its passphrase is kept as typed',
    {
      signIn: 'clientCertificate',
      texts: { ...IDS, certificate: '/ir/app.pem', passphrase: ' horse ' },
      keyIsEncrypted: true,
    },
    ['signIn', 'place', 'tenantId', 'clientId', 'certificate', 'passphrase', 'name'],
    {
      connection: {
        name: TENANT,
        cloud: 'commercial',
        ...IDS,
        signIn: 'clientCertificate',
        certificatePath: '/ir/app.pem',
      },
      secret: { kind: 'passphrase', value: ' horse ' },
    },
  ],
];

suite('the steps of a connection', () => {
  for (const [what, person, steps, result] of PATHS) {
    test(`${what}: its steps, in order, back and forth, and what comes of them`, () => {
      const walked = walk(person);
      assert.deepEqual(walked.steps, steps);
      assert.deepEqual(resultOf(walked.end.draft, undefined), result);
    });
  }

  test('the sample tenant takes one step', () => {
    const { steps, end } = walk({ signIn: 'sample' });
    assert.deepEqual(steps, ['signIn']);
    const { connection, secret } = resultOf(end.draft, undefined, 'Sample');
    assert.deepEqual([connection.name, connection.signIn, secret], ['Sample', 'sample', undefined]);
    assert.ok('connection' in readConnection(connection));
  });

  test('the totals follow the choices', () => {
    const first = startWizard(undefined);
    assert.deepEqual(positionOf(first), { step: 1, totalSteps: 5 });
    const second = advance(first, { step: 'signIn', signIn: 'clientCertificate' });
    assert.deepEqual(positionOf(second), { step: 2, totalSteps: 6 });
    const third = advance(second, { step: 'place', place: CUSTOM });
    assert.deepEqual([third.step, positionOf(third)], ['apiUrl', { step: 3, totalSteps: 11 }]);
    const atFile = { ...third, step: 'certificate' } as const;
    const plain = advance(atFile, { step: 'certificate', text: '/a.pem', keyIsEncrypted: false });
    assert.deepEqual([plain.step, positionOf(plain)], ['name', { step: 11, totalSteps: 11 }]);
    const encrypted = advance(atFile, { step: 'certificate', text: '/a.pem', keyIsEncrypted: true });
    assert.deepEqual([encrypted.step, positionOf(encrypted)], ['passphrase', { step: 11, totalSteps: 12 }]);
    assert.deepEqual(positionOf(goBack(third, '', [])), { step: 2, totalSteps: 11 });
  });

  test('there is no way back from the first step', () => {
    assert.equal(goBack(startWizard(undefined), undefined, []).step, 'signIn');
  });

  test('what stood in the box is there again, also when it was wrong', () => {
    const atTenant = { ...startWizard(undefined), step: 'tenantId' } as const;
    const back = goBack(atTenant, 'contoso.com', []);
    assert.equal(back.step, 'place');
    assert.equal(initialText(advance(back, { step: 'place', place: { cloud: 'gcc' } }), []), 'contoso.com');
  });

  test('another way to sign in leaves nothing of the first one behind', () => {
    const first = walk({
      signIn: 'clientSecret',
      place: CUSTOM,
      texts: { ...IDS, ...URLS, authority: 'https://login.example', clientSecret: 's3cret' },
    });
    const again = advance({ step: 'signIn', draft: first.end.draft }, { step: 'signIn', signIn: 'accessToken' });
    const placed = advance(again, { step: 'place', place: { cloud: 'commercial' } });
    const pasted = advance(placed, { step: 'accessToken', text: TOKEN });
    assert.equal(pasted.step, 'name');
    assert.deepEqual(resultOf(pasted.draft, undefined), {
      connection: { name: TENANT, cloud: 'commercial', ...IDS, signIn: 'accessToken' },
      secret: { kind: 'accessToken', value: TOKEN },
    });
  });

  test('a name that is taken gets a number', () => {
    const { end } = walk({ signIn: 'interactive', texts: IDS }, { names: [TENANT, `${TENANT} (2)`] });
    assert.equal(resultOf(end.draft, undefined).connection.name, `${TENANT} (3)`);
  });

  test('a suggested name follows the tenant, a typed one stays', () => {
    const atName = { step: 'name', draft: { ...startWizard(undefined).draft, texts: IDS } } as const;
    const withTenant = (state: { draft: Draft }): string =>
      initialText({ step: 'name', draft: { ...state.draft, texts: { ...state.draft.texts, tenantId: OTHER } } }, []);
    assert.equal(withTenant(goBack(atName, initialText(atName, []), [])), OTHER);
    assert.equal(withTenant(goBack(atName, 'Contoso', [])), 'Contoso');
  });
});

const place = fc.oneof(
  fc.constantFrom(...NEAR_REGIONS).map((region): Place => ({ cloud: 'commercial', region })),
  fc.constantFrom('commercial', 'gcc', 'gccHigh', 'dod', 'custom').map((cloud): Place => ({ cloud })),
);
const person = fc.record({
  signIn: fc.constantFrom(...SIGN_INS.filter((signIn) => signIn !== 'sample')),
  place,
  keyIsEncrypted: fc.boolean(),
  texts: fc.record({
    tenantId: fc.uuid(),
    clientId: fc.uuid().map((id) => `{${id.toUpperCase()}}`),
    apiUrl: fc.webUrl({ validSchemes: ['https'] }),
    authority: fc.constantFrom('', 'https://login.example:8443', 'https://login.example/'),
    scope: fc.constantFrom('', 'api://x/.default'),
    downloadHosts: fc.array(fc.domain(), { maxLength: 3 }).map((hosts) => hosts.join('; ')),
    clientSecret: fc.stringMatching(/^[\w~.]{1,40}$/u),
    certificate: fc.constantFrom('/ir/app.pem', 'd:/app.pem', 'C:\\app.pem'),
    passphrase: fc.string({ minLength: 1 }),
    accessToken: fc.constant(TOKEN),
    name: fc.string({ minLength: 1, maxLength: 80 }).filter((name) => name.trim() !== '' && isPlainName(name)),
  }),
});

suite('whatever was answered', () => {
  test('what the steps let through is a connection, and editing it without a change gives it back', () => {
    fc.assert(
      fc.property(person, (answers) => {
        const added = resultOf(walk(answers).end.draft, undefined);
        const { connection } = added;
        assert.deepEqual(readConnection(JSON.parse(JSON.stringify(connection))), { connection });
        const edit: Person = { signIn: connection.signIn, keyIsEncrypted: answers.keyIsEncrypted };
        const edited = walk(edit, { existing: connection, names: [connection.name] });
        assert.deepEqual(resultOf(edited.end.draft, connection), { connection, secret: undefined });
      }),
      times(200),
    );
  });

  test('every step is shown once, and its number is below the total', () => {
    fc.assert(
      fc.property(person, (answers) => {
        const { steps, end } = walk(answers);
        assert.equal(new Set(steps).size, steps.length);
        assert.deepEqual(steps, stepsOf(end.draft));
      }),
      times(200),
    );
  });
});

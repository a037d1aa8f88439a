import assert from 'node:assert/strict';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { inspect } from 'node:util';
import type { CommandLineTokens } from '../../../../src/identity/tools/commandLineTokens.ts';
import { failure, patience } from '../../defender/expected.ts';
import { StandIns } from '../standIn.ts';
import { answer, LOGIN, NOW, openTokens, RESOURCE, TENANT, token } from '../toolScene.ts';
import { jwt } from '../tokens.ts';

const SIGNED_OUT = "ERROR: Please run 'az login' to setup account.\n";

suite('answers of command-line tools', () => {
  let tools: StandIns;
  const open = (): CommandLineTokens => openTokens(tools);

  beforeEach(async () => {
    tools = await StandIns.create();
  });
  afterEach(async () => {
    await tools.remove();
  });

  const FIRST_PARTY =
    "ERROR: AADSTS65002: Consent between first party application '04b07795' and …\nTo re-authenticate, please run:\naz login\n";
  const POLICY =
    'ERROR: AADSTS50076: Due to a configuration change …\nTrace ID: marker\nInteractive authentication is needed. Please run:\naz login --scope x\n';
  for (const [what, errors, code, values] of [
    ['nobody has signed in', SIGNED_OUT, 'notSignedIn', { reason: 'cliSignedOut', command: LOGIN }],
    [
      'a policy wants more',
      POLICY,
      'notSignedIn',
      { reason: 'cliSignedOut', command: LOGIN, serverCode: 'AADSTS50076' },
    ],
    ['signing in would not help', FIRST_PARTY, 'signInFailed', { reason: 'cliFailed', serverCode: 'AADSTS65002' }],
    ['something else went wrong', 'ERROR: marker', 'signInFailed', { reason: 'cliFailed' }],
  ] as const) {
    test(`${what}: the error says so, and quotes nothing`, async () => {
      await tools.install('az', { exitCode: 1, errors, output: 'marker' });
      await tools.install('pwsh', { output: answer(token()) });
      await assert.rejects(open().getAccessToken(patience()), (error) => {
        failure(code, { connection: 'Contoso', ...values })(error);
        assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes('marker'));
        return true;
      });
      // Another tool may be signed in with another account.
      assert.deepEqual(await tools.runs('pwsh'), []);
    });
  }

  const GARBAGE = ['', 'nonsense', 'null', '[]', '{}', '{"accessToken":""}', '{"accessToken":7}', answer('opaque')];
  for (const output of [...GARBAGE, answer(jwt({ aud: RESOURCE })), answer(jwt({ tid: TENANT }))]) {
    test(`${JSON.stringify(output.slice(0, 40))} is no token`, async () => {
      await tools.install('az', { output });
      await assert.rejects(open().getAccessToken(patience()), failure('signInFailed', { reason: 'cliFailed' }));
    });
  }

  for (const [claims, reason] of [
    [{ tid: '00000000-1111-4222-8333-444444444444' }, 'otherTenant'],
    [{ aud: 'https://graph.microsoft.com' }, 'otherAudience'],
    [{ aud: '00000003-0000-0000-c000-000000000000' }, 'otherAudience'],
  ] as const) {
    test(`a token with ${JSON.stringify(claims)} is not used`, async () => {
      const foreign = token(claims);
      await tools.install('az', { output: answer(foreign) });
      const tokens = open();
      await assert.rejects(tokens.getAccessToken(patience()), (error) => {
        assert.ok(!inspect([error, tokens], { depth: 9, showHidden: true }).includes(foreign));
        return failure('notSignedIn', { reason })(error);
      });
      assert.equal(await tokens.account(), undefined);
    });
  }

  for (const aud of [`${RESOURCE}/`, 'fc780465-2017-40d4-a0c5-307022471b92']) {
    test(`${aud} is the Defender API too`, async () => {
      const good = token({ aud });
      await tools.install('az', { output: answer(good) });
      assert.equal(await open().getAccessToken(patience()), good);
    });
  }

  test('after a refusal the tool is asked again, once', async () => {
    const [first, second] = [token(), token({ exp: NOW / 1000 + 7200 })];
    await tools.install('az', { output: answer(first) });
    const tokens = open();
    const refused = await tokens.getAccessToken(patience());
    await tools.install('az', { output: answer(second) });
    assert.equal(await tokens.getAccessToken(patience(), { token: refused }), second);
    // Another call was refused with the old token as well, and a newer one exists already.
    assert.equal(await tokens.getAccessToken(patience(), { token: refused }), second);
    assert.equal((await tools.runs('az')).length, 2);
  });

  test('a tool that has nothing but the refused token ends it, and is asked again the next time', async () => {
    const only = token();
    await tools.install('az', { output: answer(only) });
    const tokens = open();
    await tokens.getAccessToken(patience());
    const rejected = failure('notSignedIn', { reason: 'rejected', command: LOGIN });
    await assert.rejects(tokens.getAccessToken(patience(), { token: only }), rejected);
    assert.equal((await tools.runs('az')).length, 2);
    await tokens.getAccessToken(patience());
    assert.equal((await tools.runs('az')).length, 3);
  });

  test('a claims challenge becomes the command that answers it', async () => {
    const only = token();
    await tools.install('az', { output: answer(only) });
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
    const command = `${LOGIN} --claims-challenge "${Buffer.from(claims).toString('base64')}"`;
    await assert.rejects(
      open().getAccessToken(patience(), { token: only, claims }),
      failure('notSignedIn', { reason: 'cliClaims', command }),
    );
  });

  test('a file that cannot be run is passed over, one that fails to start is told by its code', async () => {
    await tools.write('az', 'x', 0o644);
    await assert.rejects(open().getAccessToken(patience()), failure('notSignedIn', { reason: 'cliMissing' }));
    await tools.write('az', '#!/nowhere/python3\n');
    await assert.rejects(
      open().getAccessToken(patience()),
      failure('signInFailed', { reason: 'cliFailed', systemCode: 'ENOENT' }),
    );
  });

  test('without Azure CLI, Az PowerShell is asked by a fixed script that takes its values from the environment', async () => {
    const good = token();
    await tools.install('pwsh', { output: `${JSON.stringify({ accessToken: good })}\n` });
    assert.equal(await open().getAccessToken(patience()), good);
    const [run] = await tools.runs('pwsh');
    assert.deepEqual(run?.args.slice(0, 4), ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command']);
    assert.equal(run.args.length, 5);
    assert.doesNotMatch(run.args[4] ?? '', /"|securitycenter|8f3a2c51/u);
    assert.equal(run.environment['LIVE_RESPONSE_RESOURCE'], RESOURCE);
    assert.equal(run.environment['LIVE_RESPONSE_TENANT'], TENANT);
  });

  const CONNECT = `Connect-AzAccount -TenantId ${TENANT}`;
  for (const [what, plan, code, values] of [
    ['has no Az module', { exitCode: 3 }, 'notSignedIn', { reason: 'cliMissing', command: LOGIN }],
    ['has no sign-in', { exitCode: 4 }, 'notSignedIn', { reason: 'cliSignedOut', command: CONNECT }],
    [
      'must sign in again',
      { exitCode: 1, errors: 'AADSTS700082: … Please rerun Connect-AzAccount.' },
      'notSignedIn',
      { reason: 'cliSignedOut', command: CONNECT, serverCode: 'AADSTS700082' },
    ],
    [
      'fails',
      { exitCode: 1, errors: 'AADSTS500011' },
      'signInFailed',
      { reason: 'cliFailed', serverCode: 'AADSTS500011' },
    ],
  ] as const) {
    test(`PowerShell ${what}`, async () => {
      await tools.install('pwsh', plan);
      await assert.rejects(open().getAccessToken(patience()), failure(code, values));
    });
  }
});

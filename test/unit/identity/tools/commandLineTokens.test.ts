import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import type { CommandLineTokens } from '../../../../src/identity/tools/commandLineTokens.ts';
import type { CommandLineTokensOptions } from '../../../../src/identity/tools/commandLineTokens.ts';
import { waitFor } from '../../../rig/waiting.ts';
import { failure, patience } from '../../defender/expected.ts';
import { StandIns } from '../standIn.ts';
import { answer, MINUTE, NOW, openTokens, RESOURCE, TENANT, token } from '../toolScene.ts';

suite('tokens of command-line tools', () => {
  let tools: StandIns;
  let now = NOW;
  const ownFolder = process.cwd();

  beforeEach(async () => {
    now = NOW;
    tools = await StandIns.create();
  });
  afterEach(async () => {
    process.chdir(ownFolder);
    await tools.remove();
  });

  const open = (options: Partial<CommandLineTokensOptions> = {}): CommandLineTokens =>
    openTokens(tools, { now: () => now, ...options });

  test('Azure CLI is asked with fixed arguments, without input, beside its own program', async () => {
    const good = token();
    await tools.install('az', { output: answer(good) });
    const tokens = open();
    assert.equal(await tokens.account(), undefined);
    assert.equal(await tokens.getAccessToken(patience()), good);
    assert.equal(await tokens.account(), 'anna@contoso.com');
    const [run] = await tools.runs('az');
    assert.deepEqual(run?.args, [
      ...['account', 'get-access-token', '--resource', RESOURCE, '--tenant', TENANT, '--output', 'json'],
    ]);
    assert.equal(run.input, '');
    assert.equal(run.folder, tools.folder);
  });

  test('no shell reads folder or arguments', async () => {
    const odd = await StandIns.create(`a b;$(touch pwned) & "it's" *`);
    try {
      const resource = 'api://x$(touch pwned);`id`&&"a b"*|%PATH%';
      const tenantId = '--debug ; touch pwned';
      const good = token({ aud: resource, tid: tenantId });
      await odd.install('az', { output: answer(good) });
      const tokens = open({ resource, tenantId, environment: { PATH: odd.folder } });
      assert.equal(await tokens.getAccessToken(patience()), good);
      const [run] = await odd.runs('az');
      assert.deepEqual(run?.args.slice(2, 6), ['--resource', resource, '--tenant', tenantId]);
    } finally {
      await odd.remove();
    }
  });

  test('it gets what it needs of our environment, and nothing else', async () => {
    await tools.install('az', { output: answer(token()) });
    const passed = {
      HOME: '/home/anna',
      AZURE_CONFIG_DIR: '/home/anna/.azure',
      HTTPS_PROXY: 'http://proxy:8080',
      REQUESTS_CA_BUNDLE: '/etc/ca.pem',
    };
    const kept = {
      ...{ PYTHONPATH: '/workspace', PYTHONSTARTUP: '/workspace/x', BASH_ENV: '/workspace/x', ENV: '/workspace/x' },
      ...{
        VSCODE_PID: '1',
        ELECTRON_RUN_AS_NODE: '1',
        GITHUB_TOKEN: 'secret',
        AZURE_CLI_DISABLE_CONNECTION_VERIFICATION: '1',
      },
    };
    const PATH = ['', '.', 'node_modules/.bin', tools.folder, './x', '/usr/bin'].join(':');
    await open({ environment: { ...passed, ...kept, PATH } }).getAccessToken(patience());
    const [run] = await tools.runs('az');
    const { AZURE_CORE_COLLECT_TELEMETRY, ...rest } = run?.environment ?? {};
    assert.equal(AZURE_CORE_COLLECT_TELEMETRY, 'false');
    const settings = ['AZURE_AUTO-UPGRADE_ENABLE', 'AZURE_CORE_NO_COLOR', 'AZURE_CORE_ONLY_SHOW_ERRORS'];
    const found = Object.entries(rest).filter(([name]) => !settings.includes(name) && !name.startsWith('__CF'));
    assert.deepEqual(Object.fromEntries(found), { ...passed, PATH: `${tools.folder}:/usr/bin` });
  });

  for (const PATH of ['', '.', ':', 'bin', './bin', '..:bin::.', '~/bin', undefined]) {
    test(`with the PATH ${JSON.stringify(PATH)} nothing in the working directory is run`, async () => {
      await tools.install('az', { output: answer(token()) });
      await tools.install('pwsh', { output: answer(token()) });
      for (const folder of [tools.folder, path.dirname(tools.folder)]) {
        process.chdir(folder);
        const tokens = open({ environment: { PATH } });
        await assert.rejects(tokens.getAccessToken(patience()), failure('notSignedIn', { reason: 'cliMissing' }));
      }
      assert.deepEqual([await tools.runs('az'), await tools.runs('pwsh')], [[], []]);
    });
  }

  test('a token is kept until five minutes before its end', async () => {
    const first = token({ exp: (NOW + 60 * MINUTE) / 1000 });
    const second = token({ exp: (NOW + 120 * MINUTE) / 1000 });
    await tools.install('az', { output: answer(first) });
    const tokens = open();
    assert.equal(await tokens.getAccessToken(patience()), first);
    await tools.install('az', { output: answer(second) });
    now = NOW + 55 * MINUTE - 1;
    assert.equal(await tokens.getAccessToken(patience()), first);
    now++;
    assert.equal(await tokens.getAccessToken(patience()), second);
    assert.equal((await tools.runs('az')).length, 2);
  });

  test('a token that does not say when it ends is used once', async () => {
    await tools.install('az', { output: answer(token({ exp: undefined })) });
    const tokens = open();
    await tokens.getAccessToken(patience());
    await tokens.getAccessToken(patience());
    assert.equal((await tools.runs('az')).length, 2);
  });

  test('twenty who ask at once wait for one process', async () => {
    const good = token();
    await tools.install('az', { output: answer(good) });
    const tokens = open();
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.getAccessToken(patience())));
    assert.deepEqual(new Set(all), new Set([good]));
    assert.equal((await tools.runs('az')).length, 1);
  });

  test('one who turns away does not disturb the others', async () => {
    const good = token();
    await tools.install('az', { output: answer(good), untilReleased: true });
    const tokens = open();
    const impatient = new AbortController();
    const leaving = tokens.getAccessToken(impatient.signal);
    const staying = tokens.getAccessToken(patience());
    await tools.started('az');
    impatient.abort();
    await assert.rejects(leaving, failure('cancelled'));
    await tools.release();
    assert.equal(await staying, good);
    assert.equal((await tools.runs('az')).length, 1);
  });

  test('when nobody waits any more the process is ended with its children, and the next one asks anew', async () => {
    await tools.install('az', { forever: true });
    const tokens = open();
    const impatient = new AbortController();
    const leaving = [tokens.getAccessToken(impatient.signal), tokens.getAccessToken(impatient.signal)];
    const run = await tools.started('az');
    impatient.abort();
    for (const waiting of leaving) await assert.rejects(waiting, failure('cancelled'));
    await waitFor('the child to be gone', () => isGone(run.child ?? 0));
    await tools.install('az', { output: answer(token()) });
    await tokens.getAccessToken(patience());
  });

  test('one who has turned away before costs no process', async () => {
    await tools.install('az', { output: answer(token()) });
    await assert.rejects(open().getAccessToken(AbortSignal.abort()), failure('cancelled'));
    assert.deepEqual(await tools.runs('az'), []);
  });

  test('a process that takes too long is ended', async () => {
    await tools.install('az', { forever: true });
    const tokens = open({ timeoutMs: 1500 });
    await assert.rejects(
      tokens.getAccessToken(patience()),
      failure('signInFailed', { connection: 'Contoso', reason: 'cliTimeout' }),
    );
  });

  test('a process that writes without end is ended', async () => {
    await tools.install('az', { flood: true });
    await assert.rejects(open().getAccessToken(patience()), failure('signInFailed', { reason: 'cliFailed' }));
  });

  test('signing out forgets the token, also one that is on its way', async () => {
    await tools.install('az', { output: answer(token()), untilReleased: true });
    const tokens = open();
    const waiting = tokens.getAccessToken(patience());
    await tools.started('az');
    await tokens.signOut();
    await tools.release();
    await waiting;
    assert.equal(await tokens.account(), undefined);
    await tokens.getAccessToken(patience());
    assert.equal(await tokens.account(), 'anna@contoso.com');
    await tokens.signOut();
    assert.equal(await tokens.account(), undefined);
    assert.equal((await tools.runs('az')).length, 2);
  });
});

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

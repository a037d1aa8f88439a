import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test } from 'node:test';

const FOLDER = '.github/workflows';

async function workflows(): Promise<readonly { readonly name: string; readonly text: string }[]> {
  const names = await readdir(FOLDER);
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(path.join(FOLDER, name), 'utf8') })));
}

suite('the workflows', () => {
  test('run each action at a commit, whose version stands behind it: a tag can be moved', async () => {
    for (const { name, text } of await workflows()) {
      const used = [...text.matchAll(/uses: (.+)$/gmu)].map(([, action = '']) => action);
      assert.ok(used.length > 0, name);
      for (const action of used) assert.match(action, /^actions\/[a-z-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/u, name);
    }
  });

  test('read by default, and know no secret of the repository', async () => {
    for (const { name, text } of await workflows()) {
      assert.match(text, /^permissions:\n {2}contents: read$/mu, name);
      assert.doesNotMatch(text, /\bsecrets\b\./u, name);
      assert.doesNotMatch(text, /pull_request_target/u, name);
      const checkouts = text.split('uses: actions/checkout').length - 1;
      assert.equal(text.split('persist-credentials: false').length - 1, checkouts, name);
      // Titles and branches, which others choose, are never a part of a command.
      assert.doesNotMatch(text, /run:.*\$\{\{ *github\./u, name);
    }
  });

  test('run only what package.json has', async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: Record<string, string> };
    for (const { name, text } of await workflows()) {
      const run = [...text.matchAll(/run: npm (?:run )?([\w-]+)/gmu)].map(([, script = '']) => script);
      assert.ok(run.length > 0, name);
      for (const script of run) assert.ok(Object.hasOwn(scripts, script), `${name}: ${script}`);
    }
  });
});

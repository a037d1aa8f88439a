import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { suite, test } from 'node:test';
import { startBrowser } from '../rig/browser.ts';
import { openWorkbench } from '../rig/workbench.ts';
import { clickRow } from '../rig/workbenchParts.ts';
import { SAMPLE, waitForExitCode, waitForRows, waitForTab } from './support/session.ts';

suite('npm start -- --sample', () => {
  test('says one line when the page works, shows a result, and ends cleanly', async () => {
    const child = spawn(process.execPath, ['scripts/start.ts', '--sample', '--no-open'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const browser = await startBrowser();
    try {
      let url: string | undefined;
      for await (const line of createInterface({ input: child.stdout })) {
        url = /^Live Response Results is running at (http:\/\/127\.0\.0\.1:\d+\/\S*)$/u.exec(line)?.[1];
        if (url !== undefined) break;
      }
      assert.ok(url !== undefined, 'it ended without the line');
      await openWorkbench(browser.page, url);
      await waitForRows(browser.page, SAMPLE);
      await clickRow(browser.page, SAMPLE, 'recent-events.ps1');
      await waitForTab(browser.page, '.lr-errors');
      await waitForExitCode(browser.page, 'Exit 0');
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      assert.deepEqual(await ended, [0, null]);
      await assert.rejects(fetch(url));
    } finally {
      await browser.stop();
      child.kill('SIGKILL');
    }
  });

  test('explains its arguments', async () => {
    const child = spawn(process.execPath, ['scripts/start.ts', '--port', 'x'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    assert.deepEqual(await once(child, 'exit'), [2, null]);
    assert.match(Buffer.concat(chunks).toString(), /--port takes a number[^]*Usage: npm start/u);
  });
});

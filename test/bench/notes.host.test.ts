import assert from 'node:assert/strict';
import { commands, env, Selection, window } from 'vscode';
import { findEvidence } from '../../src/evidence/blocks/readEvidence.ts';
import { shown, tell } from './hostParts.ts';
import { actionId } from './openTenant.ts';
import { addKnownConnection } from '../vscode/support/knownConnection.ts';

const LINES = 10_000;
const LAPS = 30;
/** Laps before the first measurement: what is loaded and compiled at first use is not the time of a block. */
const WARM_UP = 5;

interface TenantConnection {
  readonly tenantId: string;
}

/** Runs inside the extension host: copies the selection as an evidence block, and as plain text. */
describe('an evidence block of 10,000 lines', () => {
  it('takes its time, told on the console', async () => {
    const { tenantId } = JSON.parse(process.env['TENANT_CONNECTION'] ?? '{}') as TenantConnection;
    await addKnownConnection(JSON.parse(process.env['TENANT_CONNECTION'] ?? '{}') as object);
    await commands.executeCommand('liveResponse.openResult', { tenant: tenantId, actionId: actionId(0) });
    await shown((uri) => uri.query.includes(actionId(0)));
    const editor = window.visibleTextEditors.find(({ document }) => document.uri.query.includes(actionId(0)));
    assert.ok(editor !== undefined && editor.document.lineCount > LINES);
    await window.showTextDocument(editor.document);
    editor.selection = new Selection(0, 0, LINES, 0);
    const blocks: number[] = [];
    const texts: number[] = [];
    for (let lap = 0; lap < WARM_UP + LAPS; lap++) {
      // Alternating, so that neither is always first.
      const blockFirst = lap % 2 === 0;
      let block = blockFirst ? await timed(copyBlock) : 0;
      const text = await timed(() => copyText(editor));
      if (!blockFirst) block = await timed(copyBlock);
      if (lap < WARM_UP) continue;
      blocks.push(block);
      texts.push(text);
    }
    await copyBlock();
    const [found] = findEvidence(await env.clipboard.readText());
    assert.equal(found?.quoted?.split('\n').length, LINES);
    tell({ blocks, texts });
  }).timeout(120_000);
});

/** Runs the whole command: facts and text from the store, the quotation, the Markdown, the clipboard. */
function copyBlock(): Thenable<unknown> {
  return commands.executeCommand('liveResponse.copyNote');
}

function copyText({
  document,
  selection,
}: {
  document: { getText: (range: Selection) => string };
  selection: Selection;
}): Thenable<void> {
  return env.clipboard.writeText(document.getText(selection));
}

async function timed(work: () => Thenable<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

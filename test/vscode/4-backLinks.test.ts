import assert from 'node:assert/strict';
import { commands, MarkdownString, Range, Uri, window, workspace } from 'vscode';
import type { DocumentLink, Hover, TextDocument } from 'vscode';
import { buildCitation, buildOutsideAddress } from '../../src/evidence/blocks/citation.ts';
import type { Citation } from '../../src/evidence/blocks/citation.ts';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { closeAll, connect, openScenario, resultTabs, shown, tenantConnection, waitFor } from './support/host.ts';
import type { Scenario } from './support/host.ts';
import { openNote } from './support/notes.ts';

function citationOf(name: Scenario, line: number): Citation {
  const { tenantId } = tenantConnection();
  const address = { cloud: 'custom', tenantId, ...scenarioRef(name), stream: 'output' } as const;
  return { address, spans: [{ firstLine: line, lastLine: line }] };
}

/** Returns our links in a note. VS Code makes some of its own from the same text, and gives priority to ours. */
async function linksIn(document: TextDocument): Promise<DocumentLink[]> {
  const all = await commands.executeCommand<DocumentLink[]>('vscode.executeLinkProvider', document.uri, 100);
  return all.filter(({ target }) => target?.scheme === 'command');
}

async function hoverIn(document: TextDocument, column: number): Promise<MarkdownString[]> {
  const at = new Range(0, column, 0, column).start;
  return waitFor('the hover', async () => {
    const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, at);
    const contents = hovers.flatMap((hover) => hover.contents).filter((content) => content instanceof MarkdownString);
    return contents.length > 0 && contents;
  });
}

describe('citations in Markdown', () => {
  before(connect);
  afterEach(closeAll);

  it('link to the result at the line, over the whole of the link', async () => {
    await openScenario('eventLogErrors');
    await shown('eventLogErrors');
    await closeAll();
    const link = buildCitation(citationOf('eventLogErrors', 3));
    const [found, another] = await linksIn(await openNote(`see [there](${link}) and \`[here](${link})\``));
    assert.ok(found?.target !== undefined && another === undefined);
    assert.deepEqual(
      [found.range.start.character, found.range.end.character],
      [4, 4 + '[there]()'.length + link.length],
    );
    assert.equal(found.target.path, 'liveResponse.openCitation');
    await commands.executeCommand(found.target.path, ...(JSON.parse(found.target.query) as string[]));
    const editor = await waitFor('the line', () =>
      window.visibleTextEditors.find(
        (one) => one.document.uri.scheme === 'live-response' && one.selection.active.line === 2,
      ),
    );
    assert.ok(editor.document.uri.query.includes(scenarioRef('eventLogErrors').actionId));
  }).timeout(60_000);

  it('say in a hover what is stored, and nothing in it can be clicked or run', async () => {
    await openScenario('forgedEvidence');
    const link = buildCitation(citationOf('forgedEvidence', 1));
    const [content, another] = await hoverIn(await openNote(`[a](${link}) · SHA-256 \`${'ab'.repeat(32)}\``), 2);
    assert.ok(content !== undefined && another === undefined);
    assert.ok(content.isTrusted !== true && content.supportHtml !== true);
    assert.match(content.value, /CHANGED: The hash of the file in the note is not that of the stored result\./u);
    // One code block from its first line to its last.
    const lines = content.value.trim().split('\n');
    const fence = /^`{3,}/u.exec(lines[0] ?? '')?.[0] ?? '';
    assert.ok(fence.length >= 3 && lines.at(-1) === fence, content.value);
    assert.ok(!lines.slice(1, -1).some((line) => line.startsWith(fence)), content.value);
  }).timeout(60_000);

  it('say of what is not stored that it was not compared', async () => {
    const citation = citationOf('eventLogErrors', 1);
    const unknown = { ...citation, address: { ...citation.address, commandIndex: 77 } };
    const [content] = await hoverIn(await openNote(`[a](${buildCitation(unknown)})`), 2);
    assert.match(content?.value ?? '', /the hash was not compared/u);
  });

  it('are not made of anything else', async () => {
    const link = buildCitation(citationOf('eventLogErrors', 3));
    for (const odd of [link.replace('#L3', '#L0'), `${link}&x=1`, link.replace(':/?', ':/x?'), 'live-response:/?']) {
      assert.deepEqual(await linksIn(await openNote(`[a](${odd})`)), [], odd);
    }
  });
});

describe('an address from outside', () => {
  before(connect);
  afterEach(closeAll);

  it('opens what is stored, at its line', async () => {
    await openScenario('eventLogErrors');
    await shown('eventLogErrors');
    await closeAll();
    const outside = buildOutsideAddress(citationOf('eventLogErrors', 4));
    await commands.executeCommand('liveResponse.openCitation', Uri.parse(outside, true));
    await waitFor('the line', () => window.activeTextEditor?.selection.active.line === 3);
  }).timeout(60_000);

  it('is refused whole when any part of it is not ours', async () => {
    const outside = buildOutsideAddress(citationOf('eventLogErrors', 4));
    const wrong = [
      `${outside}#L1`,
      `${outside}&x=1`,
      outside.replace('/result', '/other'),
      outside.replace('=L4', '=4'),
    ];
    for (const odd of [...wrong.map((address) => Uri.parse(address, true)), 7, {}, undefined, 'https://x.example']) {
      await commands.executeCommand('liveResponse.openCitation', odd);
      assert.deepEqual(
        resultTabs().map(({ label }) => label),
        [],
        JSON.stringify(odd),
      );
    }
  });
});

describe('documents of results', () => {
  before(connect);
  afterEach(closeAll);

  it('have endings of ours only: a link cannot open an output as another language', async () => {
    await openScenario('eventLogErrors');
    const { uri } = await shown('eventLogErrors');
    for (const path of ['/x/y.json', '/x/y.md', '/', '/x/y.lr-errors']) {
      await assert.rejects(async () => workspace.fs.readFile(uri.with({ path })), path);
    }
    assert.ok((await workspace.fs.readFile(uri)).length > 0);
  }).timeout(60_000);
});

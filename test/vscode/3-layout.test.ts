import assert from 'node:assert/strict';
import { commands, Uri, ViewColumn, window } from 'vscode';
import { scenarioRef } from '../../src/sample/data/catalogue.ts';
import { closeAll, connect, openScenario, resultTabs, shown, uriOf, waitFor } from './support/host.ts';
import { openNote } from './support/notes.ts';

async function openNotes(viewColumn: ViewColumn): Promise<void> {
  const notes = await openNote('# Notes\n');
  await window.showTextDocument(notes, { viewColumn, preview: false });
}

function groups(): string[][] {
  return window.tabGroups.all.map((group) => group.tabs.map((tab) => tab.label));
}

function streams(): string[] {
  return resultTabs().map((tab) => new URLSearchParams(uriOf(tab).query).get('stream') ?? '');
}

describe('the place of a result', () => {
  before(connect);
  afterEach(closeAll);

  it('opens errors beside the output, and does not take the focus from where it was', async () => {
    await openScenario('eventLogErrors');
    await shown('eventLogErrors', 'errors');
    assert.equal(window.tabGroups.all.length, 2, JSON.stringify(groups()));
    assert.deepEqual(streams(), ['output', 'errors']);
  });

  it('replaces the errors by those of the next output, in the same place', async () => {
    await openScenario('eventLogErrors');
    await shown('eventLogErrors', 'errors');
    await openScenario('exitZeroWithErrors');
    await shown('exitZeroWithErrors', 'errors');
    await waitFor('two tabs', () => resultTabs().length === 2);
    assert.equal(window.tabGroups.all.length, 2, JSON.stringify(groups()));
  });

  it('closes the errors with their output', async () => {
    await openScenario('eventLogErrors');
    await shown('eventLogErrors', 'errors');
    await openScenario('exitZero');
    await waitFor('the output alone', () => streams().join() === 'output');
  });

  it("closes another host's errors before the next text shows", async () => {
    await openScenario('eventLogErrors');
    await shown('eventLogErrors', 'errors');
    const seen: string[] = [];
    const watching = window.tabGroups.onDidChangeTabs(() => {
      seen.push(
        resultTabs()
          .map((tab) => uriOf(tab).query)
          .join('\n'),
      );
    });
    await openScenario('exitZero');
    await waitFor('the output alone', () => streams().join() === 'output');
    watching.dispose();
    const next = scenarioRef('exitZero').actionId;
    assert.ok(seen.some((tabs) => tabs.includes(next)));
    for (const tabs of seen) assert.ok(!tabs.includes(next) || !tabs.includes('stream=errors'), tabs);
  });

  it('leaves pinned errors where they are', async () => {
    await openScenario('eventLogErrors');
    const { uri } = await shown('eventLogErrors', 'errors');
    await commands.executeCommand('vscode.open', uri, { viewColumn: ViewColumn.Two });
    await commands.executeCommand('workbench.action.pinEditor');
    await waitFor('a pinned tab', () => resultTabs().some((tab) => tab.isPinned));
    await commands.executeCommand('workbench.action.focusFirstEditorGroup');
    await openScenario('exitZero');
    await shown('exitZero');
    assert.ok(streams().includes('errors'), JSON.stringify(groups()));
    await commands.executeCommand('workbench.action.unpinEditor');
  });

  it('never covers a document of the user in the group beside', async () => {
    await openNotes(ViewColumn.One);
    await openNotes(ViewColumn.Two);
    await commands.executeCommand('workbench.action.focusFirstEditorGroup');
    await openScenario('eventLogErrors');
    await waitFor('both tabs', () => streams().length === 2);
    const side = window.tabGroups.all.find((group) => group.viewColumn === ViewColumn.Two);
    assert.equal(side?.tabs.length, 1, JSON.stringify(groups()));
    const front = window.tabGroups.all.find((group) => group.viewColumn === ViewColumn.One);
    assert.ok(front?.activeTab?.label.includes('lr-output'), front?.activeTab?.label);
  });

  it('opens empty errors when they are asked for', async () => {
    await openScenario('exitZero');
    const { uri } = await shown('exitZero');
    await commands.executeCommand('liveResponse.openErrors', uri);
    assert.equal((await shown('exitZero', 'errors')).text, '');
  });

  it('keeps errors that were asked for when their output goes', async () => {
    await openScenario('eventLogErrors');
    const { uri } = await shown('eventLogErrors');
    await commands.executeCommand('liveResponse.openErrors', Uri.parse(uri.toString()));
    await shown('eventLogErrors', 'errors');
    await openScenario('exitZero');
    await shown('exitZero');
    await waitFor('errors still open', () => streams().includes('errors'));
  });

  it('jumps to the line that was asked for', async () => {
    await openScenario('exitZero');
    const { uri } = await shown('exitZero');
    const query = new URLSearchParams(uri.query);
    await commands.executeCommand('liveResponse.openResult', {
      tenant: query.get('tenant'),
      actionId: query.get('action'),
      commandIndex: Number(query.get('index')),
      line: 4,
    });
    await waitFor('line 4', () => window.activeTextEditor?.selection.active.line === 3);
  });
});

import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, before, test } from 'node:test';
import { chooseQuickPick, runCommand, typeAtOnce, typeQuickInput, waitForQuickInput } from '../rig/quickInput.ts';
import { waitFor } from '../rig/waiting.ts';
import { reloadWindow } from '../rig/workbench.ts';
import { clickDialog, clickRow, readDialog, readTree, treeRow } from '../rig/workbenchParts.ts';
import type { TreeRow } from '../rig/workbenchParts.ts';
import { findAxeProblems, KNOWN_IN_LISTS } from './support/axe.ts';
import { chooseCaseStep, clickRowMenu, menuTitle } from './support/commands.ts';
import { answerFileDialog } from './support/fileDialog.ts';
import { readScreen } from './support/screen.ts';
import { LOCAL, takePictures, waitForExitCode, waitForRows } from './support/session.ts';
import { workbenchSuite } from './support/workbenchSuite.ts';

interface Line {
  readonly what: string;
  readonly who: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly set?: boolean;
  readonly tag?: string;
  readonly text?: string | null;
}

/** A remark that would be a link, a command, an image, an icon and a text backwards if it were not inert. */
const HOSTILE = [
  '[Open the report](command:workbench.action.closeWindow) and [this](https://attacker.example/x)',
  'https://attacker.example/y <https://attacker.example/z> <img src="https://attacker.example/i.png">',
  '![](https://attacker.example/p.png) **bold** $(pass) <script>document.title="mine"</script> \u202egpj.exe',
].join('\n');

workbenchSuite('the marks of a case', { tenant: 'local' }, (session) => {
  const palette = (command: string): Promise<void> => runCommand(session.page, `Live Response: ${menuTitle(command)}`);
  const { calls, item, tabs } = readScreen(session);
  const folder = (): string => path.join(session.workspace.folder, 'intrusion');
  const marksOf = async (writer: string): Promise<Line[]> => {
    const text = await readFile(path.join(folder(), 'marks', `${writer}.jsonl`), 'utf8').catch(() => '');
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  };
  const waitForMark = (isMeant: (line: Line) => boolean): Promise<Line> =>
    waitFor('the mark in the file', async () => (await marksOf('analyst-2')).find(isMeant));
  const rowOf = async (isMeant: (row: TreeRow) => boolean): Promise<TreeRow | undefined> =>
    (await readTree(session.page, LOCAL)).find(isMeant);
  const boxes = (): Promise<number> => session.page.locator('.custom-view-tree-node-item-checkbox').count();

  before(async () => {
    await mkdir(folder());
    await waitForRows(session.page, LOCAL);
  });
  afterEach(async () => {
    await runCommand(session.page, 'Notifications: Clear All Notifications');
  });

  const step = (label: string): Promise<void> => chooseCaseStep(session.page, label);

  async function filter(typed: string): Promise<void> {
    await palette('filterActions');
    await typeQuickInput(session.page, typed, false);
    await waitForQuickInput(
      session.page,
      ({ items }) => (items[0]?.label.length ?? 0) > 0 && items[0]?.focused === true,
    );
    await session.page.keyboard.press('Enter');
  }
  const waitForMessage = (text: string): Promise<unknown> =>
    waitFor(`"${text}" above the rows`, async () =>
      (await session.page.locator('.tree-explorer-viewlet-tree-view .message').allTextContents()).some((one) =>
        one.includes(text),
      ),
    );

  test('without a case there is no check box, and nothing of comments', async () => {
    assert.equal(await boxes(), 0);
    await clickRow(session.page, LOCAL, 'check-persistence.ps1');
    await waitForExitCode(session.page, 'Exit 1');
    assert.equal(await session.page.locator('.comment-range-glyph').count(), 0);
  });

  test('a case that records nothing is started; every result gets a check box, and nothing is written', async () => {
    const { page } = session;
    await step('Start Case…');
    await typeQuickInput(page, 'Intrusion 17');
    await waitForQuickInput(page, ({ message }) => message.includes('Its number'));
    await typeQuickInput(page, '');
    await answerFileDialog(page, 'Start Case', '/', folder());
    await waitForQuickInput(page, ({ placeholder }) => placeholder.startsWith('Nothing is recorded unless'));
    await page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' }).first().click();
    const { text } = await waitFor('the question', () => readDialog(page));
    assert.match(text, /Marks that you make are written into the folder, with their time and a pseudonym/u);
    await clickDialog(page, 'Start Case');
    await waitFor('check boxes', async () => (await boxes()) > 5);
    assert.deepEqual(await readdir(folder()), ['case.json']);
  });

  test('Space marks the row in focus as reviewed, after a pseudonym was given; it opens and fetches nothing', async () => {
    const { page } = session;
    await runCommand(page, 'Live Response: Focus on Machine Actions View');
    const [before, open] = [calls(), await tabs()];
    await page.keyboard.press('Home');
    for (let row = 0; row < 3; row++) await page.keyboard.press('ArrowDown');
    const { label } = await waitFor('a row in focus', () => rowOf(({ focused }) => focused));
    await page.keyboard.press('Space');
    await waitForQuickInput(page, ({ message }) => message.includes('Your pseudonym, such as analyst-2'));
    await typeQuickInput(page, 'Anna', false);
    await waitForQuickInput(page, ({ message }) => message.includes('a to z in lower case'));
    await typeQuickInput(page, 'analyst-2');
    const { set, who } = await waitForMark(({ what }) => what === 'reviewed');
    assert.deepEqual([set, who], [true, 'analyst-2']);
    await waitFor('the words', () => rowOf((row) => row.label === label && row.ariaLabel.includes(', reviewed')));
    assert.equal(await page.locator('.custom-view-tree-node-item-checkbox.checked').count(), 1);
    assert.deepEqual([calls(), await tabs()], [before, open]);
    // Once more takes it back, and once more sets it.
    await page.keyboard.press('Space');
    await waitForMark((line) => line.set === false);
    await waitFor(
      'the box to be empty',
      async () => (await page.locator('.custom-view-tree-node-item-checkbox.checked').count()) === 0,
    );
    await page.keyboard.press('Space');
    await waitFor(
      'the box',
      async () => (await page.locator('.custom-view-tree-node-item-checkbox.checked').count()) === 1,
    );
    await takePictures(session, 'marks-tree');
  });

  test('a click on a box does the same, and a colleague’s mark shows by itself', async () => {
    const { page } = session;
    const row = await treeRow(page, LOCAL, 'check-persistence.ps1');
    await row.locator('.custom-view-tree-node-item-checkbox').click();
    const { on } = await waitFor('the second mark', async () => {
      const lines = await marksOf('analyst-2');
      return lines.length === 4 ? lines.at(-1) : undefined;
    });
    await waitFor(
      'two boxes',
      async () => (await page.locator('.custom-view-tree-node-item-checkbox.checked').count()) === 2,
    );
    const line = { v: 1, at: new Date(Date.now() + 1000).toISOString(), who: 'bob', what: 'reviewed', on, set: false };
    await writeFile(path.join(folder(), 'marks', 'bob.jsonl'), `${JSON.stringify(line)}\n`);
    await waitFor(
      'one box',
      async () => (await page.locator('.custom-view-tree-node-item-checkbox.checked').count()) === 1,
    );
    await row.locator('.custom-view-tree-node-item-checkbox').click();
    await waitFor(
      'two boxes',
      async () => (await page.locator('.custom-view-tree-node-item-checkbox.checked').count()) === 2,
    );
  });

  test('it survives a reload, and the filter "unreviewed" leaves it out', async () => {
    const { page } = session;
    await reloadWindow(page);
    await waitForRows(page, LOCAL);
    const isReviewed = (row: TreeRow): boolean => row.ariaLabel.includes(', reviewed');
    await waitFor('reviewed rows', async () => (await readTree(page, LOCAL)).filter(isReviewed).length === 2);
    assert.equal(await page.locator('.custom-view-tree-node-item-checkbox.checked').count(), 2);
    await filter('unreviewed');
    await waitForMessage('Filtered by Reviewed: not reviewed.');
    await waitFor('no reviewed row', async () => (await rowOf(isReviewed)) === undefined && (await boxes()) > 5);
    await palette('clearFilter');
    await waitFor('reviewed rows', async () => (await readTree(page, LOCAL)).filter(isReviewed).length === 2);
  });

  test('a tag is added to a row by its menu, shows in it, and filters', async () => {
    const { page } = session;
    await clickRowMenu(page, LOCAL, 'check-persistence.ps1', 'tagResults'); // drives: tagResults
    await typeQuickInput(page, 'two words', false);
    await waitForQuickInput(page, ({ title }) => title.startsWith('A tag is one word'));
    await page.keyboard.press('Enter'); // Nothing fits it, so that it stays to be corrected.
    await typeQuickInput(page, '', false);
    await typeQuickInput(page, 'persistence');
    await waitForMark(({ tag, set }) => tag === 'persistence' && set === true);
    await waitFor('the tag', () => rowOf(({ description }) => description.startsWith('#persistence · Exit 1')));
    await filter('tag:persistence');
    await waitForMessage('Filtered by Tag: persistence.');
    await waitFor('one box', async () => (await boxes()) === 1);
    await palette('clearFilter');
    await waitForRows(page, LOCAL);
    await clickRowMenu(page, LOCAL, 'check-persistence.ps1', 'tagResults');
    await typeAtOnce(page, 'run-key');
    await waitForMark(({ tag, set }) => tag === 'run-key' && set === true);
    await clickRowMenu(page, LOCAL, 'check-persistence.ps1', 'reviewResults'); // drives: reviewResults, by Space
    await waitForMark(({ what, set, on }) => what === 'reviewed' && set === false && on['actionId'] !== undefined);
    // drives: reviewFocused
  });

  test('a remark is written on a line by the keyboard, edited and kept under the pseudonym', async () => {
    const { page } = session;
    await clickRow(page, LOCAL, 'check-persistence.ps1');
    await waitForExitCode(page, 'Exit 1');
    await runCommand(page, 'View: Focus First Editor Group');
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await runCommand(page, 'Comments: Add Comment on Current Selection');
    await page.locator('.review-widget .comment-form .monaco-editor.focused').waitFor();
    await page.keyboard.type('A run key that nobody knows');
    await page.keyboard.press('Control+Enter'); // drives: addRemark
    const { on, who } = await waitForMark(({ what }) => what === 'remark');
    assert.deepEqual([on['lines'], on['stream'], who], [[3, 3], 'output', 'analyst-2']);
    assert.match(String(on['sha256']), /^[\da-f]{64}$/u);
    await page.locator('.review-widget .comment-body', { hasText: 'A run key that nobody knows' }).waitFor();
    await waitFor('the remark in the tree', () => rowOf(({ description }) => description.endsWith('1 remark')));
  });

  test('a hostile remark of a colleague is characters and nothing else, and takes no focus', async () => {
    const { page } = session;
    const { on } = await waitForMark(({ what }) => what === 'remark');
    await runCommand(page, 'View: Focus First Editor Group');
    const focus = (): Promise<string> =>
      page.evaluate<string>(`document.activeElement?.closest('.part')?.id ?? document.activeElement?.className ?? ''`);
    const before = await focus();
    const line = {
      v: 1,
      at: new Date().toISOString(),
      who: 'eve',
      what: 'remark',
      on,
      id: crypto.randomUUID(),
      text: HOSTILE,
    };
    await writeFile(path.join(folder(), 'marks', 'eve.jsonl'), `${JSON.stringify(line)}\n{"v":1,"at`);
    const body = page.locator('.review-widget .comment-body', { hasText: 'Open the report' });
    await body.waitFor();
    const shown = (await body.textContent()) ?? '';
    assert.ok(shown.includes('[Open the report](command:workbench.action.closeWindow)'));
    assert.ok(shown.includes('<img src=') && shown.includes('**bold** $(pass) <script>'));
    assert.ok(shown.includes('\ufffdgpj.exe') && !shown.includes('\u202e'));
    assert.equal(await focus(), before);
    const inBodies = page.locator('.review-widget .comment-body').locator('a, img, script, strong, .codicon');
    assert.equal(await inBodies.count(), 0);
    // VS Code's own list of comments shows them, too.
    await runCommand(page, 'Comments: Focus on Comments View');
    await page.locator('.comments-panel .comment-thread-container', { hasText: 'A run key' }).first().waitFor();
    assert.equal(await page.locator('.comments-panel .text :is(a, img, script, strong)').count(), 0);
    await runCommand(page, 'View: Toggle Panel Visibility');
    await runCommand(page, 'View: Focus First Editor Group');
    await takePictures(session, 'marks-remarks');
    assert.deepEqual(await findAxeProblems(page, '.review-widget .comment-body', KNOWN_IN_LISTS), []);
  });

  test('one’s own remark is edited and deleted; that of another has no such buttons', async () => {
    const { page } = session;
    const own = page.locator('.review-widget .review-comment', { hasText: 'A run key that nobody knows' });
    await own.hover();
    await own.locator('.codicon-edit').first().click(); // drives: editRemark
    await page.locator('.review-widget .edit-container .monaco-editor').waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('A run key of the attacker');
    await page.locator('.review-widget .edit-container .monaco-button', { hasText: 'Save' }).click(); // drives: saveRemark
    await waitForMark(({ text }) => text === 'A run key of the attacker');
    const edited = page.locator('.review-widget .review-comment', { hasText: 'A run key of the attacker' });
    await edited.waitFor();
    await edited.hover();
    await edited.locator('.codicon-edit').first().click();
    await page.locator('.review-widget .edit-container .monaco-button', { hasText: 'Cancel' }).click(); // drives: cancelRemark
    await edited.locator('.comment-body', { hasText: 'of the attacker' }).waitFor();
    const others = page.locator('.review-widget .review-comment', { hasText: 'Open the report' });
    await others.hover();
    assert.equal(await others.locator('.codicon-edit, .codicon-trash').count(), 0);
  });

  test('the list of remarks leads to their lines, and says what it could not read', async () => {
    const { page } = session;
    await appendFile(path.join(folder(), 'marks', 'bob.jsonl'), 'no mark\n');
    await runCommand(page, 'View: Close All Editors');
    await step('Remarks…');
    const { placeholder, items } = await waitForQuickInput(page, (input) => input.title === 'Remarks: 2');
    assert.match(placeholder, /Lines that are no marks: 2\./u);
    assert.ok(items.some(({ description }) => description.startsWith('eve · ')));
    await takePictures(session, 'marks-list');
    await chooseQuickPick(page, 'A run key of the attacker');
    await waitForExitCode(page, 'Exit 1');
    await page.locator('.review-widget .comment-body', { hasText: 'A run key of the attacker' }).waitFor();
    await waitFor(
      'line 3',
      async () =>
        (await page.locator('.part.statusbar [id="status.editor.selection"]').textContent())?.includes('Ln 3') === true,
    );
    const comment = page.locator('.review-widget .review-comment', { hasText: 'A run key of the attacker' });
    await comment.hover();
    await comment.locator('.codicon-trash').first().click(); // drives: deleteRemark
    await waitFor('the question', () => readDialog(page));
    await clickDialog(page, 'Delete');
    await waitForMark(({ what, text }) => what === 'remark' && text === null);
    await waitFor('it to go', async () => (await comment.count()) === 0);
  });

  test('the boxes and rows are read out in words', async () => {
    const { page } = session;
    const names = await page
      .locator('.custom-view-tree-node-item-checkbox')
      .evaluateAll((all) =>
        (all as { getAttribute(name: string): string | null }[]).map((one) => one.getAttribute('aria-label')),
      );
    assert.ok(
      names.every((name) => name?.startsWith('Reviewed: ') === true),
      names.join(),
    );
    const rows = await readTree(page, LOCAL);
    const said = rows.filter(({ ariaLabel }) => /, (?:not )?reviewed$/u.test(ariaLabel));
    assert.equal(said.length, names.length);
    // VS Code has the box in the row, and before everything in the order of Tab.
    const known = [...KNOWN_IN_LISTS, 'nested-interactive', 'tabindex'];
    assert.deepEqual(await findAxeProblems(page, '.tree-explorer-viewlet-tree-view', known), []);
  });

  test('with the case, everything of it is gone from the interface', async () => {
    const { page } = session;
    await step('Close Case…');
    await chooseQuickPick(page, 'As It Is');
    await waitFor('the status bar', async () => (await item('case')) === undefined);
    await waitFor('no boxes', async () => (await boxes()) === 0);
    await waitFor('no remarks', async () => (await page.locator('.review-widget .comment-body').count()) === 0);
    assert.ok((await readTree(page, LOCAL)).every(({ description }) => !description.includes('#persistence')));
  });
});

import { randomUUID } from 'node:crypto';
import { env, l10n } from 'vscode';
import type { CommentThread } from 'vscode';
import { MAX_REMARK } from '../../../case/marks/markLine.ts';
import type { Remark } from '../../../case/marks/mergeMarks.ts';
import { ask, notify } from '../../../platform/show/notifications.ts';
import { isRemarkComment, setEditing, textOf } from '../../../platform/show/remarks.ts';
import type { RemarkComment } from '../../../platform/show/remarks.ts';
import type { Services } from '../../../services/services.ts';
import type { CommandRunner } from '../../common/commandRunner.ts';
import { defineCommand } from '../../common/defineCommand.ts';
import type { MenuEntry } from '../../common/defineCommand.ts';
import { canMark } from './pseudonym.ts';

type RemarkServices = Pick<Services, 'activeCase' | 'marks' | 'remarkThreads'>;

const IN_REMARKS = 'commentController == liveResponse.remarks';
const OWN = `${IN_REMARKS} && comment == own`;

/** Sentence for a remark command that was started elsewhere, such as by a key. */
function onlyInThread(): string {
  return l10n.t(
    'Remarks are written on a line of a result, while a case is open: run Add Comment on Current Selection.',
  );
}

/** Adds what was typed below a line to the remarks of the case. */
async function addRemark(services: RemarkServices, runner: CommandRunner, reply: unknown): Promise<void> {
  const { marks, remarkThreads } = services;
  if (!isReply(reply)) {
    void notify('information', onlyInThread());
    return;
  }
  const { thread, text } = reply;
  if (!isSayable(text) || !(await canMark(services))) return;
  const id = randomUUID();
  await runner.run(
    l10n.t('Adding remark'),
    async () => {
      const on = await remarkThreads.placeOf(thread);
      if (on === undefined) return;
      await remarkThreads.adopt(thread, on, () => marks.add([{ what: 'remark', on, id, text }]));
    },
    {},
    { onGivenUp: () => keepText(text) },
  );
}

/** Writes the new text of a remark. */
async function saveRemark(services: RemarkServices, runner: CommandRunner, comment: RemarkComment): Promise<void> {
  const thread = services.remarkThreads.threadOf(comment);
  const remark = findOwn(services, comment);
  const text = textOf(comment);
  if (thread === undefined || remark === undefined || !isSayable(text)) return;
  setEditing(thread, comment, 'show');
  if (text === remark.text) return;
  await runner.run(
    l10n.t('Saving remark'),
    () => services.marks.add([{ what: 'remark', on: remark.on, id: remark.id, text }]),
    {},
    { onGivenUp: () => keepText(text) },
  );
}

async function deleteRemark(services: RemarkServices, runner: CommandRunner, comment: RemarkComment): Promise<void> {
  const remark = findOwn(services, comment);
  if (remark === undefined) return;
  const title = l10n.t('Delete');
  const details = [l10n.t('Its text stays in the file of your marks, and in copies: lines are only added there.')];
  if ((await ask({ severity: 'warning', question: l10n.t('Delete this remark?'), details }, title)) !== title) return;
  await runner.run(l10n.t('Deleting remark'), () =>
    services.marks.add([{ what: 'remark', on: remark.on, id: remark.id, text: null }]),
  );
}

/** Finds the remark of a comment, if it is the person's own. */
function findOwn({ activeCase, marks }: RemarkServices, { remark }: RemarkComment): Remark | undefined {
  const found = marks.remarks().find(({ key }) => key === remark.key);
  return found?.who === activeCase.current?.writer ? found : undefined;
}

/** Whether a text can be a remark. Says why not. */
function isSayable(text: string): boolean {
  if (text.trim() === '') return false;
  if (text.length <= MAX_REMARK) return true;
  void notify('warning', l10n.t('A remark has up to {0} characters. Write more into a note.', MAX_REMARK));
  return false;
}

/** Keeps a text that could not be written. VS Code has emptied its editor. */
async function keepText(text: string): Promise<void> {
  await env.clipboard.writeText(text);
  void notify('information', l10n.t('The text of the remark is on the clipboard.'));
}

function isReply(value: unknown): value is { readonly thread: CommentThread; readonly text: string } {
  return typeof value === 'object' && value !== null && 'thread' in value && 'text' in value;
}

/** Defines a command on one of the person's own remarks. */
function onOwn(
  name: string,
  menu: MenuEntry,
  act: (services: RemarkServices, runner: CommandRunner, comment: RemarkComment) => unknown,
  icon?: string,
): ReturnType<typeof defineCommand> {
  return defineCommand({
    name,
    needs: 'nothing',
    palette: 'false',
    ...(icon === undefined ? {} : { icon }),
    menus: [menu],
    run: (services, { args: [comment], runner }) => {
      if (isRemarkComment(comment)) return act(services, runner, comment);
      return notify('information', onlyInThread());
    },
  });
}

export const addRemarkCommand = defineCommand({
  name: 'addRemark',
  needs: 'nothing',
  palette: 'false',
  menus: [{ menu: 'comments/commentThread/context', group: 'inline', when: IN_REMARKS }],
  run: (services, { args: [reply], runner }) => addRemark(services, runner, reply),
});

export const editRemarkCommand = onOwn(
  'editRemark',
  { menu: 'comments/comment/title', group: 'inline@1', when: OWN },
  ({ remarkThreads }, _runner, comment) => {
    const thread = remarkThreads.threadOf(comment);
    if (thread !== undefined) setEditing(thread, comment, 'edit');
  },
  'edit',
);

export const deleteRemarkCommand = onOwn(
  'deleteRemark',
  { menu: 'comments/comment/title', group: 'inline@2', when: OWN },
  deleteRemark,
  'trash',
);

export const saveRemarkCommand = onOwn(
  'saveRemark',
  { menu: 'comments/comment/context', group: 'inline@1', when: OWN },
  saveRemark,
);

export const cancelRemarkCommand = onOwn(
  'cancelRemark',
  { menu: 'comments/comment/context', group: 'inline@2', when: OWN },
  ({ remarkThreads }, _runner, comment) => {
    const thread = remarkThreads.threadOf(comment);
    if (thread !== undefined) setEditing(thread, comment, 'show');
  },
);

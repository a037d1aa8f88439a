import { l10n, Uri, window, workspace } from 'vscode';
import type { QuickPickItem } from 'vscode';
import type { CaseChoice } from '../../case/activeCase.ts';
import { ask, confirmInStatusBar, notify } from '../../platform/show/notifications.ts';
import { askForText, pickSeveral } from '../../platform/show/quickInputs.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { askForPseudonym } from './marks/pseudonym.ts';

type StartServices = Pick<Services, 'activeCase'>;
/** Decisions of a person about a case: each is off until chosen. */
type Decisions = Pick<CaseChoice, 'writer' | 'records' | 'namesUser'>;

const CONFIRM_MS = 5000;

/** Makes a folder a case, after the person has read what will be recorded and who can read it. */
export async function startCase({ activeCase }: StartServices, runner: CommandRunner): Promise<void> {
  const title = l10n.t('Start Case');
  const name = await askForText({
    title,
    prompt: l10n.t('Name of the case. Everybody who can read its folder reads the name.'),
    ignoreFocusOut: true,
    validate: (value) => (value.trim() === '' ? l10n.t('A case needs a name.') : undefined),
  });
  if (name === undefined) return;
  const number = await askForText({ title, prompt: l10n.t('Its number, if it has one.'), ignoreFocusOut: true });
  if (number === undefined) return;
  const folder = await chooseFolder(title);
  if (folder === undefined) return;
  const tools = await activeCase.tools();
  if (await tools.hasCase(folder)) {
    void notify(
      'warning',
      l10n.t(
        'This folder holds a case already, or the record of one. Open it with Open Case…, or choose another folder.',
      ),
    );
    return;
  }
  const decisions = await decide(activeCase.isAllowed);
  if (
    decisions === undefined ||
    !(await isAgreed(title, { folder, name, ...decisions, isAllowed: activeCase.isAllowed }))
  )
    return;
  await runner.run(title, async () => {
    const made = await tools.createCase(folder, { name: name.trim(), number: number.trim(), now: Date.now() });
    await activeCase.choose({ folder, id: made.id, name: made.name, ...decisions });
    confirmInStatusBar(l10n.t('Case started'), CONFIRM_MS);
  });
}

/** Opens a case that a folder holds. What is recorded here is decided anew by everybody. */
export async function openCase({ activeCase }: StartServices, runner: CommandRunner): Promise<void> {
  const title = l10n.t('Open Case');
  const folder = await chooseFolder(title);
  if (folder === undefined) return;
  const tools = await activeCase.tools();
  const found = await runner.run(title, () => tools.readCase(folder));
  if (found === undefined) return;
  const { id, name, retention } = found;
  const decisions = await decide(activeCase.isAllowed);
  if (
    decisions === undefined ||
    !(await isAgreed(title, { folder, name, ...decisions, isAllowed: activeCase.isAllowed }))
  )
    return;
  await activeCase.choose({ folder, id, name, ...decisions });
  if (retention.kind === 'delete' && Date.parse(retention.on) <= Date.now()) {
    void notify('warning', l10n.t('This case was to be deleted on {0}.', retention.on));
  }
  if (retention.kind === 'hold') void notify('information', l10n.t('This case is under a legal hold: delete nothing.'));
}

/** Asks for a folder on this machine. */
export async function chooseFolder(title: string): Promise<string | undefined> {
  const start = workspace.workspaceFolders?.[0]?.uri;
  const [uri] =
    (await window.showOpenDialog({
      title,
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: l10n.t('Select Folder'),
      ...(start?.scheme === 'file' ? { defaultUri: start } : {}),
    })) ?? [];
  if (uri === undefined || uri.scheme === Uri.file('').scheme) return uri?.fsPath;
  void notify('warning', l10n.t('A case needs a folder of the machine that this extension runs on.'));
  return undefined;
}

/** Asks what is to be recorded. Nothing is chosen beforehand. */
async function decide(isAllowed: boolean): Promise<Decisions | undefined> {
  const title = l10n.t('What Is Recorded');
  const record: QuickPickItem = {
    label: l10n.t('Record of Steps'),
    detail: l10n.t('What you fetch, quote, export, check and clear, under a pseudonym'),
  };
  const user: QuickPickItem = {
    label: l10n.t('Account on This Machine'),
    detail: l10n.t('The record names it once for each window'),
  };
  const chosen = isAllowed
    ? await pickSeveral([record, user], { title, placeHolder: l10n.t('Nothing is recorded unless you choose it') })
    : [];
  if (chosen === undefined) return undefined;
  const records = chosen.includes(record);
  if (!records) return { writer: '', records, namesUser: false };
  const writer = await askForPseudonym(
    title,
    l10n.t('Your pseudonym in the record, such as analyst-2. Owners of files, shares and Git may still name you.'),
  );
  return writer === undefined ? undefined : { writer, records, namesUser: chosen.includes(user) };
}

async function isAgreed(
  title: string,
  { folder, name, writer, records, namesUser, isAllowed }: Omit<CaseChoice, 'id'> & { readonly isAllowed: boolean },
): Promise<boolean> {
  const answer = await ask(
    {
      severity: 'information',
      question: l10n.t('{0}: {1}?', title, name),
      details: [
        l10n.t('Folder: {0}', folder),
        ...(records
          ? [
              l10n.t(
                'Recorded as "{0}" from now on: results that you fetch, open from a file, quote into a note, export, pack or clear, results found damaged, and checks of notes. Each with time, connection, tenant, action, hash and version.',
                writer,
              ),
              namesUser ? l10n.t('The record names your account on this machine.') : '',
              l10n.t(
                'Not recorded: what you read again, outputs, and paths of this machine. The first time that you open a result, it is fetched, and that is recorded.',
              ),
              l10n.t(
                'Everybody who can read the folder can read the record. Git and synchronized copies do not forget. If such records need a review (privacy, works council), have it first.',
              ),
            ].filter((line) => line !== '')
          : [l10n.t('Nothing is recorded.')]),
        ...(isAllowed
          ? [
              l10n.t(
                'Marks that you make are written into the folder, with their time and a pseudonym: reviewed, tags, and remarks on lines.',
              ),
            ]
          : []),
      ],
    },
    title,
  );
  return answer === title;
}

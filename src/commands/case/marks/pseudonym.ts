import { l10n } from 'vscode';
import { isWriter } from '../../../case/record/recordLine.ts';
import { askForText } from '../../../platform/show/quickInputs.ts';
import type { Services } from '../../../services/services.ts';

/** Asks for a pseudonym. @returns undefined if the person gave none */
export function askForPseudonym(title: string, prompt: string): Thenable<string | undefined> {
  return askForText({
    title,
    prompt,
    ignoreFocusOut: true,
    validate: (value) =>
      isWriter(value)
        ? undefined
        : l10n.t('Up to 32 characters: a to z in lower case, digits, and hyphens between them.'),
  });
}

/** Whether a mark can be written: there is a case, and its person has a pseudonym. Asks for it before the first mark. */
export async function canMark({ activeCase, marks }: Pick<Services, 'activeCase' | 'marks'>): Promise<boolean> {
  if (!marks.isOpen) return false;
  if (activeCase.current?.writer !== '') return activeCase.current !== undefined;
  const writer = await askForPseudonym(
    l10n.t('Marks of the Case'),
    l10n.t(
      'Your pseudonym, such as analyst-2. Marks stand under it in the folder of the case, with their time. Use one that no colleague uses.',
    ),
  );
  if (writer === undefined) return false;
  await activeCase.nameWriter(writer);
  return true;
}

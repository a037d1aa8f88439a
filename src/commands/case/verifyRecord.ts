import { l10n } from 'vscode';
import { isLiveResponseError } from '../../base/errors.ts';
import { hashBytes } from '../../base/hashText.ts';
import type { CompareResult } from '../../case/verifyCase.ts';
import { caseReport } from '../../documents/caseReport.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { chooseFolder } from './startCase.ts';

/** Checks the record of the open case, or of a folder, and shows a report that says what it proves. */
export async function verifyRecord(
  { activeCase, reports, store }: Pick<Services, 'activeCase' | 'reports' | 'store'>,
  runner: CommandRunner,
): Promise<void> {
  const title = l10n.t('Verify Record');
  const folder = activeCase.current?.folder ?? (await chooseFolder(title));
  if (folder === undefined) return;
  await runner.run(title, async ({ signal }) => {
    await activeCase.settle();
    const { verifyCase } = await activeCase.tools();
    const ssh = { environment: process.env, platform: process.platform };
    const verdict = await verifyCase({ folder, compareResult: compareStored(store), ssh, signal });
    const lines = caseReport(verdict, Date.now());
    await reports.showText(l10n.t('Record of {0}', verdict.name), lines);
  });
}

/** Hashes a stored result again. One that is stored in pieces is known by the hash that its pieces were checked with. */
function compareStored(store: Pick<Services, 'store'>['store']): CompareResult {
  return async (result) => {
    try {
      const facts = await store.facts(result);
      if (facts === undefined) return 'absent';
      const bytes = facts.large === undefined ? await store.raw(result) : undefined;
      const sha256 = bytes === undefined ? facts.sha256 : hashBytes(bytes);
      return sha256 === result.sha256 ? 'same' : 'other';
    } catch (error) {
      if (isLiveResponseError(error) && error.code === 'resultDamaged') return 'other';
      throw error;
    }
  };
}

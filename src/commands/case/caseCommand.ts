import { l10n } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { pickOne } from '../../platform/show/quickInputs.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW } from '../common/when.ts';
import { anchorRecord } from './anchorRecord.ts';
import type { OpenServices } from '../open/openTarget.ts';
import { closeCase } from './closeCase.ts';
import { exportTimeline } from './exportTimeline.ts';
import { handOverCase } from './handOverCase.ts';
import type { CasePackServices } from './handOverCase.ts';
import { listRemarks } from './marks/listRemarks.ts';
import { tagResults } from './marks/tagResults.ts';
import type { StampServices } from './stampRecord.ts';
import { openCase, startCase } from './startCase.ts';
import { verifyRecord } from './verifyRecord.ts';

type CaseCommandServices = CasePackServices &
  OpenServices &
  StampServices &
  Pick<Services, 'marks' | 'packs' | 'policy' | 'remarkThreads' | 'reports'>;

interface CaseItem extends QuickPickItem {
  readonly run: (services: CaseCommandServices, runner: CommandRunner) => Promise<void>;
}

/** `liveResponse.case`: everything about the case of this workspace, in one list. */
async function chooseStep(services: CaseCommandServices, runner: CommandRunner): Promise<void> {
  const { current } = services.activeCase;
  const { active } = services.connections;
  const verify = {
    label: l10n.t('Verify Record…'),
    detail: l10n.t('Checks its chain, its files and its anchors'),
    run: verifyRecord,
  };
  const items: readonly CaseItem[] =
    current === undefined
      ? [
          {
            label: l10n.t('Start Case…'),
            detail: l10n.t('Makes a folder a case. Nothing is recorded unless you choose it'),
            run: startCase,
          },
          { label: l10n.t('Open Case…'), detail: l10n.t('A folder that holds a case'), run: openCase },
          ...(active !== undefined && services.marks.isOfPack(active) ? markItems().slice(0, 1) : []),
          verify,
        ]
      : [
          ...(services.marks.isOpen ? markItems() : []),
          verify,
          {
            label: l10n.t('Anchor Record…'),
            detail: l10n.t('Signs or stamps its head, or writes it down, so that a change shows later'),
            run: anchorRecord,
          },
          {
            label: l10n.t('Export Timeline…'),
            detail: l10n.t('Steps of its record, and times of the results that it names, for Timesketch'),
            run: exportTimeline,
          },
          ...(services.policy.isAllowed('packs') ? [handOverItem()] : []),
          {
            label: l10n.t('Close Case…'),
            detail: l10n.t('Sets a date of deletion, or a legal hold'),
            run: closeCase,
          },
        ];
  const title = current === undefined ? l10n.t('Case') : l10n.t('Case {0}', current.name);
  const chosen = await pickOne(items, { title });
  await chosen?.run(services, runner);
}

function handOverItem(): CaseItem {
  return {
    label: l10n.t('Hand Over Case…'),
    detail: l10n.t('The results that it names, and its notes, marks and record if you choose them, as a pack'),
    run: handOverCase,
  };
}

/** Returns the steps on the marks of results. */
function markItems(): readonly CaseItem[] {
  return [
    {
      label: l10n.t('Remarks…'),
      detail: l10n.t('Lists the remarks, and opens their lines'),
      run: listRemarks,
    },
    {
      label: l10n.t('Tags…'),
      detail: l10n.t('Adds a tag to the selected results, or removes it'),
      run: (services, runner) => tagResults(services, runner, []),
    },
  ];
}

export const caseCommand = defineCommand({
  name: 'case',
  needs: 'nothing',
  worksWithoutStore: true,
  menus: [{ menu: 'view/title', group: '3_stored@4', when: IN_ACTIONS_VIEW }],
  run: (services, { runner }) => chooseStep(services, runner),
});

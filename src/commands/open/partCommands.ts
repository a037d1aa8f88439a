import { env, l10n } from 'vscode';
import { partsOf } from '../../documents/parts.ts';
import { WHOLE_BYTES } from '../../evidence/text/textParts.ts';
import { formatBytes } from '../../messages/format.ts';
import type { TextParts } from '../../evidence/text/partFacts.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { openTarget } from './openTarget.ts';
import type { OpenServices } from './openTarget.ts';
import { addressOf, findTargets } from '../common/targets.ts';
import type { Target } from '../common/targets.ts';
import { ask, confirmInStatusBar } from '../../platform/show/notifications.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { AFTER_FIRST_PART, BEFORE_LAST_PART, IN_ANY_PART, IN_RESULT, all } from '../common/when.ts';

interface Divided {
  readonly target: Target;
  readonly text: TextParts;
}

/**
 * `liveResponse.nextPart`, `previousPart` and `lastPart`: show another part of a text that is too large for one
 * document.
 */
async function stepPart(
  services: OpenServices,
  runner: CommandRunner,
  step: 'next' | 'previous' | 'last',
  args: readonly unknown[],
): Promise<void> {
  const found = await findDivided(services, args);
  if (found === undefined) return;
  const { target, text } = found;
  const { part } = target;
  const current =
    part === undefined || part === 'whole'
      ? 0
      : text.parts.findIndex(({ first }) => first.line === part.line && first.column === part.column);
  const wanted = { next: current + 1, previous: current - 1, last: text.parts.length - 1 }[step];
  const first = text.parts[wanted]?.first;
  if (first === undefined) {
    confirmInStatusBar(l10n.t('There is no such part.'), 5000);
    return;
  }
  await openTarget(services, runner, { ...target, part: wanted === 0 ? undefined : first }, true);
}

/**
 * `liveResponse.openWhole`: opens a text as one document, up to the size that VS Code opens without a question. Tells
 * the user which features VS Code switches off for such a document.
 */
async function openWhole(services: OpenServices, runner: CommandRunner, args: readonly unknown[]): Promise<void> {
  const found = await findDivided(services, args);
  if (found === undefined) return;
  const { target, text } = found;
  if (text.documentBytes <= WHOLE_BYTES) {
    const open = l10n.t('Open Whole');
    const answer = await ask(
      {
        severity: 'warning',
        question: l10n.t(
          'Open {0} with {1} lines as one document?',
          formatBytes(text.documentBytes),
          text.lines.toLocaleString(env.language),
        ),
        details: [
          l10n.t(
            'For a document of this size VS Code switches off folding, outline, sticky scroll, colors and word wrap, and becomes slow.',
          ),
        ],
      },
      open,
    );
    if (answer !== open) return;
  }
  await openTarget(services, runner, { ...target, part: 'whole' }, true);
}

/** Returns the parts of a text. If the text is not divided into parts, tells the user so. */
async function findDivided(
  services: Pick<Services, 'connections' | 'runOverviews' | 'tableTabs' | 'store' | 'view'>,
  args: readonly unknown[],
): Promise<Divided | undefined> {
  const [target] = findTargets(services, args);
  const text = target === undefined ? undefined : await partsOf(services.store, addressOf(target));
  if (target === undefined || text === undefined) return undefined;
  if (text.parts.length > 1) return { target, text };
  confirmInStatusBar(l10n.t('This text is shown whole.'), 5000);
  return undefined;
}

export const nextPartCommand = defineCommand({
  name: 'nextPart',
  needs: 'result',
  icon: 'chevron-right',
  palette: all(IN_RESULT, BEFORE_LAST_PART),
  menus: [{ menu: 'editor/title', group: 'navigation@4', when: all(IN_RESULT, BEFORE_LAST_PART) }],
  run: (services, { args, runner }) => stepPart(services, runner, 'next', args),
});

export const previousPartCommand = defineCommand({
  name: 'previousPart',
  needs: 'result',
  icon: 'chevron-left',
  palette: all(IN_RESULT, AFTER_FIRST_PART),
  menus: [{ menu: 'editor/title', group: 'navigation@3', when: all(IN_RESULT, AFTER_FIRST_PART) }],
  run: (services, { args, runner }) => stepPart(services, runner, 'previous', args),
});

export const lastPartCommand = defineCommand({
  name: 'lastPart',
  needs: 'result',
  palette: all(IN_RESULT, BEFORE_LAST_PART),
  menus: [{ menu: 'editor/title', group: '0_liveResponse@3', when: all(IN_RESULT, BEFORE_LAST_PART) }],
  run: (services, { args, runner }) => stepPart(services, runner, 'last', args),
});

export const openWholeCommand = defineCommand({
  name: 'openWhole',
  needs: 'result',
  palette: all(IN_RESULT, IN_ANY_PART),
  menus: [{ menu: 'editor/title', group: '0_liveResponse@4', when: all(IN_RESULT, IN_ANY_PART) }],
  run: (services, { args, runner }) => openWhole(services, runner, args),
});

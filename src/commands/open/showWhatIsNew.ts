import { l10n } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { LiveResponseError } from '../../base/errors.ts';
import { parseServerTime } from '../../base/serverTime.ts';
import { formatUtc } from '../../messages/format.ts';
import { askForText, pickOne } from '../../platform/show/quickInputs.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_ACTIONS_VIEW, MAY_BE_CONNECTED } from '../common/when.ts';

const HOUR_MS = 3_600_000;
/** Spans that shifts and handovers commonly have, in hours. */
const SPANS = [4, 8, 12, 24, 72];

/**
 * `liveResponse.showWhatIsNew`: shows what has changed since a time, for the handover of a shift. Usually costs two
 * calls: one for the changes, one for all that has not ended. An argument `{since}` (ISO 8601, or ms since 1970) asks no question.
 */
async function showWhatIsNew(
  services: Pick<Services, 'connections' | 'lastUse' | 'sessions' | 'statusPages' | 'store'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const { active } = services.connections;
  if (active === undefined) return;
  const since = args[0] === undefined ? await askSince(services) : readSince(args[0]);
  if (since === undefined) return;
  await runner.run(l10n.t('Asking what is new'), async ({ signal }) => {
    const { tenantId, cloud, name } = active;
    await services.store.learn({ cloud, tenantId });
    const session = services.sessions.of(active);
    const open = await session.fetchOpen(signal);
    const changes = await session.fetchChanges(since, signal);
    const all = new Map([...open, ...changes.actions].map((action) => [action.id, action]));
    const actions = [...all.values()];
    await services.statusPages.showNews({ tenant: { cloud, tenantId }, connection: name, since, ...changes, actions });
  });
}

async function askSince({ lastUse }: Pick<Services, 'lastUse'>): Promise<number | undefined> {
  const now = Date.now();
  const own = { label: l10n.t('Another Time…'), at: undefined };
  const last = lastUse.before;
  const items: (QuickPickItem & { readonly at: number | undefined })[] = [
    ...(last === undefined
      ? []
      : [{ label: l10n.t('Since this window was last used'), description: formatUtc(last), at: last }]),
    ...SPANS.map((hours) => ({
      label: l10n.t('In the last {0} hours', hours),
      description: formatUtc(now - hours * HOUR_MS),
      at: now - hours * HOUR_MS,
    })),
    own,
  ];
  const chosen = await pickOne(items, { title: l10n.t('Show What Is New (2 calls)'), matchOnDescription: true });
  return chosen === own ? askForTime(now) : chosen?.at;
}

async function askForTime(now: number): Promise<number | undefined> {
  const text = await askForText({
    title: l10n.t('Show What Is New (2 calls)'),
    prompt: l10n.t('A day and a time in UTC, for example 2026-11-30 22:00'),
    value: new Date(now - 8 * HOUR_MS).toISOString().slice(0, 16).replace('T', ' '),
    validate: (value) =>
      readTime(value, now) === undefined
        ? l10n.t('Type a day and a time in UTC that is past, for example 2026-11-30 22:00.')
        : undefined,
  });
  return text === undefined ? undefined : readTime(text, now);
}

/** Reads a day, or a day and a time, in UTC. */
function readTime(text: string, now: number): number | undefined {
  const [, day = '', time = '00:00'] =
    /^\s*(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::\d\d)?(?:Z| UTC)?)?\s*$/u.exec(text) ?? [];
  const at = Date.parse(`${day}T${time}Z`);
  // JavaScript takes February 31 for a day in March.
  const isReal = !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
  return isReal && at < now ? at : undefined;
}

function readSince(argument: unknown): number {
  const value = typeof argument === 'object' && argument !== null && 'since' in argument ? argument.since : undefined;
  const since = typeof value === 'string' ? parseServerTime(value) : value;
  if (typeof since !== 'number' || !Number.isFinite(since) || since <= 0 || since > Date.now())
    throw new LiveResponseError('badArgument', { path: 'since' });
  return since;
}

export const showWhatIsNewCommand = defineCommand({
  name: 'showWhatIsNew',
  needs: 'connection',
  palette: MAY_BE_CONNECTED,
  menus: [{ menu: 'view/title', group: '3_open@4', when: IN_ACTIONS_VIEW }],
  run: (services, { args, runner }) => showWhatIsNew(services, runner, args),
});

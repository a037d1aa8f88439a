import { commands, env, l10n, ThemeIcon, Uri, window, workspace } from 'vscode';
import type { AuditTrail } from '../../actions/auditTrail.ts';
import type { AuditRecord } from '../../evidence/audit/auditRecords.ts';
import { readBytes } from '../../evidence/decode/encoding.ts';
import { readAuditExport } from '../../evidence/audit/auditRecords.ts';
import { buildSessionsQuery } from '../../evidence/blocks/huntingQuery.ts';
import { LiveResponseError } from '../../base/errors.ts';
import { commandIds } from '../../platform/commandIds.ts';
import { confirmInStatusBar } from '../../platform/show/notifications.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';
import { auditViewId } from '../../platform/viewIds.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { tellNoConnection } from '../common/preconditions.ts';
import { recordOfLink } from '../common/recordOfLink.ts';
import { IN_ACTIONS_VIEW, IN_AUDIT_VIEW, ON_RECORD } from '../common/when.ts';

/** Largest export that is read, in bytes. Advanced hunting answers at most 50 MB. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Name of the clipboard as a source. English, because notes hold it. */
const CLIPBOARD = 'the clipboard';
/** Days of the query for all devices. */
const DAYS = 7;
/** Time for which the status bar confirms a copy, ms. */
const CONFIRM_MS = 5000;

/**
 * `liveResponse.openHuntingResults`: opens the audit trail from an export of advanced hunting, or from the clipboard,
 * without a call. It also offers to ask Microsoft Graph. With an argument (a file's address or path) it asks no question.
 */
async function openHuntingResults(
  services: Pick<Services, 'auditTrail' | 'connections' | 'policy'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  const source = args[0] === undefined ? await askForSource(services) : readSource(args[0]);
  if (source === undefined) return;
  await runner.run(l10n.t('Opening hunting results'), async () => {
    const { active } = services.connections;
    const text = source === 'clipboard' ? await env.clipboard.readText() : await readFile(source);
    const found = readAuditExport(text);
    if (found === undefined || found.records.length === 0)
      throw new LiveResponseError('notHuntingResults', {
        reason: text.trim() === '' || found !== undefined ? 'empty' : 'shape',
      });
    services.auditTrail.open({
      ...found,
      source: source === 'clipboard' ? CLIPBOARD : nameOf(source),
      tenant: active === undefined ? undefined : { cloud: active.cloud, tenantId: active.tenantId },
      openedAt: Date.now(),
    });
    await commands.executeCommand(`${auditViewId}.focus`);
  });
}

async function askForSource({ policy }: Pick<Services, 'policy'>): Promise<Uri | 'clipboard' | undefined> {
  const clipboard = {
    iconPath: new ThemeIcon('clippy'),
    label: l10n.t('From the Clipboard'),
    detail: l10n.t('Rows that were copied in the portal, as CSV or JSON'),
  };
  const file = {
    iconPath: new ThemeIcon('file'),
    label: l10n.t('File…'),
    detail: l10n.t('The export of a query: .csv or .json'),
  };
  const graph = {
    iconPath: new ThemeIcon('cloud-download'),
    label: l10n.t('From Microsoft Graph'),
    detail: l10n.t('Asks for the sessions of all devices: one query. Needs a permission of its own'),
  };
  const query = {
    iconPath: new ThemeIcon('copy'),
    label: l10n.t('Copy the Query for the Portal'),
    detail: l10n.t(
      'Sessions of all devices in the last {0} days. Run it in advanced hunting, and export its result',
      DAYS,
    ),
  };
  const choices = [clipboard, file, ...(policy.isAllowed('auditTrail') ? [graph] : []), query];
  const chosen = await pickOne(choices, { title: l10n.t('Open Hunting Results') });
  if (chosen === query) await copySessionsQuery();
  if (chosen === graph) await commands.executeCommand(commandIds.fetchAuditTrail);
  if (chosen === clipboard) return 'clipboard';
  if (chosen !== file) return undefined;
  const [uri] =
    (await window.showOpenDialog({
      title: l10n.t('Open Hunting Results'),
      openLabel: l10n.t('Open'),
      canSelectMany: false,
      filters: { [l10n.t('Hunting results')]: ['csv', 'json', 'ndjson', 'txt'] },
    })) ?? [];
  return uri;
}

/** Copies the query for all devices, for whoever runs it in the portal. */
export async function copySessionsQuery(): Promise<void> {
  await env.clipboard.writeText(buildSessionsQuery(undefined, DAYS));
  confirmInStatusBar(l10n.t('Copied 1 hunting query'), CONFIRM_MS);
}

function readSource(value: unknown): Uri {
  if (value instanceof Uri) return value;
  if (typeof value === 'string' && value !== '') return Uri.file(value);
  throw new LiveResponseError('badArgument', { path: 'file' });
}

async function readFile(uri: Uri): Promise<string> {
  const { size } = await workspace.fs.stat(uri);
  if (size > MOST_BYTES) throw new LiveResponseError('notHuntingResults', { reason: 'size', size, limit: MOST_BYTES });
  const bytes = await workspace.fs.readFile(uri);
  const read = readBytes(bytes);
  // A replaced byte would be in the record as received, and in its hash.
  if (read === undefined || read.invalidBytes > 0)
    throw new LiveResponseError('notHuntingResults', { reason: 'notText' });
  return read.text;
}

/** Returns the name of a file without its folder, which can tell a person's name. */
function nameOf({ path }: Uri): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `liveResponse.openAuditRecord`: opens the page of a record. Makes no call. */
async function openAuditRecord(
  services: Pick<Services, 'auditTrail' | 'statusPages'>,
  args: readonly unknown[],
): Promise<void> {
  const record = recordOfLink(services.auditTrail, args[0]);
  if (record !== undefined) await services.statusPages.showRecord(record, true);
}

/** `liveResponse.copyAuditNote`: copies a record of the audit trail for notes, with its source and hash. */
async function copyAuditNote(
  services: Pick<Services, 'auditTrail' | 'notes'>,
  args: readonly unknown[],
): Promise<void> {
  const { auditTrail } = services;
  const { buildAuditNote } = await services.notes.texts();
  const notes = recordsOf(auditTrail, args).map((record) =>
    buildAuditNote(record, auditTrail.opened?.source ?? '', auditTrail.matches.actionOf.get(record)?.id),
  );
  if (notes.length === 0) return;
  await env.clipboard.writeText(notes.join('\n'));
  confirmInStatusBar(l10n.t('Records copied with source and hash: {0}', notes.length), CONFIRM_MS);
}

/** Returns the records of rows, all selected ones if there are several, or of the argument of a page's link. */
function recordsOf(trail: AuditTrail, [first, selected]: readonly unknown[]): AuditRecord[] {
  const rows: readonly unknown[] = Array.isArray(selected) ? selected : [first];
  return rows.flatMap((row) => recordOfLink(trail, row) ?? []);
}

/**
 * `liveResponse.loadAuditActions`: loads the actions of the time that an opened audit trail covers, so that its records
 * can be matched. Costs one call for each 1,000 actions.
 */
async function loadAuditActions(
  { auditTrail, connections, sessions }: Pick<Services, 'auditTrail' | 'connections' | 'sessions'>,
  runner: CommandRunner,
): Promise<void> {
  const { opened } = auditTrail;
  const connection = opened?.tenant === undefined ? undefined : connections.forTenant(opened.tenant);
  if (opened === undefined) return;
  if (connection === undefined) {
    void tellNoConnection();
    return;
  }
  const now = Date.now();
  const times = [...auditTrail.matches.notLoaded].flatMap(({ at }) => at ?? []);
  const first = times.reduce((one, other) => Math.min(one, other), now);
  const last = times.reduce((one, other) => Math.max(one, other), 0);
  // Defender keeps its data for 180 days, so that older times would cost calls in vain.
  const from = Math.max(first - MARGIN_MS, now - KEPT_MS);
  const to = Math.min(last + MARGIN_MS, now);
  if (from >= to) return;
  const span = { from: new Date(from).toISOString(), before: new Date(to).toISOString() };
  const done = await runner.run(l10n.t('Loading the actions of the records'), async ({ signal }) => {
    await sessions.of(connection).actions(true).loadSpan(span, signal);
    return true;
  });
  // Also of a time before that, nothing more can be loaded.
  if (done === true) auditTrail.addLoaded({ from: from > now - KEPT_MS ? from : -Infinity, to });
}

/** Time for which Defender keeps its data, ms. */
const KEPT_MS = 180 * 24 * 60 * 60_000;
/** Time before the first record whose actions are loaded, too, ms: a session can be older than its record. */
const MARGIN_MS = 3 * 60 * 60_000;

/** Says that there is no record to work on, because no audit trail is open. */
function whyNothingToDo({ auditTrail }: Pick<Services, 'auditTrail'>): string | undefined {
  return auditTrail.opened === undefined
    ? l10n.t('No audit trail is open. "Open Hunting Results" opens one.')
    : undefined;
}

export const openHuntingResultsCommand = defineCommand({
  name: 'openHuntingResults',
  needs: 'nothing',
  icon: 'history',
  menus: [
    { menu: 'view/title', group: '3_open@2', when: IN_ACTIONS_VIEW },
    { menu: 'view/title', group: 'navigation@1', when: IN_AUDIT_VIEW },
  ],
  run: (services, { args, runner }) => openHuntingResults(services, runner, args),
});

export const openAuditRecordCommand = defineCommand({
  name: 'openAuditRecord',
  needs: 'nothing',
  palette: 'false',
  whyNothingToDo,
  run: (services, { args }) => openAuditRecord(services, args),
});

export const copyAuditNoteCommand = defineCommand({
  name: 'copyAuditNote',
  needs: 'nothing',
  icon: 'copy',
  palette: 'false',
  menus: [{ menu: 'view/item/context', group: '2_copy@1', when: ON_RECORD }],
  whyNothingToDo,
  run: (services, { args }) => copyAuditNote(services, args),
});

export const loadAuditActionsCommand = defineCommand({
  name: 'loadAuditActions',
  needs: 'connection',
  palette: 'false',
  whyNothingToDo,
  run: (services, { runner }) => loadAuditActions(services, runner),
});

export const closeAuditTrailCommand = defineCommand({
  name: 'closeAuditTrail',
  needs: 'nothing',
  icon: 'clear-all',
  palette: 'false',
  menus: [{ menu: 'view/title', group: 'navigation@2', when: IN_AUDIT_VIEW }],
  whyNothingToDo,
  run: ({ auditTrail }) => {
    auditTrail.clear();
  },
});

import { env, l10n } from 'vscode';
import { ExportTally, toStrictJson } from '../../evidence/export/exportText.ts';
import { replacedWords } from '../../messages/exportWords.ts';
import { LiveResponseError } from '../../base/errors.ts';
import type { Evidence } from '../../evidence/blocks/evidenceBlock.ts';
import { WHOLE_TEXT } from '../../evidence/text/quotation.ts';
import type { NoteForm } from '../../platform/config.ts';
import type { StoredFacts } from '../../model/storedResult.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner, CommandScope } from '../common/commandRunner.ts';
import { toProgress } from '../common/downloadProgress.ts';
import { saveInstead } from '../save/saveResult.ts';
import type { SaveServices } from '../save/saveResult.ts';
import { selectedRanges } from '../common/selection.ts';
import { addressOf, findTargets } from '../common/targets.ts';
import type { Target, TargetServices } from '../common/targets.ts';
import { confirmInStatusBar } from '../../platform/show/notifications.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { ALWAYS, HAS_QUOTABLE } from '../common/when.ts';

/**
 * `liveResponse.copyNote`, `copyFullNote`, `copyPlainNote` and `copyCitation`: copy the selection, or else the complete
 * text. With several rows, they copy the result of each row. A citation without a selection names the complete result.
 */
async function copyEvidence(
  services: SaveServices & TargetServices & Pick<Services, 'results'>,
  runner: CommandRunner,
  form: Exclude<NoteForm, 'tableRow'> | 'plainBlock',
  args: readonly unknown[],
): Promise<void> {
  await copyEach(
    services,
    runner,
    args,
    async (target, facts, signal) => {
      const address = addressOf(target);
      if (address.stream !== 'raw') transcriptOf(facts);
      const ranges = selectedRanges(target) ?? (form === 'citation' ? [] : [WHOLE_TEXT]);
      const evidence = await services.notes.evidence(address, ranges, signal);
      if (evidence === undefined) throw new LiveResponseError('databaseFailed', { reason: 'the text is gone' });
      return evidence;
    },
    async (all: readonly Evidence[], signal) => {
      const built = form === 'plainBlock' ? { kind: form, scheme: env.uriScheme } : { kind: form };
      return {
        text: await services.notes.build(built, all, signal),
        message: l10n.t('Copied with source: {0}', all.length.toLocaleString(env.language)),
      };
    },
  );
}

/** `liveResponse.copyJson`: copies the parsed result in the service's own form. Several results become a list. */
async function copyJson(
  services: SaveServices & TargetServices & Pick<Services, 'results' | 'store'>,
  runner: CommandRunner,
  args: readonly unknown[],
): Promise<void> {
  await copyEach(
    services,
    runner,
    args,
    async ({ ref }, facts) => {
      const { scriptName, exitCode } = transcriptOf(facts);
      services.store.noteQuoted(ref);
      const output = await services.store.text(ref, 'output');
      const errors = await services.store.text(ref, 'errors');
      if (output === undefined || errors === undefined)
        throw new LiveResponseError('databaseFailed', { reason: 'the text is gone' });
      return {
        sha256: facts.sha256,
        json: { script_name: scriptName, exit_code: exitCode, script_output: output, script_errors: errors },
      };
    },
    (all) => {
      const values = all.map(({ json }) => json);
      const hashes = all.map(({ sha256 }) => sha256).join(', ');
      const tally = new ExportTally();
      const text = `${toStrictJson(values.length === 1 ? values[0] : values, tally, 2)}\n`;
      const copied = l10n.t('JSON copied. SHA-256 of the file as it is stored: {0}', hashes);
      return { text, message: [copied, ...replacedWords(tally.loneSurrogates)].join(' ') };
    },
  );
}

function transcriptOf({ transcript, rejection }: StoredFacts): NonNullable<StoredFacts['transcript']> {
  if (transcript === undefined) throw new LiveResponseError('notAResult', { reason: rejection?.reason ?? '' });
  return transcript;
}

interface CopiedText {
  readonly text: string;
  readonly message: string;
}

/** Copies the results that could be read. Also reports the first failure. */
async function copyEach<Part>(
  services: SaveServices & TargetServices & Pick<Services, 'results'>,
  runner: CommandRunner,
  args: readonly unknown[],
  read: (target: Target, facts: StoredFacts, signal: AbortSignal) => Promise<Part>,
  join: (parts: readonly Part[], signal: AbortSignal) => CopiedText | Promise<CopiedText>,
): Promise<void> {
  const targets = findTargets(services, args);
  const [first] = targets;
  if (first === undefined) return;
  let failed: Target | undefined;
  const copy = async ({ signal, report }: CommandScope): Promise<void> => {
    const parts: Part[] = [];
    const failures: unknown[] = [];
    for (const target of targets) {
      try {
        const facts = await services.results.open(target.ref, { signal, onProgress: toProgress(report) });
        parts.push(await read(target, facts, signal));
      } catch (error) {
        if (signal.aborted) throw error;
        failed ??= target;
        failures.push(error);
      }
    }
    if (parts.length > 0) {
      const { text, message } = await join(parts, signal);
      await env.clipboard.writeText(text);
      confirmInStatusBar(message, 10_000);
    }
    if (failures.length > 0) throw failures[0];
  };
  await runner.run(l10n.t('Copying'), copy, {
    saveToFile: (error) => saveInstead(services, runner, (failed ?? first).ref, error),
  });
}

export const copyNoteCommand = defineCommand({
  name: 'copyNote',
  needs: 'result',
  palette: ALWAYS,
  menus: [{ menu: 'liveResponse.copyAs', group: '1_note@1' }],
  keys: [{ key: 'ctrl+k ctrl+c', mac: 'cmd+k cmd+c', when: 'editorTextFocus && resourceScheme == live-response' }],
  run: (services, { args, runner }) => copyEvidence(services, runner, 'compactBlock', args),
});

export const copyFullNoteCommand = defineCommand({
  name: 'copyFullNote',
  needs: 'result',
  palette: HAS_QUOTABLE,
  menus: [{ menu: 'liveResponse.copyAs', group: '1_note@2' }],
  run: (services, { args, runner }) => copyEvidence(services, runner, 'fullBlock', args),
});

export const copyPlainNoteCommand = defineCommand({
  name: 'copyPlainNote',
  needs: 'result',
  palette: HAS_QUOTABLE,
  menus: [{ menu: 'liveResponse.copyAs', group: '1_note@4' }],
  run: (services, { args, runner }) => copyEvidence(services, runner, 'plainBlock', args),
});

export const copyCitationCommand = defineCommand({
  name: 'copyCitation',
  needs: 'result',
  palette: HAS_QUOTABLE,
  menus: [{ menu: 'liveResponse.copyAs', group: '1_note@3' }],
  run: (services, { args, runner }) => copyEvidence(services, runner, 'citation', args),
});

export const copyJsonCommand = defineCommand({
  name: 'copyJson',
  needs: 'result',
  menus: [{ menu: 'liveResponse.copyAs', group: '2_text@2' }],
  run: (services, { args, runner }) => copyJson(services, runner, args),
});

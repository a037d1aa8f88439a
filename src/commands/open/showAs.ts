import { l10n, languages, QuickPickItemKind, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { languageOf } from '../../documents/ownLanguages.ts';
import type { OwnLanguage } from '../../documents/ownLanguages.ts';
import { activeAddress } from '../../documents/resultUris.ts';
import { resultKey } from '../../base/resultUri.ts';
import type { TextView } from '../../base/resultUri.ts';
import type { Services } from '../../services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { openTarget } from './openTarget.ts';
import { findTargets } from '../common/targets.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';

interface ViewItem extends QuickPickItem {
  readonly view?: TextView;
  /** Ours, with a grammar and nothing else: a foreign one would fetch a schema that the text names. */
  readonly language?: OwnLanguage;
}

/** `liveResponse.showAs`: another reading of a text, or colours for it. What is stored stays as it is. */
export async function showAs(services: Services, runner: CommandRunner, args: readonly unknown[]): Promise<void> {
  const [target] = findTargets(services, args);
  if (target === undefined) return;
  const chosen = await pickOne(items(), {
    title: l10n.t('Show As'),
    placeHolder: l10n.t('A view of the text. The stored result stays as it is.'),
    matchOnDescription: true,
  });
  if (chosen === undefined) return;
  const { view, language } = chosen;
  await openTarget(
    services,
    runner,
    language === undefined
      ? { ref: target.ref, stream: target.stream ?? 'output', line: undefined, view }
      : { ...target, stream: target.stream ?? 'output', line: undefined },
    true,
  );
  const document = window.activeTextEditor?.document;
  const active = activeAddress();
  if (document === undefined || active === undefined || resultKey(active) !== resultKey(target.ref)) return;
  if (active.view === view || language !== undefined) {
    await languages.setTextDocumentLanguage(document, language ?? languageOf(active.stream));
  }
}

function items(): ViewItem[] {
  const separator = (label: string): ViewItem => ({ label, kind: QuickPickItemKind.Separator });
  return [
    { label: l10n.t('As Received') },
    separator(l10n.t('With Colours')),
    { label: 'JSON', language: 'live-response-json' },
    { label: 'CSV', language: 'live-response-csv' },
    separator(l10n.t('As Another Encoding')),
    { label: 'UTF-16', description: l10n.t('A NUL behind every letter'), view: 'utf16' },
    { label: 'UTF-8', description: l10n.t('Two signs where one letter should be'), view: 'utf8' },
    { label: 'CP437', description: l10n.t('Console, United States'), view: 'cp437' },
    { label: 'CP850', description: l10n.t('Console, Western Europe'), view: 'cp850' },
    { label: 'CP857', description: l10n.t('Console, Turkish'), view: 'cp857' },
    { label: 'Windows-1252', description: l10n.t('Western Europe'), view: 'windows1252' },
    { label: 'Windows-1254', description: l10n.t('Turkish'), view: 'windows1254' },
    separator(l10n.t('Made Readable')),
    { label: 'CLIXML', description: l10n.t('Streams of child PowerShell processes'), view: 'clixml' },
    {
      label: l10n.t('As a Terminal Shows It'),
      description: l10n.t('Without colour marks and what was overwritten'),
      view: 'terminal',
    },
    {
      label: l10n.t('Normalised'),
      description: l10n.t('Without host names, times, process IDs and GUIDs'),
      view: 'normalised',
    },
  ];
}

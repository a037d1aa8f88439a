import { l10n, languages, QuickPickItemKind, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { languageOf } from '../../documents/ownLanguages.ts';
import type { OwnLanguage } from '../../documents/ownLanguages.ts';
import { activeAddress } from '../../documents/resultUris.ts';
import { isLiveResponseError } from '../../base/errors.ts';
import { resultKey } from '../../base/resultUri.ts';
import type { ResultRef, ResultStream } from '../../base/resultUri.ts';
import { misreadingsOf, parseTextView, readingOf } from '../../base/textView.ts';
import type { Charset, TextView } from '../../base/textView.ts';
import { viewName } from '../../evidence/views/viewWords.ts';
import type { Services } from '../../services/services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { openTarget } from './openTarget.ts';
import type { OpenServices } from './openTarget.ts';
import { findTargets } from '../common/targets.ts';
import { pickOne } from '../../platform/show/quickInputs.ts';
import { defineCommand } from '../common/defineCommand.ts';
import { IN_RESULT } from '../common/when.ts';

interface ViewItem extends QuickPickItem {
  readonly view?: TextView;
  /**
   * Language of this extension, which has only a grammar. Another language would fetch a schema that the text names.
   */
  readonly language?: OwnLanguage;
  /** Whether this row asks for the wrong encoding and the right one. */
  readonly asks?: boolean;
}

/**
 * `liveResponse.showAs`: shows another view of a text, or colors it. The stored result does not change. The status bar
 * passes the word of a view as second argument, or `received`.
 */
async function showAs(services: OpenServices, runner: CommandRunner, args: readonly unknown[]): Promise<void> {
  const [target] = findTargets(services, args);
  if (target === undefined) return;
  const stream = target.stream ?? 'output';
  const [, wanted] = args;
  if (typeof wanted === 'string') {
    const view = parseTextView(wanted);
    await openTarget(services, runner, { ref: target.ref, stream, line: undefined, view, asReceived: true }, true);
    return;
  }
  const picked = await pickOne(items(services, target.ref, stream), {
    title: l10n.t('Show As'),
    placeHolder: l10n.t('A view of the text. The stored result stays as it is.'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  const chosen = picked?.asks === true ? await askForBoth() : picked;
  if (chosen === undefined) return;
  const { view, language } = chosen;
  await openTarget(
    services,
    runner,
    language === undefined
      ? { ref: target.ref, stream, line: undefined, view, asReceived: true }
      : { ...target, stream, line: undefined },
    true,
  );
  const document = window.activeTextEditor?.document;
  const active = activeAddress();
  if (document === undefined || active === undefined || resultKey(active) !== resultKey(target.ref)) return;
  if (active.view === view || language !== undefined) {
    await languages.setTextDocumentLanguage(document, language ?? languageOf(active.stream));
  }
}

async function items(
  services: Pick<Services, 'log' | 'store'>,
  ref: ResultRef,
  stream: ResultStream,
): Promise<ViewItem[]> {
  const separator = (label: string): ViewItem => ({ label, kind: QuickPickItemKind.Separator });
  const likely = await suggestedItems(services, ref, stream);
  return [
    { label: l10n.t('As Received') },
    ...(likely.length === 0 ? [] : [separator(l10n.t('Likely Readings')), ...likely]),
    separator(l10n.t('Made Readable')),
    { label: 'CLIXML', description: l10n.t('Streams of child PowerShell processes'), view: 'clixml' },
    {
      label: l10n.t('As a Terminal Shows It'),
      description: l10n.t('Without color marks and what was overwritten'),
      view: 'terminal',
    },
    {
      label: l10n.t('Normalized'),
      description: l10n.t('Without host names, times, process IDs and GUIDs'),
      view: 'normalised',
    },
    separator(l10n.t('With Colors')),
    { label: 'JSON', language: 'live-response-json' },
    { label: 'CSV', language: 'live-response-csv' },
    separator(l10n.t('As Another Encoding')),
    ...ENCODINGS.map(({ view, describe }) => ({ label: viewName(view), description: describe(), view })),
    {
      label: l10n.t('Choose Both Encodings…'),
      description: l10n.t('For text that was read wrongly in a way that is not listed'),
      asks: true,
    },
  ];
}

/**
 * Returns the encodings with which a text has fewer odd characters, each with an example line. Returns none for a large
 * text, because a large text is never completely in memory.
 */
async function suggestedItems(
  services: Pick<Services, 'log' | 'store'>,
  ref: ResultRef,
  stream: ResultStream,
): Promise<readonly ViewItem[]> {
  const suggested = await services.store.analysis.suggestReadings(ref, stream).catch((error: unknown) => {
    // The message of an unknown error may contain text of the result. This text must not get into the log.
    const reason = isLiveResponseError(error) ? error.code : error instanceof Error ? error.name : typeof error;
    services.log.info(`No reading is suggested: ${reason}`);
    return [];
  });
  return suggested.map(({ view, example }) => ({ label: describeSteps(view), detail: example, view }));
}

/** Describes the reading of a text, e.g. `UTF-8, read as CP850`. */
function describeSteps(view: TextView): string {
  const steps = misreadingsOf(view) ?? [];
  if (steps.length === 0) return viewName(view);
  return steps
    .map(({ written, readAs }) => l10n.t('{0}, read as {1}', viewName(written), viewName(readAs)))
    .toReversed()
    .join(' · ');
}

async function askForBoth(): Promise<{ readonly view: TextView; readonly language?: undefined } | undefined> {
  const ask = (placeHolder: string, without?: Charset): Promise<{ readonly view: Charset } | undefined> =>
    pickOne(
      ENCODINGS.filter(({ view }) => view !== without).map(({ view, describe }) => {
        return { label: viewName(view), description: describe(), view };
      }),
      { title: l10n.t('Choose Both Encodings'), placeHolder, matchOnDescription: true },
    );
  const written = await ask(l10n.t('The encoding that the tool wrote'));
  const readAs = written && (await ask(l10n.t('The encoding that it was read as'), written.view));
  return readAs && { view: readingOf([{ written: written.view, readAs: readAs.view }]) };
}

const ENCODINGS: readonly { readonly view: Charset; readonly describe: () => string }[] = [
  { view: 'utf16', describe: () => l10n.t('A NUL behind every letter') },
  { view: 'utf8', describe: () => l10n.t('Two signs where one letter should be') },
  { view: 'cp437', describe: () => l10n.t('Console, United States') },
  { view: 'cp850', describe: () => l10n.t('Console, Western Europe') },
  { view: 'cp852', describe: () => l10n.t('Console, Central Europe') },
  { view: 'cp857', describe: () => l10n.t('Console, Turkish') },
  { view: 'cp866', describe: () => l10n.t('Console, Cyrillic') },
  { view: 'cp932', describe: () => l10n.t('Japanese') },
  { view: 'cp936', describe: () => l10n.t('Simplified Chinese') },
  { view: 'windows1250', describe: () => l10n.t('Central Europe') },
  { view: 'windows1251', describe: () => l10n.t('Cyrillic') },
  { view: 'windows1252', describe: () => l10n.t('Western Europe') },
  { view: 'windows1254', describe: () => l10n.t('Turkish') },
];

export const showAsCommand = defineCommand({
  name: 'showAs',
  needs: 'result',
  icon: 'eye',
  menus: [{ menu: 'editor/title', group: '0_liveResponse@1', when: IN_RESULT }],
  run: (services, { args, runner }) => showAs(services, runner, args),
});

import { l10n } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { readSpan } from '../../../actions/actionFilter.ts';
import type { ActionFilter, FilterField } from '../../../actions/actionFilter.ts';
import type { Services } from '../../../services/services.ts';
import { fieldName, spanWords } from '../../../tree/filterWords.ts';
import { stateName, typeName } from '../../../tree/words.ts';
import type { CommandRunner } from '../../common/commandRunner.ts';
import { askForDevice } from './askForDevice.ts';
import { askForText, pickOne } from '../../../platform/show/quickInputs.ts';
import type { FieldAnswer } from './fieldAnswer.ts';

const STATUSES = ['Pending', 'InProgress', 'Succeeded', 'Failed', 'TimeOut', 'Cancelled'];
const UNFINISHED = ['Pending', 'InProgress'];
const TYPES = [
  'LiveResponse',
  'CollectInvestigationPackage',
  'Isolate',
  'Unisolate',
  'RunAntiVirusScan',
  'StopAndQuarantineFile',
  'RestrictCodeExecution',
  'UnrestrictCodeExecution',
  'Offboard',
];
const SPANS = [1, 4, 24, 72, 7 * 24, 30 * 24, 90 * 24];

/** Asks for the condition of one field of a filter. The present condition is already filled in. */
export async function askForField(
  services: Pick<Services, 'actions' | 'connections' | 'marks' | 'sessions'>,
  runner: CommandRunner,
  field: FilterField,
  filter: ActionFilter,
): Promise<FieldAnswer> {
  switch (field) {
    case 'device':
      return askForDevice(services, runner, filter);
    case 'script':
    case 'comment':
      return askForWords(field, filter[field] ?? '', (text) => ({ [field]: text }));
    case 'requestor':
      return askForRequestor(services, filter);
    case 'type':
      return askForOne(
        field,
        TYPES.map((type) => [typeName(type), { type }]),
      );
    case 'statuses':
      return askForOne(field, [
        [l10n.t('Unfinished'), { statuses: UNFINISHED }],
        ...STATUSES.map((status): [string, ActionFilter] => [stateName(status), { statuses: [status] }]),
      ]);
    case 'exitCode':
      return askForExitCode(filter);
    case 'span':
      return askForSpan(filter);
    case 'reviewed':
      return askForOne(field, [
        [l10n.t('not reviewed'), { reviewed: false }],
        [l10n.t('reviewed'), { reviewed: true }],
      ]);
    case 'tag':
      return askForOne(
        field,
        services.marks.tags(services.actions.shown?.tenant).map((tag) => [tag, { tag }]),
      );
    case 'remarked':
      return askForOne(field, [[l10n.t('with a remark'), { remarked: true }]]);
  }
}

async function askForWords(
  field: FilterField,
  value: string,
  toFilter: (text: string) => ActionFilter,
): Promise<FieldAnswer> {
  const text = await askForText({
    title: fieldName(field),
    prompt: l10n.t('Part of the text, case ignored. It is looked for in what is loaded. Empty: any.'),
    value,
    ignoreFocusOut: true,
  });
  if (text === undefined) return undefined;
  return text.trim() === '' ? 'any' : toFilter(text.trim());
}

/** Asks for one of the given answers. The user can also choose "any". */
async function askForOne(
  field: FilterField,
  answers: readonly (readonly [label: string, filter: ActionFilter])[],
): Promise<FieldAnswer> {
  const items: (QuickPickItem & { readonly answer: FieldAnswer })[] = [
    { label: l10n.t('Any'), answer: 'any' },
    ...answers.map(([label, answer]) => ({ label, answer })),
  ];
  return (await pickOne(items, { title: fieldName(field), ignoreFocusOut: true }))?.answer;
}

async function askForRequestor({ actions }: Pick<Services, 'actions'>, filter: ActionFilter): Promise<FieldAnswer> {
  const names = new Set(actions.list?.actions.flatMap(({ requestor }) => requestor ?? []));
  const part = l10n.t('Part of a Name…');
  const items: (QuickPickItem & { readonly answer: FieldAnswer })[] = [
    { label: l10n.t('Any'), answer: 'any' },
    { label: part, description: l10n.t('looked for in what is loaded'), answer: undefined },
    ...[...names].sort().map((name) => ({
      label: name,
      answer: { requestor: { name, isWhole: true } },
    })),
  ];
  const chosen = await pickOne(items, { title: fieldName('requestor'), ignoreFocusOut: true });
  if (chosen?.label !== part) return chosen?.answer;
  const { requestor } = filter;
  const value = requestor?.isWhole === false ? requestor.name : '';
  return askForWords('requestor', value, (name) => ({ requestor: { name, isWhole: false } }));
}

async function askForExitCode({ exitCode }: ActionFilter): Promise<FieldAnswer> {
  const text = await askForText({
    title: fieldName('exitCode'),
    prompt: l10n.t('A number, or !0 for any but 0. Known of stored results only. Empty: any.'),
    value: exitCode === 'notZero' ? '!0' : (exitCode?.toString() ?? ''),
    ignoreFocusOut: true,
    validate: (value) => (readExitCode(value) === undefined ? l10n.t('Type a number, or !0.') : undefined),
  });
  return text === undefined ? undefined : readExitCode(text);
}

function readExitCode(text: string): FieldAnswer {
  const typed = text.trim();
  if (typed === '') return 'any';
  if (typed === '!0') return { exitCode: 'notZero' };
  return /^-?\d{1,10}$/u.test(typed) ? { exitCode: Number(typed) } : undefined;
}

async function askForSpan({ span }: ActionFilter): Promise<FieldAnswer> {
  const between = l10n.t('Between Two Times…');
  const spans = SPANS.map((hours): [string, ActionFilter] => [spanWords({ hours }) ?? '', { span: { hours } }]);
  const answer = await askForOne('span', [...spans, [between, {}]]);
  if (typeof answer !== 'object' || answer.span !== undefined) return answer;
  const kept = span !== undefined && 'from' in span ? span : undefined;
  const text = await askForText({
    title: between,
    prompt: l10n.t('In UTC: 2026-11-20..2026-11-23, or with times of day: 2026-11-23T18:00..2026-11-23T21:30'),
    value: kept === undefined ? '' : `${kept.from.slice(0, 16)}..${kept.before.slice(0, 16)}`,
    ignoreFocusOut: true,
    validate: (value) =>
      readSpan(value) === undefined
        ? l10n.t('Two days or times in UTC with two dots between, the earlier first.')
        : undefined,
  });
  const read = text === undefined ? undefined : readSpan(text);
  return read === undefined ? undefined : { span: read };
}

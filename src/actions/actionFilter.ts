import { textAt } from '../base/atIndex.ts';
import type { ActionConditions } from '../defender/list/odata.ts';
import type { MachineAction } from '../defender/schema.ts';
import { orderTime } from '../base/serverTime.ts';
import { foldedPattern } from '../evidence/text/foldCase.ts';
import { deviceOf, runScripts } from '../model/machineAction.ts';

/**
 * The conditions for the actions that a person wants to see. All given conditions must be true. Missing conditions are
 * ignored.
 */
export interface ActionFilter {
  /** The device. If its ids are known, the API filters by them. Otherwise its name must contain `name`. */
  readonly device?: { readonly name: string; readonly machineIds?: readonly string[] };
  /** Text that the name of a script in the session must contain. */
  readonly script?: string;
  /** The requestor. The API filters by a complete name. Otherwise the requestor must contain `name`. */
  readonly requestor?: { readonly name: string; readonly isWhole: boolean };
  /** Text that the comment must contain. */
  readonly comment?: string;
  readonly type?: string;
  /** The action must have one of these statuses. */
  readonly statuses?: readonly string[];
  /** Exit code of a stored result: this code, or any code but 0. */
  readonly exitCode?: number | 'notZero';
  /** Time of creation: in the last hours, or between two times in ISO 8601, UTC. The second time is exclusive. */
  readonly span?: { readonly hours: number } | { readonly from: string; readonly before: string };
  /** Marks of the open case: a result that nobody reviewed, or results that all are reviewed. */
  readonly reviewed?: boolean;
  /** Tag that a result must have. */
  readonly tag?: string;
  /** A result must have a remark. */
  readonly remarked?: true;
}

export type FilterField = keyof ActionFilter;

export const FILTER_FIELDS: readonly FilterField[] = [
  'device',
  'script',
  'requestor',
  'comment',
  'type',
  'statuses',
  'exitCode',
  'span',
  'reviewed',
  'tag',
  'remarked',
];

/** Fields about the marks of a case. Without a case they mean nothing. */
export const MARK_FIELDS: readonly FilterField[] = ['reviewed', 'tag', 'remarked'];

/** Marks of one of an action's results. */
export interface FilteredMarks {
  readonly isReviewed: boolean;
  readonly tags: readonly string[];
  readonly remarks: readonly unknown[];
}

/** Returns the marks of an action's results: of each result its own. */
export type MarksOf = (action: MachineAction) => readonly FilteredMarks[];

/** Returns the exit code of a command's stored result, or undefined if no result is stored. */
export type ExitCodeOf = (action: MachineAction, commandIndex: number) => number | undefined;

export function isEmptyFilter(filter: ActionFilter): boolean {
  return FILTER_FIELDS.every((field) => filter[field] === undefined);
}

/** Returns the filter without the given field. */
export function without(filter: ActionFilter, field: FilterField): ActionFilter {
  return Object.fromEntries(Object.entries(filter).filter(([name]) => name !== field));
}

/** Returns the filter without the fields about marks. */
export function withoutMarks(filter: ActionFilter): ActionFilter {
  return MARK_FIELDS.reduce(without, filter);
}

/**
 * Returns the conditions of a filter that the API checks.
 * @param now - the end of relative time spans, such as the last 24 hours, ms since 1970
 */
export function conditionsOf(filter: ActionFilter, now: number): ActionConditions {
  const { device, requestor, type, statuses, span } = filter;
  return {
    ...(device?.machineIds === undefined ? {} : { machineIds: device.machineIds }),
    ...(requestor?.isWhole === true ? { requestor: requestor.name } : {}),
    ...(type === undefined ? {} : { type }),
    ...(statuses === undefined ? {} : { statuses }),
    ...(span === undefined ? {} : { createdFrom: fromOf(span, now) }),
    ...(span === undefined || 'hours' in span ? {} : { createdBefore: span.before }),
  };
}

/** Returns a function that tests an action for the conditions that the API checks. */
export function toConditionTest(where: ActionConditions): (action: MachineAction) => boolean {
  const { machineIds, requestor, type, statuses, createdFrom, createdBefore } = where;
  const filter: ActionFilter = {
    ...(machineIds === undefined ? {} : { device: { name: '', machineIds } }),
    ...(requestor === undefined ? {} : { requestor: { name: requestor, isWhole: true } }),
    ...(type === undefined ? {} : { type }),
    ...(statuses === undefined ? {} : { statuses }),
    ...(createdFrom === undefined && createdBefore === undefined
      ? {}
      : { span: { from: createdFrom ?? FIRST_TIME, before: createdBefore ?? LAST_TIME } }),
  };
  return toPredicate(filter, 0);
}

const FIRST_TIME = '0001-01-01T00:00:00.000Z';
const LAST_TIME = '9999-12-31T23:59:59.999Z';

/** Returns the fields of a filter that the API cannot check. They are applied only to the loaded actions. */
export function searchedHere(filter: ActionFilter): readonly FilterField[] {
  return FILTER_FIELDS.filter((field) => {
    if (filter[field] === undefined) return false;
    if (field === 'device') return filter.device?.machineIds === undefined;
    if (field === 'requestor') return filter.requestor?.isWhole !== true;
    return ['script', 'comment', 'exitCode', ...MARK_FIELDS].includes(field);
  });
}

/** Facts about the results of actions. Without exit codes, no action has the one that a filter asks for. */
export interface ResultFacts {
  readonly exitCodeOf?: ExitCodeOf;
  /** Undefined without a case: the conditions about marks then say nothing. */
  readonly marksOf?: MarksOf | undefined;
}

/**
 * Returns a function that tests an action for all conditions of a filter. It also tests the conditions that the API has
 * checked, because an action may have changed since it was loaded.
 * @param now - ms since 1970
 */
export function toPredicate(
  filter: ActionFilter,
  now: number,
  { exitCodeOf, marksOf }: ResultFacts = {},
): (action: MachineAction) => boolean {
  const tests: ((action: MachineAction) => boolean)[] = [];
  const { device, requestor, type, statuses, exitCode, span } = filter;
  if (device !== undefined) tests.push(deviceTest(device));
  if (filter.script !== undefined) {
    const wanted = foldedPattern(filter.script);
    tests.push((action) => scriptNames(action).some((name) => wanted.test(name)));
  }
  if (requestor !== undefined) {
    const wanted = foldedPattern(requestor.name);
    tests.push(({ requestor: name }) => (requestor.isWhole ? name === requestor.name : wanted.test(name ?? '')));
  }
  if (filter.comment !== undefined) {
    const wanted = foldedPattern(filter.comment);
    tests.push(({ requestorComment }) => wanted.test(requestorComment ?? ''));
  }
  if (type !== undefined) tests.push((action) => action.type === type);
  if (statuses !== undefined) tests.push(({ status }) => statuses.includes(status));
  if (exitCode !== undefined) {
    tests.push((action) =>
      runScripts(action).some(({ index }) => {
        const code = exitCodeOf?.(action, index);
        return code !== undefined && (exitCode === 'notZero' ? code !== 0 : code === exitCode);
      }),
    );
  }
  if (span !== undefined) tests.push(spanTest(span, now));
  if (marksOf !== undefined) tests.push(...markTests(filter, marksOf));
  return (action) => tests.every((test) => test(action));
}

function deviceTest(device: NonNullable<ActionFilter['device']>): (action: MachineAction) => boolean {
  const { machineIds } = device;
  if (machineIds !== undefined) {
    const wanted = new Set(machineIds);
    return ({ machineId }) => machineId !== null && wanted.has(machineId);
  }
  const wanted = foldedPattern(device.name);
  return (action) => wanted.test(deviceOf(action));
}

function markTests(
  { reviewed, tag, remarked }: ActionFilter,
  marksOf: MarksOf,
): ((action: MachineAction) => boolean)[] {
  return [
    // An action without a result has nothing to review.
    ...(reviewed === undefined
      ? []
      : [
          (action: MachineAction) => {
            const marks = marksOf(action);
            return marks.length > 0 && marks.every(({ isReviewed }) => isReviewed) === reviewed;
          },
        ]),
    ...(tag === undefined ? [] : [(action: MachineAction) => marksOf(action).some(({ tags }) => tags.includes(tag))]),
    ...(remarked === undefined
      ? []
      : [(action: MachineAction) => marksOf(action).some(({ remarks }) => remarks.length > 0)]),
  ];
}

function spanTest(span: NonNullable<ActionFilter['span']>, now: number): (action: MachineAction) => boolean {
  const from = Date.parse(fromOf(span, now));
  const before = 'hours' in span ? Infinity : Date.parse(span.before);
  return (action) => {
    const created = orderTime(action.creationDateTimeUtc);
    return created >= from && created < before;
  };
}

function fromOf(span: NonNullable<ActionFilter['span']>, now: number): string {
  return 'hours' in span ? new Date(now - span.hours * 3_600_000).toISOString() : span.from;
}

function scriptNames(action: MachineAction): readonly string[] {
  return runScripts(action).flatMap(
    ({ command }) => command.params?.find(({ key }) => key === 'ScriptName')?.value ?? [],
  );
}

const DAY = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d))?$/u;

/**
 * Reads a time span such as `2026-11-20..2026-11-23`, in UTC. Each end is a day, or a time of day with `T21:04`. The
 * last day is included completely.
 * @returns undefined if the text is not a time span
 */
export function readSpan(text: string): { readonly from: string; readonly before: string } | undefined {
  const [first, last, ...more] = text.split('..').map((part) => DAY.exec(part.trim()));
  if (!first || !last || more.length > 0) return undefined;
  const from = Date.parse(`${textAt(first, 1)}T${first[2] ?? '00:00'}Z`);
  const end = Date.parse(`${textAt(last, 1)}T${last[2] ?? '00:00'}Z`) + (last[2] === undefined ? 86_400_000 : 0);
  if (Number.isNaN(from) || Number.isNaN(end) || end <= from) return undefined;
  return { from: new Date(from).toISOString(), before: new Date(end).toISOString() };
}

/** Reads a stored filter, field by field. Fields that are not valid are left out. */
export function readFilter(value: unknown): ActionFilter {
  const fields = record(value);
  const { device, requestor, statuses, exitCode, span } = fields;
  const machineIds = record(device)['machineIds'];
  const deviceName = text(record(device)['name']);
  const requestorName = text(record(requestor)['name']);
  const kept = record(span);
  const [script, comment, type, tag] = ['script', 'comment', 'type', 'tag'].map((field) => text(fields[field]));
  return {
    ...(deviceName === undefined
      ? {}
      : { device: isTexts(machineIds) ? { name: deviceName, machineIds } : { name: deviceName } }),
    ...(script === undefined ? {} : { script }),
    ...(requestorName === undefined
      ? {}
      : { requestor: { name: requestorName, isWhole: record(requestor)['isWhole'] === true } }),
    ...(comment === undefined ? {} : { comment }),
    ...(type === undefined ? {} : { type }),
    ...(isTexts(statuses) ? { statuses } : {}),
    ...(exitCode === 'notZero' || (typeof exitCode === 'number' && Number.isInteger(exitCode)) ? { exitCode } : {}),
    ...(typeof fields['reviewed'] === 'boolean' ? { reviewed: fields['reviewed'] } : {}),
    ...(tag === undefined ? {} : { tag }),
    ...(fields['remarked'] === true ? { remarked: true } : {}),
    ...(typeof kept['hours'] === 'number' ? { span: { hours: kept['hours'] } } : {}),
    ...(isTime(kept['from']) && isTime(kept['before']) ? { span: { from: kept['from'], before: kept['before'] } } : {}),
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}

/**
 * Whether a value is a valid time without any other text. This is checked because the value is put into a query without
 * quotation marks.
 */
function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u.test(value);
}

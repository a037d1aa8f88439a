import { readFile, writeFile } from 'node:fs/promises';
import ts from 'typescript';

/** The declarations of the events. The other telemetry files are written from them. */
const SOURCE = 'src/platform/telemetryEvents.ts';
export const TELEMETRY_FILE = 'telemetry.json';
export const TELEMETRY_PAGE = 'docs/explanation/telemetry.md';

/** Longest list of values that the page prints. Longer ones (command ids, failure codes) are in telemetry.json. */
const SHORT_LIST = 8;

/** One property of an event, as declared in its type. */
export interface TelemetryProperty {
  readonly name: string;
  readonly comment: string;
  /** The possible words; undefined for a number. */
  readonly values: readonly string[] | undefined;
}

export interface TelemetryEventDescription {
  readonly name: string;
  readonly comment: string;
  readonly properties: readonly TelemetryProperty[];
}

/** Properties that VS Code and its telemetry library add to every event, as declared in their sources. */
const COMMON_PROPERTIES = {
  'common.os': ['SystemMetaData', 'Operating system'],
  'common.nodeArch': ['SystemMetaData', 'Processor architecture'],
  'common.platformversion': ['SystemMetaData', 'Version of the operating system, three numbers at most'],
  'common.extname': ['PublicNonPersonalData', 'Name of this extension'],
  'common.extversion': ['PublicNonPersonalData', 'Version of this extension'],
  'common.vscodemachineid': ['EndUserPseudonymizedInformation', "VS Code's pseudonym for this installation"],
  'common.devDeviceId': ['EndUserPseudonymizedInformation', "VS Code's pseudonym for this device"],
  'common.sqmid': ['EndUserPseudonymizedInformation', "VS Code's pseudonym for this installation, on Windows"],
  'common.vscodesessionid': ['SystemMetaData', "VS Code's pseudonym for this session"],
  'common.vscodecommithash': ['SystemMetaData', 'Build of VS Code'],
  'common.vscodereleasedate': ['SystemMetaData', 'When that version of VS Code was released'],
  'common.vscodeversion': ['SystemMetaData', 'Version of VS Code'],
  'common.uikind': ['SystemMetaData', 'Desktop or web'],
  'common.remotename': ['SystemMetaData', 'Kind of remote, such as ssh-remote or wsl'],
  'common.isnewappinstall': ['SystemMetaData', 'Whether VS Code was installed a short while ago'],
  'common.product': ['SystemMetaData', 'Where VS Code runs, such as desktop or codespaces'],
  'common.telemetryclientversion': ['SystemMetaData', 'Version of the telemetry library'],
} as const;

/**
 * Returns the events as declared in the types of the source.
 * @throws Error for a property that is neither a number nor a word of a closed list: it could hold anything
 */
export function describeEvents(source: string = SOURCE): TelemetryEventDescription[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    types: [],
  };
  const program = ts.createProgram([source], options);
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(source);
  const declaration = file?.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === 'TelemetryEvents',
  );
  if (declaration === undefined) throw new Error(`${source} declares no TelemetryEvents.`);
  const commentOf = (symbol: ts.Symbol): string =>
    ts.displayPartsToString(symbol.getDocumentationComment(checker)).replaceAll(/\s+/gu, ' ');
  return checker
    .getTypeAtLocation(declaration)
    .getProperties()
    .map((event) => ({
      name: event.name,
      comment: commentOf(event),
      properties: checker
        .getTypeOfSymbol(event)
        .getProperties()
        .map((property) => ({
          name: property.name,
          comment: commentOf(property),
          values: valuesOf(checker.getTypeOfSymbol(property), `${event.name}.${property.name}`),
        })),
    }));
}

function valuesOf(type: ts.Type, name: string): string[] | undefined {
  if (type.flags & ts.TypeFlags.Number) return undefined;
  const parts = type.isUnion() ? type.types : [type];
  const values = parts.flatMap((part) => (part.isStringLiteral() ? [part.value] : []));
  if (values.length < parts.length) throw new Error(`${name} could hold any text: it must be a closed list of words.`);
  return values.sort();
}

/** Returns the text of the file that `code --telemetry` reads. */
export function telemetryJson(events: readonly TelemetryEventDescription[]): string {
  const property = ({ comment, values }: TelemetryProperty): object => ({
    classification: 'SystemMetaData',
    purpose: 'FeatureInsight',
    ...(values === undefined ? { isMeasurement: true } : {}),
    comment: values === undefined ? comment : `${comment} One of: ${values.join(', ')}`,
  });
  const json = {
    events: Object.fromEntries(
      events.map(({ name, properties }) => [
        name,
        Object.fromEntries(properties.map((one) => [one.name, property(one)])),
      ]),
    ),
    commonProperties: Object.fromEntries(
      Object.entries(COMMON_PROPERTIES).map(([name, [classification, comment]]) => [
        name,
        { classification, purpose: 'FeatureInsight', comment },
      ]),
    ),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

/** Returns the page with the list of declared events. */
export function withEventList(page: string, events: readonly TelemetryEventDescription[]): string {
  const words = ({ values }: TelemetryProperty): string => {
    if (values === undefined) return 'a number';
    return values.length > SHORT_LIST
      ? `one of ${values.length} words`
      : values.map((value) => `\`${value}\``).join(', ');
  };
  const list = events.flatMap(({ name, comment, properties }) => [
    `- \`${name}\`: ${comment}`,
    ...properties.map((property) => `  - \`${property.name}\`: ${property.comment} (${words(property)})`),
  ]);
  const place = /(<!-- events: npm run telemetry -->\n)[^]*?(<!-- end of events -->)/u;
  if (!place.test(page)) throw new Error(`${TELEMETRY_PAGE} has no place for the list of events.`);
  return page.replace(place, (_all, start: string, end: string) => `${start}\n${list.join('\n')}\n\n${end}`);
}

if (import.meta.main) {
  const events = describeEvents();
  await writeFile(TELEMETRY_FILE, telemetryJson(events));
  await writeFile(TELEMETRY_PAGE, withEventList(await readFile(TELEMETRY_PAGE, 'utf8'), events));
  console.log(`${events.length} events in ${TELEMETRY_FILE} and ${TELEMETRY_PAGE}`);
}

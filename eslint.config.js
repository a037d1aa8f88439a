import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/**
 * The house, from the ground up (ARCHITECTURE.md): a room may import itself, rooms of the floors below, and nothing else.
 * Rooms of one floor know nothing of each other.
 */
const FLOORS = [
  ['base'],
  ['evidence', 'storage'],
  ['defender'],
  ['identity', 'sample', 'model'],
  ['analysis'],
  ['worker'],
  ['results'],
  ['actions'],
  ['runs', 'connections', 'case'],
  ['policy'],
  ['platform'],
  ['messages'],
  ['notes', 'tree', 'documents'],
  ['statusBar'],
  ['commands'],
  // The page of a table runs in a webview. It shares only types and pure functions with the other rooms.
  ['tablePage'],
];
const ROOMS_WITH_VSCODE = ['platform', 'messages', 'documents', 'notes', 'tree', 'statusBar', 'commands'];

/** The same inside of rooms that have rooms of their own. */
const INNER_FLOORS = {
  evidence: [
    ['decode'],
    ['text'],
    ['compare', 'outline', 'export', 'readings', 'tables'],
    ['views', 'large', 'indicators'],
    ['blocks'],
    ['references'],
    ['audit'],
  ],
};

/** Rules for everything in src/. */
const EVERYWHERE = [
  { selector: 'ExportDefaultDeclaration', message: 'No default exports: names are searched for.' },
  { selector: 'ExportAllDeclaration', message: 'No barrels.' },
];

/** A property that is tried with other numbers in every run fails for somebody else. */
const UNSEEDED = {
  selector:
    "CallExpression[callee.object.name='fc'][callee.property.name='assert']:not([arguments.1.callee.name='times']):not([arguments.1.name=/RUNS$/])",
  message: 'Give fc.assert times(…): see test/fuzz/support/settings.ts.',
};

/** Comments begin with a verb or a noun (docs/style.md), not with a clause that has to be read twice. */
const COMMENT_START = {
  meta: { type: 'suggestion', schema: [] },
  create: (context) => ({
    Program: () => {
      const comments = context.sourceCode.getAllComments();
      comments.forEach((comment, at) => {
        const before = comments[at - 1];
        // A line that goes on with the comment above it may begin with any word.
        const goesOn = comment.type === 'Line' && before?.loc.end.line === comment.loc.start.line - 1;
        if (!goesOn && /^[\s*]*(?:What|Who|Where|How|One that|As)\b/u.test(comment.value)) {
          context.report({
            loc: comment.loc,
            message: 'Begin with a verb or the noun that is described: docs/style.md.',
          });
        }
      });
    },
  }),
};

const DYNAMIC_IMPORT = {
  selector: 'ImportExpression',
  message: 'import() stands in src/lazy.ts and src/loadCore.ts only, see scripts/build.ts.',
};

/**
 * VS Code makes links and icons of what stands in these texts, commands included. src/platform/show/ is the one place
 * that hands texts over: it takes links, icons and control characters out of them, whoever wrote them.
 */
const SHOWN = [
  {
    selector:
      "MemberExpression[object.name='window'][property.name=/^(?:show(?:Information|Warning|Error)Message|showQuickPick|showInputBox|withProgress|setStatusBarMessage|create(?:QuickPick|InputBox|StatusBarItem))$/]",
    message: 'Texts are shown by src/platform/show/ only: it takes links and icons out of them.',
  },
  {
    selector:
      "MemberExpression[object.name='window'][computed=true], VariableDeclarator[init.name=/^(?:window|env)$/], AssignmentExpression[right.name=/^(?:window|env)$/]",
    message: 'Name the member: what is shown passes src/platform/show/.',
  },
  {
    selector:
      "ImportSpecifier[imported.name='window'][local.name!='window'], ImportNamespaceSpecifier, ImportDeclaration[source.value='vscode'] > ImportDefaultSpecifier",
    message: 'Import by name, and keep the name: rules look for it.',
  },
  {
    selector:
      "AssignmentExpression[left.property.name=/^(?:prompt|placeholder|validationMessage|title|message)$/], AssignmentExpression[left.property.name='tooltip'][left.object.name!='link']",
    message: 'Texts of inputs, views and items are set by src/platform/show/ only.',
  },
  {
    selector:
      "NewExpression[callee.name='Hover'] > :not(CallExpression[callee.name=/^hoverOf/]).arguments:first-child, Property[key.name='hoverMessage'], AssignmentExpression[left.property.name='items']:not([right.callee.name='plainRows']), CallExpression[callee.property.name='createLanguageStatusItem']",
    message: 'Hovers come from hoverOf…, rows from plainRows: both in src/platform/show/.',
  },
  {
    selector:
      "CallExpression[callee.property.name='createCommentController'], Property[key.name='body'][value.type='NewExpression']",
    message: 'Comments are made by src/platform/show/remarks.ts only: their bodies are no Markdown.',
  },
  {
    selector: "MemberExpression[object.name='env'][property.name='openExternal']",
    message: 'Pages are opened by src/platform/show/webPages.ts only: it takes https alone.',
  },
];
/** A command names the services that it works with, so that a reader and a test know them. */
const ALL_SERVICES = {
  selector: ":function > .params > TSTypeAnnotation > TSTypeReference[typeName.name='Services']",
  message: "Name the services that are used: Pick<Services, 'store'>.",
};
const SHOWN_ICONS = {
  selector: 'Literal[value=/\\$\\([a-z]/], TemplateElement[value.raw=/\\$\\((?:[a-z]|$)/]',
  message: 'An icon stands in iconPath or StatusTexts.icon: in a text it is shown as it is written.',
};
/** Members that turn a text into elements, code or requests. */
const MARKUP = {
  selector:
    'MemberExpression[property.name=/^(?:innerHTML|outerHTML|insertAdjacentHTML|setHTML|setHTMLUnsafe|srcdoc|src|href|write|writeln|createContextualFragment|parseFromString|eval|open)$/]',
  message: 'A text of a device is shown by textContent only.',
};
const SHOWN_CLASSES = {
  selector: "ImportDeclaration[importKind!='type'] > ImportSpecifier[imported.name=/^(?:MarkdownString|TreeItem)$/]",
  message: 'Hovers and rows are made by src/platform/show/ only: VS Code links every address in Markdown.',
};

/** Rooms that a room may not import: those of its floor and of the floors above. */
function roomsAbove(floors, room) {
  const own = floors.findIndex((floor) => floor.includes(room));
  return floors
    .slice(own)
    .flat()
    .filter((other) => other !== room);
}

function roomRules(room) {
  const patterns = [
    ...roomsAbove(FLOORS, room).map((other) => ({
      group: [`**/${other}/**`],
      message: `${room}/ stands below or beside ${other}/.`,
    })),
    {
      group: ['**/extension.ts', '**/core.ts', '**/lazy.ts', '**/loadCore.ts'],
      message: 'Only the top floor uses these.',
    },
  ];
  // Commands are handed the services; they name the type only.
  if (room !== 'commands') patterns.push({ group: ['**/services/**'], message: 'Ports are handed in from above.' });
  const paths = ROOMS_WITH_VSCODE.includes(room) ? [] : [{ name: 'vscode', message: `${room}/ knows no VS Code.` }];
  const inner = (INNER_FLOORS[room] ?? []).flat().map((subroom) => ({
    files: [`src/${room}/${subroom}/**/*.ts`],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            ...patterns,
            ...roomsAbove(INNER_FLOORS[room], subroom).map((other) => ({
              group: [`../${other}/**`],
              message: `${room}/${subroom}/ stands below or beside ${other}/.`,
            })),
          ],
          paths,
        },
      ],
    },
  }));
  return [
    {
      files: [`src/${room}/**/*.ts`],
      rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns, paths }] },
    },
    ...inner,
  ];
}

export default tseslint.config(
  { ignores: ['dist/', 'out/', '.vscode-test/', 'node_modules/', '**/*.cjs'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { house: { rules: { 'comment-start': COMMENT_START } } },
    rules: {
      'house/comment-start': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      'no-restricted-syntax': ['error', ...EVERYWHERE],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // VS Code's Disposable is a class, but meant as the interface of anything with dispose().
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/lazy.ts', 'src/loadCore.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...EVERYWHERE, DYNAMIC_IMPORT, ...SHOWN, SHOWN_ICONS, SHOWN_CLASSES],
      'no-console': 'error',
      // Only axios, through defender/http.ts: one place to keep tokens and links apart.
      'no-restricted-globals': ['error', 'fetch'],
    },
  },
  {
    files: ['src/commands/**/*.ts'],
    // The list of commands hands all of them over.
    ignores: ['src/commands/createCommands.ts', 'src/commands/common/{defineCommand,preconditions}.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...EVERYWHERE,
        DYNAMIC_IMPORT,
        ...SHOWN,
        SHOWN_ICONS,
        SHOWN_CLASSES,
        ALL_SERVICES,
      ],
    },
  },
  // It holds no token and no link, and its library takes a function like this one.
  { files: ['src/platform/telemetryReporter.ts'], rules: { 'no-restricted-globals': 'off' } },
  {
    files: ['src/platform/show/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...EVERYWHERE, DYNAMIC_IMPORT] },
  },
  // A page in a webview shows nothing through VS Code. Its own door: every text is a textContent, and nothing is markup.
  {
    files: ['src/tablePage/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...EVERYWHERE, DYNAMIC_IMPORT, MARKUP] },
  },
  // Its only Markdown is a sentence of ours without a value, and it loads no other file.
  {
    files: ['src/extension.ts'],
    rules: { 'no-restricted-syntax': ['error', ...EVERYWHERE, DYNAMIC_IMPORT, ...SHOWN, SHOWN_ICONS] },
  },
  // Shell commands hold `$(…)`, and this room shows nothing.
  {
    files: ['src/identity/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...EVERYWHERE, DYNAMIC_IMPORT, ...SHOWN, SHOWN_CLASSES] },
  },
  ...FLOORS.flat().flatMap(roomRules),
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...EVERYWHERE, UNSEEDED],
      // The runners collect the promises of test() and suite() themselves.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['test', 'suite', 'describe', 'it'], package: 'node:test' },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
  },
  { files: ['eslint.config.js'], rules: { 'no-restricted-syntax': 'off' } },
);

import { readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import ts from 'typescript';

/** A regular expression and its place in a source file. */
export interface FoundPattern {
  readonly file: string;
  /** Line number, from 1. */
  readonly line: number;
  /** The expression exactly as in the source: `/a+/u`, or the arguments of `new RegExp`. */
  readonly text: string;
  /** Undefined where it is not built from constants alone. */
  readonly source: string | undefined;
  readonly flags: string;
}

/**
 * Collects the regular expressions of a file: literals, and expressions built from constants. It joins the constants as
 * the program does.
 */
export function collectPatterns(file: string): FoundPattern[] {
  const tree = parse(file);
  const found: FoundPattern[] = [];
  const add = (node: ts.Node, text: string, source: string | undefined, flags: string): void => {
    const line = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
    found.push({ file, line, text, source, flags });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      add(node, node.text, node.text.slice(1, end), node.text.slice(end + 1));
    } else if (isPatternCall(node)) {
      const [source, flags] = node.arguments ?? [];
      const text = (node.arguments ?? []).map((argument) => argument.getText(tree).replace(/\s+/gu, ' ')).join(', ');
      const values = [source, flags].map((part) => (part === undefined ? '' : valueOf(part, tree)));
      const isKnown = values.every((value) => value !== undefined);
      add(node, text, isKnown ? values[0] : undefined, values[1] ?? '');
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
}

function isPatternCall(node: ts.Node): node is ts.NewExpression | ts.CallExpression {
  return (
    (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === 'RegExp'
  );
}

/**
 * Returns the constant text of an expression: strings, templates, `+` of them, and constants of this file or others.
 */
function valueOf(node: ts.Expression, tree: ts.SourceFile): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return valueOf(node.expression, tree);
  if (ts.isTemplateExpression(node)) return joined(node, tree, (part) => part.text);
  if (ts.isTaggedTemplateExpression(node) && node.tag.getText(tree) === 'String.raw') {
    const raw = (part: ts.TemplateLiteralLikeNode): string => part.rawText ?? part.text;
    return ts.isTemplateExpression(node.template) ? joined(node.template, tree, raw) : raw(node.template);
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [valueOf(node.left, tree), valueOf(node.right, tree)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return ts.isIdentifier(node) ? constantOf(node, tree) : undefined;
}

function joined(
  { head, templateSpans }: ts.TemplateExpression,
  tree: ts.SourceFile,
  read: (part: ts.TemplateLiteralLikeNode) => string,
): string | undefined {
  let text = read(head);
  for (const { expression, literal } of templateSpans) {
    const value = valueOf(expression, tree);
    if (value === undefined) return undefined;
    text += value + read(literal);
  }
  return text;
}

/** Returns the nearest constant of this name. Undefined where a parameter or something else has the name. */
function constantOf(node: ts.Identifier, tree: ts.SourceFile): string | undefined {
  for (let at: ts.Node = node; !ts.isSourceFile(at); at = at.parent) {
    if (ts.isFunctionLike(at) && at.parameters.some(({ name }) => name.getText(tree) === node.text)) return undefined;
    if (ts.isBlock(at) || ts.isSourceFile(at.parent)) {
      const { statements } = ts.isBlock(at) ? at : (at.parent as ts.SourceFile);
      const declared = findConstant(node.text, statements, tree);
      if (declared !== undefined) return valueOf(declared, tree);
    }
  }
  return importedConstant(node.text, tree);
}

function findConstant(
  name: string,
  statements: readonly ts.Statement[],
  tree: ts.SourceFile,
): ts.Expression | undefined {
  const lists = statements.filter(ts.isVariableStatement).map(({ declarationList }) => declarationList);
  return lists
    .filter(({ flags }) => (flags & ts.NodeFlags.Const) !== 0)
    .flatMap(({ declarations }) => [...declarations])
    .find(({ name: declared }) => declared.getText(tree) === name)?.initializer;
}

function importedConstant(name: string, tree: ts.SourceFile): string | undefined {
  for (const statement of tree.statements.filter(ts.isImportDeclaration)) {
    const names = statement.importClause?.namedBindings;
    if (names === undefined || !ts.isNamedImports(names) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const from = statement.moduleSpecifier.text;
    if (!from.startsWith('.') || !names.elements.some((one) => one.name.text === name)) continue;
    const other = parse(posix.join(dirname(tree.fileName), from));
    const declared = findConstant(name, other.statements, other);
    return declared === undefined ? undefined : valueOf(declared, other);
  }
  return undefined;
}

import ts from "@typescript/typescript6";
import { expect, test } from "vitest";
import { isTest, listModules, type Module } from "./modules.ts";

/** Members that are read where no file of ours says so. */
const READ_ELSEWHERE: Readonly<Record<string, string>> = {
  onread: "node's sockets read it",
  resolveMiddleware: "the SDK's command classes have it; only its type is used",
  videoCodec: "traits of recordings are compared as wholes",
  audioCodec: "traits of recordings are compared as wholes",
  ingestPorts: "the composition reads it once services are values",
  thumbnailsLost: "shown with the whole of a stream's state",
  workerRestarts: "shown with the whole of a server's health",
};

test("every member that a type or class declares is read somewhere by its name", () => {
  const modules = listModules();
  // Most names are seen to be read without parsing, which takes seconds for all files.
  const suspects = new Set(
    modules.filter(isDeclaring).flatMap(({ text }) => memberLikeNames(text)),
  );
  for (const { text } of modules) for (const name of surelyRead(text)) suspects.delete(name);
  for (const name of Object.keys(READ_ELSEWHERE)) suspects.delete(name);
  const parsed = new Map<string, ts.SourceFile>();
  const fileOf = ({ path, text }: Module): ts.SourceFile => {
    const file = parsed.get(path) ?? parse(path, text);
    parsed.set(path, file);
    return file;
  };
  // Many of them are called at the beginning of a line rather than declared there.
  const declared = modules
    .filter((module) => isDeclaring(module))
    .filter(({ text }) => memberLikeNames(text).some((name) => suspects.has(name)))
    .flatMap((module) => declaredNames(fileOf(module)).map((name) => ({ path: module.path, name })))
    .filter(({ name }) => suspects.has(name));
  const names = new Set(declared.map(({ name }) => name));
  const read = new Set(
    modules
      .filter(({ text }) => (text.match(/\w+/g) ?? []).some((word) => names.has(word)))
      .flatMap((module) => readNames(fileOf(module))),
  );
  const unread = declared.filter(({ name }) => !read.has(name));
  expect(unread.map(({ path, name }) => `${path}: ${name}`)).toEqual([]);
}, 300_000);

test("tells what is only written from what is read", () => {
  const text = `
    interface A { written: string; accessed: string; bound: string; named: string; again: string }
    const { bound, other: again } = a;
    a.written = a.accessed;
    type B = A["named"];
    const c: A = { written: "x" };
  `;
  const file = parse("a.ts", text);
  const read = new Set(readNames(file));
  expect(declaredNames(file).filter((name) => !read.has(name))).toEqual(["written", "again"]);
  expect(memberLikeNames(text)).toEqual(expect.arrayContaining([...declaredNames(file)]));
  for (const name of surelyRead(text)) expect(read).toContain(name);
});

function parse(path: string, text: string): ts.SourceFile {
  const kind = path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  return ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true, kind);
}

/**
 * Whether the rule is about a file's types: not those of others, nor the libraries of our users.
 */
function isDeclaring({ path }: Module): boolean {
  if (!path.startsWith("packages/") || isTest(path)) return false;
  return !/\.d\.ts$|^packages\/cli\/src\/(?:server|testcontainers)\.ts$/.test(path);
}

/** Names that begin a line as members of types and classes do: among them all that are declared. */
function memberLikeNames(text: string): readonly string[] {
  const names =
    /(?:^\s+|[{;]\s*)(?:(?:readonly|get|async|static|override|abstract) )*([a-zA-Z_]\w*)\??[:(<]/gm;
  return [...text.matchAll(names)].map(([, name = ""]) => name);
}

/** Names after a dot that aren't assigned to, and those that are taken out of something at once. */
function surelyRead(text: string): readonly string[] {
  const accessed = text.matchAll(/\.([a-zA-Z_]\w*)\b(?!\s*=(?![=>]))/g);
  const taken = text.matchAll(/(?:const|let|\() ?\{([^{}]*)\}(?: =|:|\) =>)/g);
  return [
    ...[...accessed].map(([, name = ""]) => name),
    ...[...taken].flatMap(([, names = ""]) =>
      [...names.matchAll(/(?:^|,)\s*([a-zA-Z_]\w*)/g)].map(([, name = ""]) => name),
    ),
  ];
}

/** Members of interfaces and types, and of classes that extend and implement nothing. */
function declaredNames(file: ts.SourceFile): readonly string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isMember(node) && node.name && ts.isIdentifier(node.name)) {
      const owner: ts.Node = node.parent;
      const isFree = !ts.isClassLike(owner) || owner.heritageClauses === undefined;
      if (isFree) names.push(node.name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

function isMember(node: ts.Node): node is ts.TypeElement | ts.ClassElement {
  if (ts.isPropertySignature(node) || ts.isMethodSignature(node)) return true;
  const isOfClass = ts.isClassLike(node.parent ?? node);
  return (
    isOfClass &&
    (ts.isPropertyDeclaration(node) || ts.isMethodDeclaration(node) || ts.isGetAccessor(node))
  );
}

/** Names that are accessed, taken out of an object, or written as a text that may be a name. */
function readNames(file: ts.SourceFile): readonly string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) {
      if (!isAssignedTo(node)) names.push(node.name.text);
    } else if (ts.isBindingElement(node)) {
      const name = node.propertyName ?? node.name;
      if (ts.isIdentifier(name) || ts.isStringLiteral(name)) names.push(name.text);
    } else if (ts.isStringLiteralLike(node) && !isDeclared(node)) {
      // `keyof`, columns of a query, and paths such as `table.column`.
      names.push(node.text, ...node.text.split("."));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

function isAssignedTo(node: ts.Expression): boolean {
  const { parent } = node;
  return (
    ts.isBinaryExpression(parent) &&
    parent.left === node &&
    parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
  );
}

/** Whether a text is the name of a property that is declared or written here. */
function isDeclared(node: ts.StringLiteralLike): boolean {
  const { parent } = node;
  return (
    (ts.isPropertySignature(parent) || ts.isPropertyAssignment(parent)) && parent.name === node
  );
}

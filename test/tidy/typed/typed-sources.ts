import { join } from "node:path";
import type { Node, SourceFile } from "typescript/unstable/ast";
import { API, type Checker, type Type, TypeFlags } from "typescript/unstable/sync";
import { isTest, root } from "../modules.ts";

/** A file of a product, with the compiler that knows its types. */
export interface TypedFile {
  readonly path: string;
  readonly file: SourceFile;
  readonly checker: Checker;
}

/** The console's files are the browser's, whose types are others than Node's. */
const PROJECTS = ["tsconfig.json", "packages/console/tsconfig.json"];

/** The sources of the products, whose types the compiler knows. */
export class TypedSources {
  readonly #api = new API({ cwd: root });
  readonly files: readonly TypedFile[];

  constructor() {
    const openProjects = PROJECTS.map((path) => join(root, path));
    const projects = this.#api.updateSnapshot({ openProjects }).getProjects();
    const files = new Map<string, TypedFile>();
    for (const { checker, program } of projects)
      for (const name of program.getSourceFileNames()) {
        const path = name.slice(root.length + 1);
        if (!/^packages\/[a-z]+\/src\//.test(path) || files.has(path)) continue;
        if (isTest(path) || path.includes("/generated/")) continue;
        const file = program.getSourceFile(name);
        if (file) files.set(path, { path, file, checker });
      }
    this.files = [...files.values()];
  }

  close(): void {
    this.#api.close();
  }
}

/** The members of a union, or the type alone. */
export function partsOf(type: Type): readonly Type[] {
  return type.flags & TypeFlags.Union && "getTypes" in type
    ? (type as Type & { getTypes(): readonly Type[] }).getTypes()
    : [type];
}

/** A node and all below it, in the order of the text. */
export function* nodesOf(node: Node): Generator<Node> {
  yield node;
  const below: Node[] = [];
  node.forEachChild((child) => void below.push(child));
  for (const child of below) yield* nodesOf(child);
}

/** The text of a node in one line. */
export function textOf(node: Node): string {
  return node.getText().replaceAll(/\s+/g, " ");
}

/** As much of a node's text as a list of exceptions has. */
export function shortTextOf(node: Node): string {
  return textOf(node).slice(0, 80).trimEnd();
}

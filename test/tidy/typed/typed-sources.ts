import { join } from "node:path";
import type { Node, SourceFile } from "typescript/unstable/ast";
import { API, type Checker, type Type, TypeFlags } from "typescript/unstable/sync";
import { isTest, root } from "../modules.ts";

/** The sources of the products, whose types the compiler knows. */
export class TypedSources {
  readonly #api = new API({ cwd: root });
  readonly checker: Checker;
  readonly files: readonly { readonly path: string; readonly file: SourceFile }[];

  constructor() {
    const snapshot = this.#api.updateSnapshot({ openProjects: [join(root, "tsconfig.json")] });
    const [project] = snapshot.getProjects();
    if (!project) throw new Error("The compiler opens no project.");
    this.checker = project.checker;
    this.files = project.program
      .getSourceFileNames()
      .map((name) => name.slice(root.length + 1))
      .filter((path) => /^packages\/[a-z]+\/src\//.test(path))
      .filter((path) => !isTest(path) && !path.includes("/generated/"))
      .flatMap((path) => {
        const file = project.program.getSourceFile(join(root, path));
        return file ? [{ path, file }] : [];
      });
  }

  /** The members of a union, or the type alone. */
  parts(type: Type): readonly Type[] {
    return type.flags & TypeFlags.Union && "getTypes" in type
      ? (type as Type & { getTypes(): readonly Type[] }).getTypes()
      : [type];
  }

  close(): void {
    this.#api.close();
  }
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

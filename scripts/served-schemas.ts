import assert from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "rolldown";

const SCHEMAS = /\/@aws-sdk\/client-([a-z0-9-]+)\/dist-es\/schemas\/schemas_0\.js$/;
/** Those of clients that the command calls servers with are there whole, once for both. */
const CALLED: ReadonlySet<string> = new Set([
  ...["cloudformation", "iam", "ivs", "ivs-realtime", "s3", "sts"],
]);

/** An operation, up to its traits; the traits; the references to its input and its output. */
const OPERATION = new RegExp(
  [
    String.raw`^(export var (\w+)\$ = \[9, n0, \w+,\n\s+)(\d+|\{.*\})`,
    String.raw`(\(\) => [\w$]+), \(\) => [\w$]+\n\];$`,
  ].join(", "),
  "gm",
);
const NOTHING = '() => "unit"';
/** A shape that is neither an operation nor an error. */
const INNER_SHAPE = /^export (var \w+\$ = \[(?!9,|-3,))/gm;
/** The classes of errors that a client throws. */
const ERROR_CLASSES = [
  /^import \{ TypeRegistry \} from .*\n/gm,
  /^import \{.*\} from "\.\.\/models\/.*\n/gm,
  /^const \w+_registry = .*\n/gm,
  /^(?:\w+_registry|TypeRegistry\.for\(\w+\))\.registerError\(.*\n/gm,
  /^export const errorTypeRegistries = \[[^\]]*\];?\n/gm,
];

/**
 * Leaves out of the schemas that a server needs the shapes of operations that it doesn't have: such
 * a call is refused by its operation's name. Most of SSM's operations aren't about parameters.
 */
export function servedSchemas(root: string): Plugin {
  const named = wordsOfServices(root);
  return {
    name: "served-schemas",
    transform(code, id) {
      const [, client] = SCHEMAS.exec(id.replaceAll("\\", "/")) ?? [];
      if (client === undefined || CALLED.has(client)) return null;
      return servedPart(code, named);
    },
    renderChunk(_, chunk) {
      for (const id of chunk.moduleIds) {
        const [, client] = /client-([a-z0-9-]+)\/dist-es\/\w+Client\.js$/.exec(id) ?? [];
        assert(
          client === undefined || CALLED.has(client),
          `CALLED in served-schemas.ts lacks ${client}, whose client is in the bundle`,
        );
      }
      return null;
    },
  };
}

/** All words in the sources of services: operations that they have are among them. */
export function wordsOfServices(root: string): ReadonlySet<string> {
  const folder = join(root, "packages/server/src/services");
  const words = new Set<string>();
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".ts") || path.endsWith(".test.ts")) continue;
    for (const [word] of readFileSync(join(folder, path), "utf8").matchAll(/\w+/g)) words.add(word);
  }
  return words;
}

/**
 * A module of schemas without what belongs to operations that aren't `named`. Paths and queries say
 * which operation a request is for, so that those with an `http` trait keep their input.
 */
export function servedPart(code: string, named: ReadonlySet<string>): string {
  const without = ERROR_CLASSES.reduce((text, pattern) => text.replace(pattern, ""), code);
  return without
    .replace(INNER_SHAPE, "$1")
    .replace(OPERATION, (whole, head: string, name: string, traits: string, input: string) =>
      named.has(name)
        ? whole
        : `${head}${traits}, ${traits.startsWith("{") ? input : NOTHING}, ${NOTHING}\n];`,
    );
}

import assert from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SETTINGS, type Setting } from "@rolecast/server";
import ts from "@typescript/typescript6";
import { z } from "zod";

/*
 * The types of the package's libraries in files that need no other package. The settings come from
 * their schemas, the rest from the source's own declarations.
 */
const SOURCES = join(import.meta.dirname, "../packages/cli/src");

/** The part of JSON Schema that the settings use. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  /** The type where JSON has none. */
  readonly tsType?: string;
}

/** The types of `rolecast` itself. */
export function serverTypes(): string {
  const source = readFileSync(join(SOURCES, "server.ts"), "utf8");
  const interfaces = source.match(/\/\*\*[^/]*\*\/\nexport interface [\s\S]*?\n\}/g) ?? [];
  const settings = (Object.entries(SETTINGS) as [string, Setting][])
    .filter(([name]) => name !== "readyDir")
    .flatMap(([name, { schema, description }]) => [
      `  /** ${description.replaceAll("*/", "*\\/")} */`,
      `  readonly ${name}?: ${typeOf(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Schema)} | undefined;`,
    ]);
  return [
    "// Written by the build.",
    "",
    "/** The settings of rolecast.yml, but for what only the command does. */",
    "export interface Settings {",
    ...settings,
    "}",
    "",
    ...interfaces,
    "",
    commentOf(source, "createServer"),
    "export function createServer(settings?: Settings): Promise<Server>;",
    "",
  ].join("\n");
}

/** The types of `rolecast/testing`, in addition to those. */
export function testingTypes(): string {
  const source = readFileSync(join(SOURCES, "testing.ts"), "utf8");
  return [
    "// Written by the build.",
    'import type { Server, Settings } from "./server.js";',
    "",
    commentOf(source, "createTestServer"),
    "export function createTestServer(settings?: Settings): Promise<Server>;",
    "",
  ].join("\n");
}

function commentOf(source: string, name: string): string {
  const comment = new RegExp(`/\\*\\*[^/]*\\*/(?=\\nexport (?:async )?function ${name}\\b)`).exec(
    source,
  );
  assert(comment, `${name} has no comment`);
  return comment[0];
}

/** The types of `rolecast/testcontainers`, in addition to those; they need testcontainers' own. */
export function testcontainersTypes(): string {
  const source = readFileSync(join(SOURCES, "testcontainers.ts"), "utf8");
  const { outputText } = ts.transpileDeclaration(source, {});
  return `// Written by the build.\n${outputText.replace('"./server.ts"', '"./server.js"')}`;
}

function typeOf(schema: Schema): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(typeOf).join(" | ");
  if (schema.tsType !== undefined) return `(${schema.tsType})`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  switch (schema.type) {
    case "string":
    case "number":
    case "boolean":
      return schema.type;
    case "integer":
      return "number";
    case "array":
      return `readonly (${typeOf(schema.items ?? {})})[]`;
    case "object":
      return objectType(schema);
    default:
      return "unknown";
  }
}

function objectType(schema: Schema): string {
  const { properties = {}, required = [], additionalProperties } = schema;
  if (typeof additionalProperties === "object")
    return `Readonly<Record<string, ${typeOf(additionalProperties)}>>`;
  const members = Object.entries(properties).map(
    ([name, schema]) => `readonly ${name}${required.includes(name) ? "" : "?"}: ${typeOf(schema)};`,
  );
  return `{ ${members.join(" ")} }`;
}

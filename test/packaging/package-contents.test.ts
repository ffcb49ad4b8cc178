import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { brotliDecompressSync } from "node:zlib";
import { createServer } from "@rolecast/server";
import { ServiceWire } from "@rolecast/wire";
import { beforeAll, describe, expect, test } from "vitest";
import { migrationsOf } from "../../packages/server/src/compose-services.ts";
import { SERVICES } from "../../packages/server/src/services/index.ts";
import { withDatabase } from "../../packages/server/src/storage/sqlite/database-copy.ts";
import { openSqliteStore } from "../../packages/server/src/storage/sqlite/sqlite-store.ts";
import {
  BUILT_IMAGE,
  BUILT_SCHEMA,
  type BuiltSchema,
} from "../../packages/server/src/storage/sqlite/whole-schema.ts";
import { compacted } from "../../scripts/compact-code.ts";
import { servedPart, wordsOfServices } from "../../scripts/served-schemas.ts";
import { withShortExports } from "../../scripts/short-exports.ts";

const ROOT = join(import.meta.dirname, "../..");
const CLIENTS = join(ROOT, "node_modules/@aws-sdk");

/** A module of schemas, which imports nothing once it is cut, as a server reads it. */
async function wireOf(code: string): Promise<ServiceWire> {
  const schemas = await import(
    /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`
  );
  return new ServiceWire({
    name: "cut",
    signingName: "cut",
    targetPrefix: "Cut",
    protocol: "awsJson1_1",
    version: "1",
    schemas,
  });
}

function schemasFile(client: string): string {
  return join(CLIENTS, client, "dist-es/schemas/schemas_0.js");
}

describe("the schemas that a package contains", () => {
  const named = wordsOfServices(ROOT);
  const implemented = new Set<string>();
  beforeAll(async () => {
    const ports = { port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0 };
    const server = await createServer({ data: "memory", ...ports });
    const services = Object.values(await server.operations());
    for (const { implemented: names } of services) for (const name of names) implemented.add(name);
    await server.close();
  });

  test("are kept for each operation that a service has", () => {
    expect(implemented.size).toBeGreaterThan(500);
    expect([...implemented].filter((name) => !named.has(name))).toEqual([]);
  });

  test("name every operation, and have the shapes of those that work", async () => {
    const everything = { has: () => true } as unknown as ReadonlySet<string>;
    for (const client of ["client-ssm", "client-s3-control", "client-cloudtrail", "client-ecr"]) {
      const code = readFileSync(schemasFile(client), "utf8");
      const whole = await wireOf(servedPart(code, everything));
      const cut = await wireOf(servedPart(code, named));
      expect([...cut.operations.keys()]).toEqual([...whole.operations.keys()]);
      expect([...cut.errors.keys()]).toEqual([...whole.errors.keys()]);
      const changed = [...whole.operations.values()].filter((operation) => {
        const { input, output } = cut.operations.get(operation.name) ?? {};
        return !isDeepStrictEqual([input, output], [operation.input, operation.output]);
      });
      expect(changed.length, client).toBeGreaterThan(10);
      expect(changed.filter(({ name }) => implemented.has(name))).toEqual([]);
    }
  });
});

describe("compacted code", () => {
  test("keeps its lines, literals and comments", () => {
    const code = [
      "/*! Licence:  two spaces */",
      "const a = { b: [1, 2], 'c  d': `x ${ [1, 2].map((y) => y + 1) }  \n\t z` };",
      '\tif (a - -1 < ! --a.b || a / 2 / / {2}/g.lastIndex) throw new Error("no  way");',
      "\texport const e = async ({ f = 1 .toFixed() }) => typeof f in a ? .5 : a ** 2;",
    ].join("\n");
    expect(compacted(code).split("\n")).toEqual([
      "/*! Licence:  two spaces */",
      "const a={b:[1,2],'c  d':`x ${[1,2].map((y)=>y + 1)}  ",
      "\t z`};",
      'if(a - -1< !--a.b||a / 2 / / {2}/g.lastIndex)throw new Error("no  way");',
      "export const e=async({f=1 .toFixed()})=>typeof f in a?.5:a**2;",
    ]);
  });

  test("defines its exports in one loop", () => {
    const one = (name: string) => {
      const getter = `get:function(){\nreturn ${name}$1;\n}`;
      return `Object.defineProperty(exports,"${name}",{\nenumerable:true,\n${getter}\n});`;
    };
    const code = `let a$1=1,b$1=2;\n${one("a")}\n${one("b")}\nb$1=3;`;
    const found: Record<string, number> = {};
    new Function("exports", withShortExports(code))(found);
    expect({ ...found }).toEqual({ a: 1, b: 3 });
    expect(withShortExports(code).match(/defineProperty/g)).toHaveLength(1);
  });

  test("is every module of the built package", () => {
    const dist = join(ROOT, "packages/cli/dist");
    const indented = readdirSync(dist).filter(
      (name) => name.endsWith("js") && /^\t+\w+ = /m.test(readFileSync(join(dist, name), "utf8")),
    );
    expect(indented).toEqual([]);
  });
});

describe("the schema of a new database", () => {
  const dist = join(ROOT, "packages/cli/dist");
  const built = (name: string) => brotliDecompressSync(readFileSync(join(dist, name)));
  const statementsIn = (file: string) =>
    withDatabase(file, (database) =>
      (
        database
          .prepare("select sql from sqlite_master where sql is not null order by rowid")
          .all() as { sql: string }[]
      ).map(({ sql }) => sql),
    );

  test("is the one that the migrations make", async () => {
    const dir = mkdtempSync(join(tmpdir(), "rolecast-schema-"));
    try {
      const migrations = migrationsOf(SERVICES);
      const schema: BuiltSchema = JSON.parse(built(BUILT_SCHEMA).toString("utf8"));
      expect(schema.migrations).toEqual(migrations.map(({ name }) => name).sort());
      const file = join(dir, "made.db");
      const store = await openSqliteStore({ file, durable: true }, { migrations, nowMs: () => 0 });
      await store.close();
      const made = statementsIn(file).filter(
        (sql) => !/"rolecast_(?:migrations|sealing)"/.test(sql),
      );
      expect(made.length).toBeGreaterThan(200);
      expect(schema.statements).toEqual(made);
      const image = join(dir, "image.db");
      writeFileSync(image, built(BUILT_IMAGE));
      expect(statementsIn(image)).toEqual(made);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

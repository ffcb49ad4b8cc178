import type { Kysely } from "kysely";
import { expect, test } from "vitest";
import { accessKeyType } from "../../iam/resources/credentials.ts";
import type { CloudFormationTables } from "../tables.ts";
import { holdsSecrets } from "../values/secrets.ts";
import {
  opened,
  openedParameters,
  sealColumns,
  sealed,
  sealedParameters,
} from "./sealed-columns.ts";

const adapter = {};
const db = { getExecutor: () => ({ adapter }) } as unknown as Kysely<CloudFormationTables>;
sealColumns({ db: db as never }, Buffer.alloc(32, 7));

const SECRET = "Kept-in-secret";
const row = { logical_id: "A", model: JSON.stringify({ a: SECRET }), wait: null };

test("a row's columns are sealed and opened; what is plain or null stays", () => {
  const kept = sealed(row, ["model", "wait"], db);
  expect(JSON.stringify(kept)).not.toContain(SECRET);
  expect(kept).toMatchObject({ logical_id: "A", wait: null });
  expect(opened(kept, ["model", "wait"], db)).toEqual(row);
  expect(opened(row, ["model", "wait"], db)).toBe(row);
});

test("a sealed text opens in its own column alone", () => {
  const { model } = sealed(row, ["model"], db);
  expect(() => opened({ before: model }, ["before"], db)).toThrow();
});

test.each([
  [true, true],
  [undefined, false],
])("a version whose parameter has noEcho %s is sealed: %s", (noEcho, isSealed) => {
  const parameters = JSON.stringify({ P: { text: SECRET, value: SECRET, noEcho } });
  const kept = sealedParameters({ parameters, processed: null }, db);
  expect(kept.parameters.includes(SECRET)).toBe(!isSealed);
  expect(openedParameters(kept, db)).toEqual({ parameters, processed: null });
});

test("secret attributes and write-only properties make a resource secret", () => {
  const schema = { writeOnly: ["LoginProfile/Password"] } as never;
  const { secretAttributes = [] } = accessKeyType;
  const key = { model: JSON.stringify({ SecretAccessKey: SECRET }), properties: "{}" };
  expect(holdsSecrets(key, { schema: { writeOnly: [] } as never, secretAttributes })).toBe(true);
  const properties = JSON.stringify({ LoginProfile: { Password: SECRET } });
  expect(holdsSecrets({ model: null, properties }, { schema })).toBe(true);
  expect(holdsSecrets({ model: null, properties: "{}" }, { schema })).toBe(false);
});

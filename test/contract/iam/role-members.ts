import { join } from "node:path";
import type { OperationCoverage } from "@rolecast/server";
import { NormalizedSchema } from "@smithy/core/schema";

const ROOT = join(import.meta.dirname, "../../..");

/** The SDK's packages of services that aren't called like the service. */
const CLIENTS: Readonly<Record<string, string>> = {
  events: "eventbridge",
  monitoring: "cloudwatch",
  cloudcontrolapi: "cloudcontrol",
  s3control: "s3-control",
};

/** Services of the server's own, which no SDK has. */
const OWN = ["iam-toolbox", "rolecast"];

/** As `s3 PutBucketReplication ReplicationConfiguration.Role`. */
const NAMES_A_ROLE = /role(_?(?:arn|name|id))?s?$/i;

type Schemas = Readonly<Record<string, unknown>>;

async function schemasOf(service: string): Promise<Schemas> {
  if (OWN.includes(service)) {
    const module: Schemas = await import(
      join(ROOT, `packages/server/src/services/${service}/schema.ts`)
    );
    return Object.values(module)[0] as Schemas;
  }
  const client = CLIENTS[service] ?? service;
  return import(join(ROOT, `node_modules/@aws-sdk/client-${client}/dist-es/schemas/schemas_0.js`));
}

/** An operation's schema: its kind, namespace, name, traits, input and output. */
const OPERATION = 9;

function inputOf(schemas: Schemas, operation: string): NormalizedSchema {
  for (const schema of Object.values(schemas)) {
    if (!Array.isArray(schema) || schema[0] !== OPERATION || schema[2] !== operation) continue;
    const input: unknown = schema[4];
    return NormalizedSchema.of(typeof input === "function" ? input() : input);
  }
  throw new Error(`no schema of ${operation}`);
}

/** All members of implemented operations' inputs that name a role, at any depth. */
export async function roleMembers(
  operations: Readonly<Record<string, OperationCoverage>>,
): Promise<readonly string[]> {
  const members: string[] = [];
  for (const [service, { implemented }] of Object.entries(operations)) {
    const schemas = await schemasOf(service);
    for (const operation of implemented) {
      for (const path of pathsOf(inputOf(schemas, operation)))
        if (NAMES_A_ROLE.test(path)) members.push(`${service} ${operation} ${path}`);
    }
  }
  return members;
}

function* pathsOf(
  schema: NormalizedSchema,
  path: readonly string[] = [],
  above: readonly string[] = [],
): Generator<string> {
  if (schema.isListSchema() || schema.isMapSchema()) {
    yield* pathsOf(schema.getValueSchema(), path, above);
    return;
  }
  if (!schema.isStructSchema()) return;
  const name = schema.getName(true) ?? "";
  if (above.includes(name)) return;
  for (const [member, held] of schema.structIterator()) {
    const inside = [...path, member];
    yield inside.join(".");
    yield* pathsOf(held, inside, [...above, name]);
  }
}

import * as iam from "@aws-sdk/client-iam";
import * as ivs from "@aws-sdk/client-ivs";
import * as sts from "@aws-sdk/client-sts";
import { createServer } from "@rolecast/server";
import { type Operation, ServiceWire, type Shape } from "@rolecast/wire";
import { sendSigned } from "../../test/support/signed-request.ts";
import { type Chance, type FuzzTarget, mutate, nasty } from "./chance.ts";

const ROOT = { accessKeyId: "test", secretAccessKey: "test" };
const NESTING_MAX = 3;
const QUERY_SERVICES = [
  { name: "iam", version: "2010-05-08", module: iam },
  { name: "sts", version: "2011-06-15", module: sts },
] as const;

/** Values that get past the first checks. */
const PLAUSIBLE = [
  "app",
  "alice",
  "arn:aws:iam::000000000000:role/app",
  "arn:aws:iam::aws:policy/ReadOnlyAccess",
  "arn:aws:ivs:us-east-1:000000000000:channel/abcdefABCDEF",
  "ivs.amazonaws.com",
  "bucket-name",
  "/",
  "v1",
  "Active",
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}',
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}}',
];

interface Asked {
  readonly service: string;
  readonly operation: string;
  readonly path: string;
  readonly method: string;
  readonly contentType: string;
  readonly body: string;
}

export interface ServerTarget extends FuzzTarget {
  close(): Promise<void>;
}

/** A whole server in this process, asked for every operation: no answer is a fault of its own. */
export async function startServerTarget(): Promise<ServerTarget> {
  const server = await createServer({
    data: "memory",
    port: 0,
    rtmpPort: 0,
    rtmpsPort: 0,
    srtPort: 0,
    logLevel: "silent",
  });
  const forms = QUERY_SERVICES.map(({ name, version, module }) => ({
    name,
    version,
    operations: operationsOf(name, "awsQuery", version, module),
  }));
  const json = operationsOf("ivs", "restJson1", "2020-07-14", ivs);
  return {
    name: "a server's operations",
    next(chance) {
      const asked = chance.rarely(3) ? jsonRequest(chance.one(json), chance) : form(forms, chance);
      return { input: asked, run: () => ask(server.endpoint, asked) };
    },
    close: () => server.close(),
  };
}

function operationsOf(
  name: string,
  protocol: "awsQuery" | "restJson1",
  version: string,
  schemas: Readonly<Record<string, unknown>>,
): readonly Operation[] {
  const wire = new ServiceWire({ name, signingName: name, protocol, version, schemas });
  return [...wire.operations.values()];
}

async function ask(endpoint: string, asked: Asked): Promise<void> {
  const { service, path, method, body, contentType } = asked;
  const answer = await sendSigned(
    endpoint,
    { method, path, body, headers: { "content-type": contentType } },
    { key: ROOT, service },
  );
  const expected = answer.status < 500 || answer.status === 501;
  if (!expected) throw new Error(`answered with ${answer.status}: ${answer.body.slice(0, 300)}`);
}

function form(
  services: readonly {
    readonly name: string;
    readonly version: string;
    readonly operations: readonly Operation[];
  }[],
  chance: Chance,
): Asked {
  const { name, version, operations } = chance.one(services);
  const operation = chance.one(operations);
  const fields = new URLSearchParams({ Action: operation.name, Version: version });
  for (const member of operation.input?.members ?? [])
    if (!chance.rarely(4)) fillForm(fields, member.name, member.target, chance, 0);
  const text = fields.toString();
  const body = chance.rarely(8) ? mutate(text, chance) : text;
  return {
    service: name,
    operation: operation.name,
    path: "/",
    method: "POST",
    contentType: "application/x-www-form-urlencoded",
    body: wellFormed(body),
  };
}

function fillForm(
  fields: URLSearchParams,
  name: string,
  shape: Shape,
  chance: Chance,
  depth: number,
): void {
  if (depth > NESTING_MAX) return;
  if (shape.kind === "list") {
    for (let index = 1; index <= 1 + chance.below(3); index++)
      fillForm(fields, `${name}.member.${index}`, shape.member.target, chance, depth + 1);
  } else if (shape.kind === "structure" || shape.kind === "union") {
    for (const member of shape.members)
      fillForm(fields, `${name}.${member.name}`, member.target, chance, depth + 1);
  } else fields.set(name, scalar(chance));
}

function scalar(chance: Chance): string {
  return wellFormed(chance.rarely(3) ? nasty(chance) : chance.one(PLAUSIBLE));
}

/** Half of a surrogate pair can't be sent in UTF-8. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

function jsonRequest(operation: Operation, chance: Chance): Asked {
  const input: Record<string, unknown> = {};
  for (const member of operation.input?.members ?? [])
    if (!chance.rarely(4)) input[member.name] = jsonValue(member.target, chance, 0);
  const uri = operation.http?.uri ?? "/";
  const path = uri.replaceAll(/\{[^}]+\}/g, () => encodeURIComponent(scalar(chance)));
  const text = JSON.stringify(input);
  return {
    service: "ivs",
    operation: operation.name,
    path: path === "" ? "/" : path,
    method: operation.http?.method ?? "POST",
    contentType: "application/json",
    body: wellFormed(chance.rarely(8) ? mutate(text, chance) : text),
  };
}

function jsonValue(shape: Shape, chance: Chance, depth: number): unknown {
  if (chance.rarely(12)) return chance.one<unknown>([null, 0, -1, 1e300, true, "", [], {}, [[]]]);
  if (depth > NESTING_MAX) return null;
  switch (shape.kind) {
    case "list":
      return Array.from({ length: chance.below(3) }, () =>
        jsonValue(shape.member.target, chance, depth + 1),
      );
    case "map":
      return { [scalar(chance)]: jsonValue(shape.value.target, chance, depth + 1) };
    case "structure":
    case "union":
      return Object.fromEntries(
        shape.members.map((member) => [member.name, jsonValue(member.target, chance, depth + 1)]),
      );
    case "number":
    case "timestamp":
      return chance.one([0, 1, -1, 2 ** 31, 2 ** 53, 0.5]);
    case "boolean":
      return chance.rarely(2);
    default:
      return scalar(chance);
  }
}

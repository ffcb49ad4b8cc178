import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { Readable, type Writable } from "node:stream";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectBody } from "./body.ts";
import type { Operation } from "./operation.ts";
import { parseQuery } from "./query.ts";
import type { Member, StructureShape } from "./schema/shape.ts";
import { arbitraryStructure } from "./testing/arbitrary-shape.ts";
import { services, type TestService } from "./testing/services.ts";

/*
 * botocore as the oracle: requests as it writes them for random input, and our answers as it reads
 * them, for every operation that its models know.
 */
const PYTHON = "/usr/bin/python3";
const SAMPLES_PER_OPERATION = 3;
const BODY_LIMIT_BYTES = 1024 * 1024;
const hasBotocore = spawnSync(PYTHON, ["-c", "import botocore"]).status === 0;

/**
 * Differences between the two models, botocore's work outside of its parsers, and what is verified.
 */
const DIFFERENT_MEMBERS = new Set(["PartNumberMarker", "NextPartNumberMarker", "ContentMD5"]);
const HANDLED_OUTPUTS = new Set(["GetBucketLocation", "SelectObjectContent"]);
/** Differs from ListBuckets by its host alone, unless a client names it in `x-id`. */
const AMBIGUOUS_REQUESTS = new Set(["ListDirectoryBuckets"]);

interface Question {
  readonly service: string;
  readonly operation: Operation;
  readonly act: "serialize" | "parse";
  readonly given: unknown;
}

interface SerializedRequest {
  readonly input: Record<string, unknown>;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A process that reads the models once, and answers line by line. */
let oracle: ChildProcessByStdio<Writable, Readable, null>;
let answers: AsyncIterator<string>;

async function ask(questions: readonly Question[]): Promise<Record<string, unknown>[]> {
  for (const { service, operation, act, given } of questions) {
    oracle.stdin.write(`${JSON.stringify({ service, operation: operation.name, act, given })}\n`);
  }
  const said: Record<string, unknown>[] = [];
  while (said.length < questions.length) {
    const { value, done } = await answers.next();
    if (done) throw new Error("botocore's process ended");
    said.push(JSON.parse(value));
  }
  return said;
}

const isComparable = ({ name, target }: Member) =>
  !DIFFERENT_MEMBERS.has(name) && !(target.kind === "union" && target.eventStream);

function samples(shape: StructureShape | undefined, emptyStructures: boolean): unknown[] {
  if (shape === undefined) return [{}];
  const structure = arbitraryStructure(shape, { include: isComparable, emptyStructures });
  return fc.sample(structure, SAMPLES_PER_OPERATION).map(withIntegers);
}

/** The SDK's schemas know numbers only, botocore's models integers, of which none is -0. */
function withIntegers(value: unknown): unknown {
  return mapLeaves(value, (leaf) => (typeof leaf === "number" ? Math.trunc(leaf) + 0 : leaf));
}

function toJson(value: unknown): unknown {
  return mapLeaves(value, (leaf) => {
    if (leaf instanceof Date) return { $date: leaf.getTime() / 1000 };
    if (leaf instanceof Uint8Array) return { $blob: Buffer.from(leaf).toString("base64") };
    return leaf;
  });
}

function mapLeaves(value: unknown, change: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapLeaves(item, change));
  const isLeaf =
    typeof value !== "object" ||
    value === null ||
    value instanceof Date ||
    value instanceof Uint8Array;
  if (isLeaf) return change(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, mapLeaves(item, change)]),
  );
}

async function decode({ wire, definition }: TestService, sent: SerializedRequest) {
  const body = Buffer.from(sent.body, "base64");
  const headers = Object.fromEntries(
    Object.entries(sent.headers).map(([name, value]) => [
      name,
      Buffer.from(value, "utf8").toString("latin1"),
    ]),
  );
  const request = {
    method: sent.method,
    rawPath: sent.path,
    rawQuery: sent.query,
    headers,
    body: Readable.from(body.length === 0 ? [] : [body]),
  };
  const form = definition.protocol === "awsQuery" ? parseQuery(body.toString()) : undefined;
  const operation = wire.match(request, form);
  if (operation === undefined) return { name: undefined, input: {} };
  const input = await wire.decode(operation, request, form === undefined ? {} : { form });
  for (const [name, value] of Object.entries(input)) {
    if (value instanceof Readable) {
      input[name] = new Uint8Array(await collectBody(value, BODY_LIMIT_BYTES));
    }
  }
  return { name: operation.name, input: toJson(input) };
}

describe.skipIf(!hasBotocore)("botocore, where it is installed", () => {
  beforeAll(() => {
    const script = new URL("fixtures/botocore-oracle.py", import.meta.url).pathname;
    oracle = spawn(PYTHON, [script], { stdio: ["pipe", "pipe", "inherit"] });
    answers = createInterface(oracle.stdout)[Symbol.asyncIterator]();
  });
  afterAll(() => oracle.stdin.end());

  test.each(Object.entries(services))("%s: decodes what it sends", async (name, service) => {
    const isQuery = service.definition.protocol === "awsQuery";
    const questions = [...service.wire.operations.values()]
      .filter((operation) => !AMBIGUOUS_REQUESTS.has(operation.name))
      .flatMap((operation) =>
        samples(operation.input, !isQuery).map((input) => ({
          service: name,
          operation,
          act: "serialize" as const,
          given: toJson(input),
        })),
      );
    let known = 0;
    for (const [index, answer] of (await ask(questions)).entries()) {
      if (answer.unknown) continue;
      known += 1;
      const sent = answer as unknown as SerializedRequest;
      const expected = { name: questions[index]?.operation.name, input: sent.input };
      expect(await decode(service, sent)).toEqual(expected);
    }
    expect(known).toBeGreaterThan(service.wire.operations.size);
  });

  test.each(Object.entries(services))("%s: reads our answers", async (name, service) => {
    const questions = [...service.wire.operations.values()]
      .filter((operation) => !HANDLED_OUTPUTS.has(operation.name))
      .flatMap((operation) =>
        samples(operation.output, true).map((output) => {
          const answer = service.wire.encodeOutput(operation, output, "4442587FB7D0A2F9");
          const body = Buffer.from((answer.body ?? "") as string | Uint8Array).toString("base64");
          const { status, headers } = answer;
          const given = { status, headers, body, output: toJson(output) };
          return { service: name, operation, act: "parse" as const, given };
        }),
      );
    let known = 0;
    for (const [index, { unknown, parsed, expected }] of (await ask(questions)).entries()) {
      if (unknown) continue;
      known += 1;
      // botocore makes empty lists of flattened lists that aren't there.
      expect(parsed, questions[index]?.operation.name).toMatchObject(expected as object);
    }
    expect(known).toBeGreaterThan(service.wire.operations.size / 2);
  });
});

import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collectBody } from "./body.ts";
import type { WireRequest } from "./message.ts";
import type { Operation } from "./operation.ts";
import { parseAuthentication } from "./parse-authentication.ts";
import { parseQuery } from "./query.ts";
import type { ErrorShape, Member } from "./schema/shape.ts";
import { decodeBody } from "./sigv4/decode-body.ts";
import { verifySignature } from "./sigv4/verify-signature.ts";
import { arbitraryStructure } from "./testing/arbitrary-shape.ts";
import { type Answer, loopbackConfig, TEST_CREDENTIALS } from "./testing/loopback.ts";
import { createCommand, services, type TestService } from "./testing/services.ts";

const RUNS_PER_OPERATION = 2;
const BODY_LIMIT_BYTES = 1024 * 1024;
/** Headers that the SDK works out, or checks, itself. */
const CLIENT_HEADERS =
  /^(content-length|content-md5|x-amz-checksum-.*|x-amz-sdk-checksum-algorithm|x-amz-trailer|.*customer-key(-md5)?|expires)$/i;

function isFreeMember({ traits, target }: Member): boolean {
  if (target.kind === "structure" || target.kind === "union") {
    if (target.kind === "union" && target.eventStream) return false;
  }
  return traits.httpHeader === undefined || !CLIENT_HEADERS.test(traits.httpHeader);
}

async function receive(service: TestService, request: WireRequest, bytes: Buffer) {
  const isS3 = service.definition.s3Addressing ?? false;
  const authentication = parseAuthentication(request, { isS3 });
  if (authentication.version === 4) {
    const options = { isS3, body: bytes };
    verifySignature(authentication, request, TEST_CREDENTIALS.secretAccessKey, Date.now(), options);
  }
  const form =
    service.definition.protocol === "awsQuery" ? parseQuery(bytes.toString()) : undefined;
  const operation = service.wire.match(request, form);
  if (operation === undefined)
    throw new Error(`no operation for ${request.method} ${request.rawPath}`);
  const body = decodeBody(authentication, request);
  const input = await service.wire.decode(
    operation,
    request,
    form === undefined ? { body } : { form },
  );
  for (const [name, value] of Object.entries(input)) {
    if (value instanceof Readable) {
      input[name] = new Uint8Array(await collectBody(value, BODY_LIMIT_BYTES));
    }
  }
  return { operation, input };
}

function samples(operation: Operation) {
  const structure = (shape: Operation["input"], emptyStructures: boolean) =>
    shape === undefined
      ? fc.constant({})
      : arbitraryStructure(shape, { include: isFreeMember, emptyStructures });
  const canBeEmpty = operation.service.protocol !== "awsQuery";
  return fc.tuple(structure(operation.input, canBeEmpty), structure(operation.output, true));
}

/** Streams in an answer as bytes, so that it can be compared. */
async function settle(output: unknown): Promise<Record<string, unknown>> {
  const settled: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(output as Record<string, unknown>)) {
    if (name === "$metadata" || value === undefined) continue;
    if (value instanceof Readable) {
      settled[name] = new Uint8Array(await collectBody(value, BODY_LIMIT_BYTES));
    } else settled[name] = value instanceof Uint8Array ? new Uint8Array(value) : value;
  }
  return settled;
}

describe.each(Object.entries(services))("%s", (_name, service) => {
  const operations = [...service.wire.operations.values()];
  let answerNext: Answer;
  const client = service.createClient(
    loopbackConfig((request, bytes) => answerNext(request, bytes)),
  );

  test.each(operations.map((operation) => [operation.name, operation] as const))(
    "%s survives the way to the server and back",
    async (_operationName, operation) => {
      await fc.assert(
        fc.asyncProperty(samples(operation), async ([input, output]) => {
          let received: Awaited<ReturnType<typeof receive>> | undefined;
          answerNext = async (request, bytes) => {
            received = await receive(service, request, bytes);
            return service.wire.encodeOutput(operation, output, "4442587FB7D0A2F9");
          };
          const answer = await client.send(createCommand(service, operation.name, input));
          expect(received?.operation.name).toBe(operation.name);
          // The S3 client adds members of its own, such as checksums.
          if (service.definition.s3Addressing) expect(received?.input).toMatchObject(input);
          else expect(received?.input).toEqual(input);
          if (!operation.streamingOutput || operation.output?.members.every(isFreeMember)) {
            expect(await settle(answer)).toMatchObject(output);
          }
        }),
        { numRuns: RUNS_PER_OPERATION },
      );
    },
  );

  const errors = [...new Set(service.wire.errors.values())];
  const [anyOperation] = operations;

  test.each(errors.map((error) => [error.name, error] as const))(
    "%s reaches the client with its code, message and members",
    async (_errorName, error: ErrorShape) => {
      if (anyOperation === undefined) throw new Error("a service without operations");
      const isField = (member: Member) =>
        isFreeMember(member) && !/message|xAmznErrorType/i.test(member.name);
      const sample = fc.tuple(
        arbitraryStructure(error.structure, { include: isField, emptyStructures: false }),
        arbitraryStructure(anyOperation.input ?? error.structure, {
          include: isFreeMember,
          emptyStructures: false,
        }),
      );
      await fc.assert(
        fc.asyncProperty(sample, async ([fields, input]) => {
          const { status, fault } = error;
          // Several of CloudWatch's errors share a code; only awsQuery tells them by it.
          const code = service.definition.protocol === "awsQuery" ? error.code : error.name;
          const message = 'Resource: <a> & "b" not found';
          answerNext = () =>
            service.wire.encodeError({ code, message, status, fault, fields }, "4442587FB7D0A2F9");
          const sent = client.send(createCommand(service, anyOperation.name, input));
          const thrown = await sent.catch((reason: unknown) => reason);
          expect(thrown).toMatchObject({
            ...fields,
            name: error.name,
            message,
            $fault: fault,
            $metadata: { httpStatusCode: status },
          });
        }),
        { numRuns: RUNS_PER_OPERATION },
      );
    },
  );
});

import { cbor } from "@smithy/core/cbor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { faultyInputs } from "./faulty-inputs.ts";
import { Inputs, type Values } from "./inputs.ts";
import { inOrder, makeEverything } from "./make-everything.ts";
import { type ServedService, servedServices } from "./served-services.ts";
import { type Answer, WireClient } from "./wire-client.ts";

/*
 * The smallest input of every operation of every service, with one member missing, of another
 * shape, empty or too long: the answer comes, with an error that the service's clients know.
 */

/** A feed, which doesn't end. */
const LEFT_OUT = "rolecast ReadEvents";

/** Errors of AWS's services beside their models', whatever the operation. */
const COMMON = [
  ...["ValidationError", "ValidationException", "SerializationException", "MalformedInput"],
  "UnknownOperationException",
];
/** Amazon S3's list of error codes in its API reference, which its model doesn't have. */
const OF_S3 = [
  ...["AccessDenied", "BucketNotEmpty", "IdMismatch", "IllegalVersioningConfigurationException"],
  ...["InvalidArgument", "InvalidBucketName", "InvalidRequest", "InvalidTag", "KeyTooLongError"],
  ...["MalformedPolicy", "MalformedXML", "MethodNotAllowed", "MissingRequestBodyError"],
  ...["MissingSecurityHeader", "NoSuchBucket", "NoSuchConfiguration", "NoSuchResource"],
];
const FURTHER: Readonly<Record<string, readonly string[]>> = {
  s3: OF_S3,
  s3control: OF_S3,
  rolecast: [
    "AccessDeniedException",
    "InvalidArgument",
    "NoSuchBucket",
    "ResourceNotFoundException",
  ],
};

/** The SDK sends no request whose path would lack a part. */
const NOT_SENT = /^No value provided for input HTTP label/;

let server: TestServer;
let client: WireClient;
let services: readonly ServedService[];
let made: ReadonlyMap<string, Values>;

beforeAll(async () => {
  server = await startTestServer();
  client = new WireClient(server.endpoint);
  services = await servedServices(server.server);
  made = await makeEverything(client, services);
}, 120_000);
afterAll(async () => {
  client?.close();
  await server?.close();
});

function codeOf({ protocol }: ServedService, { text, headers }: Answer): string | undefined {
  if (text.startsWith("<")) return /<Code>([^<]*)<\/Code>/.exec(text)?.[1];
  const type = headers.findIndex((name) => /^x-amzn-errortype$/i.test(name));
  if (type >= 0) return headers[type + 1]?.replace(/:.*/, "");
  const isCbor = protocol === "rpcV2Cbor";
  const body: { readonly __type?: string } = isCbor
    ? cbor.deserialize(Buffer.from(text, "latin1"))
    : JSON.parse(text);
  return body.__type?.replace(/.*#/, "");
}

/** The answer's fault, if it has one. */
function faultOf(service: ServedService, operation: string, answer: Answer, isMissed: boolean) {
  const { status, text } = answer;
  // In S3 the path and the query name the operation: without a member it is another one.
  if (status < 400) return isMissed && service.name !== "s3" ? "taken" : undefined;
  // 501: what isn't implemented is refused by its name.
  if (status >= 500 && status !== 501) return `${status} ${text.slice(0, 200)}`;
  // No answer to HEAD has a body, and no page that isn't there a code.
  if (operation.startsWith("Head") || /^\{"message":"Rolecast has nothing at /.test(text)) return;
  const code = codeOf(service, answer) ?? "";
  const known = [...COMMON, ...(FURTHER[service.name] ?? [])];
  return service.errors.has(code) || known.includes(code) ? undefined : `${code}: ${text}`;
}

test("a faulty member of any operation is refused as its service refuses", async () => {
  const faults: string[] = [];
  let sent = 0;
  for (const service of services)
    for (const operation of inOrder(service)) {
      const { name } = operation;
      if (`${service.name} ${name}` === LEFT_OUT) continue;
      const { constraints } = service;
      const isJson = /json/i.test(service.protocol);
      const smallest = new Inputs(operation, constraints, made.get(service.name) ?? {}).smallest();
      for (const faulty of faultyInputs(operation, constraints, smallest, isJson)) {
        const { at, input, written, isMissed } = faulty;
        const answer = await client
          .send(service, name, input, written)
          .catch((error: Error) => error);
        if (answer instanceof Error && NOT_SENT.test(answer.message)) continue;
        sent += 1;
        const fault =
          answer instanceof Error ? answer.message : faultOf(service, name, answer, isMissed);
        if (fault !== undefined) faults.push(`${service.name} ${name} ${at}: ${fault}`);
      }
    }
  expect(faults).toEqual([]);
  expect(sent).toBeGreaterThan(8_000);
}, 300_000);

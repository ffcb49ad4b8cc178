import { IAM } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser } from "../support/principals.ts";
import { rolecast } from "../support/rolecast-command.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../support/test-server.ts";

/* The console's pages ask every few seconds: what they are denied hides nothing that others are. */

let server: TestServer;
let ann: Key;
beforeAll(async () => {
  server = await startTestServer();
  ann = await createUser(server.clients().iam, "ann");
});
afterAll(() => server?.close());

function client(customUserAgent?: string): IAM {
  const where = { endpoint: server.endpoint, region: "us-east-1", credentials: ann };
  const iam = new IAM({ ...where, ...(customUserAgent === undefined ? {} : { customUserAgent }) });
  // Browsers may not set `user-agent`: there the SDK signs this header.
  iam.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string> };
      request.headers["x-amz-user-agent"] = customUserAgent ?? "aws-sdk-js";
      return next(args);
    },
    { step: "build", priority: "low" },
  );
  return iam;
}

const denied = (iam: IAM) => expect(iam.listRoles({})).rejects.toThrow("not authorized");

function run(line: string) {
  const env = {
    ...{ AWS_ENDPOINT_URL: server.endpoint, AWS_REGION: "us-east-1" },
    ...{ AWS_ACCESS_KEY_ID: ROOT.accessKeyId, AWS_SECRET_ACCESS_KEY: ROOT.secretAccessKey },
  };
  return rolecast(line.split(" "), { env });
}

test("explain passes the console's denials over, and takes them in when asked", async () => {
  await expect(client().listUsers({})).rejects.toThrow("not authorized");
  // More than the feed sends of one kind.
  for (let count = 0; count < 110; count += 1) await denied(client("rolecast-console"));
  const { out } = await run("explain");
  expect(out).toContain("iam:ListUsers");
  expect(out).not.toContain("iam:ListRoles");
  expect((await run("explain --console")).out).toContain("iam:ListRoles");
});

test("a denial of the console's is explained by its id as any other", async () => {
  const message = await client("rolecast-console")
    .listGroups({})
    .then(() => "", String);
  const [, id = ""] = /authorization id: ([0-9a-z]{25})/.exec(message) ?? [];
  expect((await run(`explain ${id}`)).out).toContain("iam:ListGroups");
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRole } from "../../support/principals.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

/*
 * Services are trusted in every account by their name alone. So STS gives a service sessions of
 * that account's roles whose work it does, and of no other's, whatever a trust policy says.
 */

const HERE = "000000000000";
const THERE = "222222222222";
const SERVICES = [
  ...["cloudformation.amazonaws.com", "events.amazonaws.com", "lambda.amazonaws.com"],
  ...["access-analyzer.amazonaws.com", "ivs.amazonaws.com", "s3.amazonaws.com"],
];
const RESOURCE = `arn:aws:events:us-east-1:${HERE}:rule/nightly`;

let server: TestServer;
let accounts: Readonly<Record<string, Clients>>;

beforeAll(async () => {
  const key = { accessKeyId: "AKIAOTHERACCOUNTROOT", secretAccessKey: "other-root-secret-key" };
  const root = { rootAccessKeyId: key.accessKeyId, rootSecretAccessKey: key.secretAccessKey };
  server = await startTestServer({ accounts: [{ id: THERE, ...root }] });
  accounts = { [HERE]: server.clients(), [THERE]: server.clients(key) };
});
afterAll(() => server.close());

const trusts = (service: string | readonly string[], Condition?: object) => ({
  Effect: "Allow",
  Principal: { Service: service },
  Action: "sts:AssumeRole",
  ...(Condition && { Condition }),
});

async function roleIn(account: string, name: string, trust: object): Promise<string> {
  const clients = accounts[account];
  if (!clients) throw new Error(`no account ${account}`);
  return createRole(clients.iam, name, [trust as Readonly<Record<string, unknown>>]);
}

type OnBehalfOf = { readonly accountId: string; readonly resourceArn?: string };

function assume(RoleArn: string, serviceName: string, onBehalfOf: OnBehalfOf | "unknown") {
  return server.server.invoke<{ AssumedRoleUser: { Arn: string } }>(
    "sts",
    "AssumeRole",
    { RoleArn, RoleSessionName: "work" },
    { as: { principal: { kind: "service", serviceName, onBehalfOf } }, region: "us-east-1" },
  );
}

const refused = (service: string, arn: string) => ({
  code: "AccessDenied",
  message: `User: ${service} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
});

describe("a service gets a role that trusts it", () => {
  test.each(SERVICES)("only of the account that it works for: %s", async (service) => {
    const name = service.replace(".amazonaws.com", "");
    for (const [owner, worksFor] of [
      [HERE, THERE],
      [THERE, HERE],
    ] as const) {
      const arn = await roleIn(owner, name, trusts(service));
      await expect(assume(arn, service, { accountId: worksFor })).rejects.toMatchObject(
        refused(service, arn),
      );
      await expect(assume(arn, service, "unknown")).rejects.toMatchObject(refused(service, arn));
      const { AssumedRoleUser } = await assume(arn, service, { accountId: owner });
      expect(AssumedRoleUser.Arn).toBe(`arn:aws:sts::${owner}:assumed-role/${name}/work`);
    }
  });

  test("and what doesn't exist is refused in the same words", async () => {
    const [arn, service] = [`arn:aws:iam::${THERE}:role/nobody`, "events.amazonaws.com"];
    for (const accountId of [HERE, THERE])
      await expect(assume(arn, service, { accountId })).rejects.toMatchObject(
        refused(service, arn),
      );
  });
});

describe("a trust policy may ask whose work the service does", () => {
  const service = "events.amazonaws.com";
  test.each([
    ["its account", { StringEquals: { "aws:SourceAccount": HERE } }, true],
    ["another account", { StringEquals: { "aws:SourceAccount": THERE } }, false],
    ["its resource", { ArnLike: { "aws:SourceArn": `arn:aws:events:*:${HERE}:rule/*` } }, true],
    ["another resource", { ArnLike: { "aws:SourceArn": `arn:aws:ivs:*:${HERE}:*` } }, false],
  ])("%s", async (name, condition, isAllowed) => {
    const arn = await roleIn(HERE, name.replace(/ /g, "-"), trusts(service, condition));
    const assumed = assume(arn, service, { accountId: HERE, resourceArn: RESOURCE });
    if (isAllowed) expect(await assumed).toHaveProperty("Credentials");
    else await expect(assumed).rejects.toMatchObject(refused(service, arn));
  });
});

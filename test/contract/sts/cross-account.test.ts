import { CreatePolicyCommand, ListRolesCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  allow,
  assumeRole,
  createRole,
  createUser,
  policyOf,
  trusting,
} from "../../support/principals.ts";
import { type Clients, startTestServer, type TestServer } from "../../support/test-server.ts";

const OTHER = "222222222222";
const denied = { name: "AccessDenied", $metadata: { httpStatusCode: 403 } };

let server: TestServer;
let here: Clients;
let there: Clients;
beforeAll(async () => {
  const key = { accessKeyId: "AKIAOTHERACCOUNTROOT", secretAccessKey: "other-root-secret-key" };
  const root = { rootAccessKeyId: key.accessKeyId, rootSecretAccessKey: key.secretAccessKey };
  server = await startTestServer({ accounts: [{ id: OTHER, ...root }] });
  here = server.clients();
  there = server.clients(key);
});
afterAll(() => server.close());

test("a role of another account needs its trust and the caller's own permission", async () => {
  const permitted = await createUser(here.iam, "permitted", [allow("sts:AssumeRole")]);
  const bare = await createUser(here.iam, "bare");
  const arn = await createRole(there.iam, "visited", [trusting([permitted.arn, bare.arn])]);
  await expect(assumeRole(server.clients(bare).sts, arn)).rejects.toMatchObject({
    ...denied,
    message: `User: ${bare.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
  });
  const untrusting = await createRole(there.iam, "closed", [trusting(bare.arn)]);
  const { sts } = server.clients(permitted);
  await expect(assumeRole(sts, untrusting)).rejects.toMatchObject(denied);
  const session = server.clients(await assumeRole(sts, arn));
  expect(await session.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: OTHER,
    Arn: `arn:aws:sts::${OTHER}:assumed-role/visited/session`,
  });
});

test("managed session policies are those of the role's account", async () => {
  const caller = await createUser(here.iam, "caller", [allow("sts:AssumeRole")]);
  const arn = await createRole(there.iam, "guest", [trusting(caller.arn)], [allow("iam:List*")]);
  const policies = await Promise.all(
    [here, there].map(async ({ iam }) => {
      const PolicyDocument = policyOf([allow("iam:ListUsers")]);
      const command = new CreatePolicyCommand({ PolicyName: "users-only", PolicyDocument });
      return (await iam.send(command)).Policy?.Arn;
    }),
  );
  const { sts } = server.clients(caller);
  await expect(assumeRole(sts, arn, { PolicyArns: [{ arn: policies[0] }] })).rejects.toMatchObject({
    name: "ValidationError",
  });
  const session = server.clients(
    await assumeRole(sts, arn, { PolicyArns: [{ arn: policies[1] }] }),
  );
  await session.iam.send(new ListUsersCommand({}));
  await expect(session.iam.send(new ListRolesCommand({}))).rejects.toMatchObject(denied);
});

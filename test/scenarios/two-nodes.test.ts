import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  GetRoleCommand,
  GetUserCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { ListChannelsCommand } from "@aws-sdk/client-ivs";
import {
  AttachPolicyCommand,
  CreateOrganizationCommand,
  DetachPolicyCommand,
} from "@aws-sdk/client-organizations";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  hasPostgres,
  makeSchema,
  POSTGRES_PASSWORD,
  type PostgresServer,
  startPostgres,
} from "../../packages/server/src/storage/testing/postgres-server.ts";
import {
  assume,
  createAccount,
  createPolicy,
  organizationsOf,
  outcomeOf,
} from "../contract/organizations/support.ts";
import {
  allow,
  assumeRole,
  createRole,
  createUser,
  policyOf,
  trusting,
} from "../support/principals.ts";
import { sendSigned } from "../support/signed-request.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

/*
 * Two nodes with one PostgreSQL and one data folder: what one of them answered, the other one
 * knows when it is asked next.
 */

let postgres: PostgresServer;
let data: string;
let nodes: readonly [TestServer, TestServer];

describe.skipIf(!hasPostgres)("two nodes on one PostgreSQL", () => {
  beforeAll(async () => {
    postgres = await startPostgres();
    data = await mkdtemp(join(tmpdir(), "rolecast-nodes-"));
    const database = await makeSchema(postgres.url);
    const start = () => startTestServer({ data, database, logLevel: "silent" });
    nodes = await Promise.all([start(), start()]);
  });
  afterAll(async () => {
    for (const node of nodes ?? []) await node.close();
    await postgres?.remove();
    if (data) await rm(data, { recursive: true });
  });

  test("a policy that one attaches binds a member's next request to the other", async () => {
    const [one, other] = nodes;
    const client = organizationsOf(one);
    await client.send(new CreateOrganizationCommand({}));
    const admin = await createUser(one.clients().iam, "administrator", [allow("sts:AssumeRole")]);
    const account = await createAccount(client, "two-nodes");
    const session = await assume(other, admin, account);
    const list = async () => {
      const listed = other.clients(session).iam.send(new ListUsersCommand({}));
      return outcomeOf(listed);
    };
    expect(await list()).toBe("done");
    const statement = { Effect: "Deny", Action: "iam:ListUsers", Resource: "*" };
    const PolicyId = await createPolicy(client, "no-users", policyOf([statement]));
    await client.send(new AttachPolicyCommand({ PolicyId, TargetId: account }));
    expect(await list()).toContain("explicit deny in a service control policy");
    await client.send(new DetachPolicyCommand({ PolicyId, TargetId: account }));
    expect(await list()).toBe("done");
  });

  const root = (node: number) => (nodes[node] ?? nodes[0]).clients();

  test("a change of policies is in force on both before its caller has the answer", async () => {
    const user = await createUser(root(0).iam, "alice");
    const mine = nodes.map((node) => node.clients(user).iam);
    const change = fc.record({ on: fc.nat({ max: 1 }), allowed: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 5, maxLength: 10 }), async (changes) => {
        for (const { on, allowed } of changes) {
          const name = { UserName: "alice", PolicyName: "own" };
          const PolicyDocument = policyOf([allow("iam:GetUser")]);
          if (allowed)
            await root(on).iam.send(new PutUserPolicyCommand({ ...name, PolicyDocument }));
          else
            await root(on)
              .iam.send(new DeleteUserPolicyCommand(name))
              .catch((error: Error) => expect(error.name).toBe("NoSuchEntityException"));
          for (const iam of mine) {
            const outcome = await iam.send(new GetUserCommand({})).then(
              () => "allowed",
              (error: Error) => error.name,
            );
            expect(outcome).toBe(allowed ? "allowed" : "AccessDenied");
          }
        }
      }),
      { numRuns: 4 },
    );
  });

  test("a key that is switched off, and the sessions of a role that is gone, are refused by both", async () => {
    const user = await createUser(root(0).iam, "bob", [allow("sts:AssumeRole")]);
    const arn = await createRole(root(0).iam, "door", [trusting(user.arn)], [allow("iam:GetRole")]);
    const session = await assumeRole(nodes[1].clients(user).sts, arn);
    for (const node of nodes) {
      await node.clients(session).sts.send(new GetCallerIdentityCommand({}));
      await node.clients(session).iam.send(new GetRoleCommand({ RoleName: "door" }));
    }

    await root(0).iam.send(
      new UpdateAccessKeyCommand({
        UserName: "bob",
        AccessKeyId: user.accessKeyId,
        Status: "Inactive",
      }),
    );
    await root(1).iam.send(new DeleteRolePolicyCommand({ RoleName: "door", PolicyName: "own" }));
    await root(1).iam.send(new DeleteRoleCommand({ RoleName: "door" }));
    for (const node of nodes)
      for (const key of [user, session])
        await expect(node.clients(key).sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow(
          "security token included in the request is invalid",
        );
  });

  test("an object that one has stored is read from the other", async () => {
    await root(0).s3.send(new CreateBucketCommand({ Bucket: "shared" }));
    const object = { Bucket: "shared", Key: "hello" };
    await root(0).s3.send(new PutObjectCommand({ ...object, Body: "from the first node" }));
    const { Body } = await root(1).s3.send(new GetObjectCommand(object));
    expect(await Body?.transformToString()).toBe("from the first node");
  });

  test("without the database every service answers 503 in its own form, and works again after it", async () => {
    const endpoint = nodes[1].endpoint;
    await postgres.crash();
    const forms = [
      { service: "iam", body: "Action=ListUsers&Version=2010-05-08", form: true },
      { service: "sts", body: "Action=GetCallerIdentity&Version=2011-06-15", form: true },
      { service: "ivs", path: "/ListChannels", body: "{}" },
      { service: "s3", method: "GET" },
    ];
    for (const { service, form, ...raw } of forms) {
      const type = form ? "application/x-www-form-urlencoded" : "application/json";
      const headers = service === "s3" ? {} : { "content-type": type };
      const answer = await sendSigned(endpoint, { ...raw, headers }, { service });
      expect([service, answer.status]).toEqual([service, 503]);
      expect(answer.body + JSON.stringify(answer.headers)).toContain("ServiceUnavailable");
      expect(answer.body).toContain("The database can't be reached");
      expect(answer.body).not.toContain(POSTGRES_PASSWORD);
    }
    const statusOf = async (path: string) => (await fetch(`${endpoint}/${path}`)).status;
    expect(await statusOf("_rolecast/health/live")).toBe(200);
    expect(await statusOf("_rolecast/health/ready")).toBe(503);
    expect(await statusOf("_localstack/health")).toBe(503);

    await postgres.start();
    // By itself: the node gets no other request.
    await expect.poll(() => statusOf("_rolecast/health/ready"), { timeout: 10_000 }).toBe(200);
    expect(await statusOf("_localstack/health")).toBe(200);
    for (const node of [0, 1]) {
      await root(node).iam.send(new ListUsersCommand({}));
      await root(node).ivs.send(new ListChannelsCommand({}));
      await root(node).s3.send(new ListBucketsCommand({}));
      await createUser(root(node).iam, `after-${node}`);
    }
  });
});

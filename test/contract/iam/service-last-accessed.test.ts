import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IAM } from "@aws-sdk/client-iam";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, failureOf, iamOf, makeUser, policyOf, trusting } from "./iam-api.ts";

const ACCOUNT = "arn:aws:iam::000000000000:";

/** Everything that a test says of a service. */
async function detailsOf(iam: IAM, Arn: string, Granularity?: "ACTION_LEVEL") {
  const { JobId } = await iam.generateServiceLastAccessedDetails({ Arn, Granularity });
  const report = await iam.getServiceLastAccessedDetails({ JobId });
  expect(report).toMatchObject({
    JobStatus: "COMPLETED",
    JobType: Granularity ?? "SERVICE_LEVEL",
    IsTruncated: false,
  });
  const of = (namespace: string) =>
    report.ServicesLastAccessed?.find((service) => service.ServiceNamespace === namespace);
  return { JobId, of, services: report.ServicesLastAccessed ?? [] };
}

describe("service last accessed details", () => {
  let server: TestServer;
  let iam: IAM;
  const shared = `${ACCOUNT}policy/shared`;
  beforeAll(async () => {
    server = await startTestServer();
    iam = iamOf(server);
    await iam.createPolicy({
      PolicyName: "shared",
      PolicyDocument: policyOf([allow(["s3:ListAllMyBuckets", "ivs:*", "qldb:SendCommand"])]),
    });
  });
  afterAll(() => server.close());

  it("show what a user really called, permitted or not, of what its policies grant", async () => {
    const key = await makeUser(iam, "ann");
    await iam.attachUserPolicy({ UserName: "ann", PolicyArn: shared });
    const startMs = Math.floor(Date.now() / 1000) * 1000;
    const before = await detailsOf(iam, `${ACCOUNT}user/ann`);
    expect(before.services.map(({ ServiceNamespace }) => ServiceNamespace)).toEqual([
      "ivs",
      "qldb",
      "s3",
    ]);
    expect(before.of("s3")).toEqual({
      ServiceName: "Amazon S3",
      ServiceNamespace: "s3",
      TotalAuthenticatedEntities: 0,
    });
    await server.clients(key, "us-west-2").s3.send(new ListBucketsCommand({}));
    // Without permission, and not granted by any policy: it isn't listed.
    await failureOf(() => iamOf(server, key).listUsers({}));
    const { of, services } = await detailsOf(iam, `${ACCOUNT}user/ann`, "ACTION_LEVEL");
    expect(services).toHaveLength(3);
    const s3 = of("s3");
    expect(s3).toMatchObject({
      TotalAuthenticatedEntities: 1,
      LastAuthenticatedEntity: `${ACCOUNT}user/ann`,
      LastAuthenticatedRegion: "us-west-2",
      TrackedActionsLastAccessed: [
        { ActionName: "ListAllMyBuckets", LastAccessedEntity: `${ACCOUNT}user/ann` },
      ],
    });
    expect(s3?.LastAuthenticated?.getTime()).toBeGreaterThanOrEqual(startMs);
    expect(of("ivs")).toMatchObject({ TotalAuthenticatedEntities: 0 });
    await iam.putUserPolicy({
      UserName: "ann",
      PolicyName: "own",
      PolicyDocument: policyOf([allow("iam:GetUser")]),
    });
    const refused = await detailsOf(iam, `${ACCOUNT}user/ann`, "ACTION_LEVEL");
    expect(refused.of("iam")?.TrackedActionsLastAccessed).toMatchObject([
      { ActionName: "ListUsers" },
    ]);
  });

  it("show groups by their members, and of policies by those who have them", async () => {
    const bob = await makeUser(iam, "bob");
    await makeUser(iam, "bea");
    await iam.createGroup({ GroupName: "crew" });
    for (const UserName of ["bob", "bea"])
      await iam.addUserToGroup({ GroupName: "crew", UserName });
    await iam.attachGroupPolicy({ GroupName: "crew", PolicyArn: shared });
    await iam.createRole({
      RoleName: "app",
      Path: "/team/",
      AssumeRolePolicyDocument: trusting({ AWS: `${ACCOUNT}root` }),
    });
    await iam.attachRolePolicy({ RoleName: "app", PolicyArn: shared });
    const RoleArn = `${ACCOUNT}role/team/app`;
    const { Credentials } = await server
      .clients()
      .sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "session" }));
    const session = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    };
    await server.clients(bob).s3.send(new ListBucketsCommand({}));
    await server.clients(session).s3.send(new ListBucketsCommand({}));

    const group = await detailsOf(iam, `${ACCOUNT}group/crew`);
    expect(group.of("s3")).toMatchObject({
      TotalAuthenticatedEntities: 1,
      LastAuthenticatedEntity: `${ACCOUNT}user/bob`,
    });
    const { EntityDetailsList } = await iam.getServiceLastAccessedDetailsWithEntities({
      JobId: group.JobId,
      ServiceNamespace: "s3",
    });
    expect(EntityDetailsList).toMatchObject([
      {
        EntityInfo: { Arn: `${ACCOUNT}user/bob`, Name: "bob", Type: "USER", Path: "/" },
        LastAuthenticated: expect.any(Date),
      },
      { EntityInfo: { Name: "bea" } },
    ]);
    expect(EntityDetailsList?.[1]).not.toHaveProperty("LastAuthenticated");

    const policy = await detailsOf(iam, shared);
    expect(policy.of("s3")).toMatchObject({ LastAuthenticatedEntity: RoleArn });
    const page = await iam.getServiceLastAccessedDetailsWithEntities({
      JobId: policy.JobId,
      ServiceNamespace: "s3",
      MaxItems: 1,
    });
    expect(page).toMatchObject({
      IsTruncated: true,
      EntityDetailsList: [{ EntityInfo: { Arn: RoleArn, Type: "ROLE", Path: "/team/" } }],
    });
    const rest = await iam.getServiceLastAccessedDetailsWithEntities({
      JobId: policy.JobId,
      ServiceNamespace: "s3",
      Marker: page.Marker,
    });
    const names = rest.EntityDetailsList?.map(({ EntityInfo }) => EntityInfo?.Name);
    expect(names?.sort()).toEqual(["ann", "bea", "bob"]);
  });

  it("know who isn't there, who may not ask, and no job of others", async () => {
    const generate = (Arn: string, by = iam) => by.generateServiceLastAccessedDetails({ Arn });
    expect(await failureOf(() => generate(`${ACCOUNT}user/missing`))).toMatchObject({
      code: "NoSuchEntity",
    });
    expect(await failureOf(() => generate(`${ACCOUNT}policy/missing`))).toMatchObject({
      code: "NoSuchEntity",
    });
    expect(await failureOf(() => generate("arn:aws:s3:::bucket/key"))).toMatchObject({
      code: "ValidationError",
    });
    const JobId = "00000000-0000-4000-8000-000000000000";
    expect(await failureOf(() => iam.getServiceLastAccessedDetails({ JobId }))).toMatchObject({
      code: "NoSuchEntity",
    });
    const nobody = iamOf(server, await makeUser(iam, "nobody"));
    for (const [action, resource, call] of [
      ["GenerateServiceLastAccessedDetails", shared, () => generate(shared, nobody)],
      ["GetServiceLastAccessedDetails", "*", () => nobody.getServiceLastAccessedDetails({ JobId })],
      [
        "GetServiceLastAccessedDetailsWithEntities",
        "*",
        () => nobody.getServiceLastAccessedDetailsWithEntities({ JobId, ServiceNamespace: "s3" }),
      ],
    ] as const) {
      const { code, message } = await failureOf(call);
      expect(code).toBe("AccessDenied");
      expect(message).toContain(`iam:${action} on resource: `);
      expect(message).toContain(resource);
    }
  });
});

describe("what was used when", () => {
  it("is known after a restart, and forgotten with who used it", async () => {
    const data = mkdtempSync(join(tmpdir(), "rolecast-accessed-"));
    const first = await startTestServer({ data });
    const key = await makeUser(iamOf(first), "ann", [allow("s3:*")]);
    await first.clients(key).s3.send(new ListBucketsCommand({}));
    await first.close();
    const second = await startTestServer({ data });
    try {
      const iam = iamOf(second);
      const { of } = await detailsOf(iam, `${ACCOUNT}user/ann`);
      expect(of("s3")).toMatchObject({ LastAuthenticatedEntity: `${ACCOUNT}user/ann` });
      const used = await iam.getAccessKeyLastUsed({ AccessKeyId: key.accessKeyId });
      expect(used.AccessKeyLastUsed).toMatchObject({ ServiceName: "s3", Region: "us-east-1" });
      await iam.deleteUserPolicy({ UserName: "ann", PolicyName: "own" });
      await iam.deleteAccessKey({ UserName: "ann", AccessKeyId: key.accessKeyId });
      await iam.deleteUser({ UserName: "ann" });
      await makeUser(iam, "ann", [allow("s3:*")]);
      const namesake = await detailsOf(iam, `${ACCOUNT}user/ann`);
      expect(namesake.of("s3")).not.toHaveProperty("LastAuthenticated");
    } finally {
      await second.close();
      rmSync(data, { recursive: true });
    }
  });
});

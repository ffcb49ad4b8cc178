import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CloudControl } from "@aws-sdk/client-cloudcontrol";
import { IAM } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lookupRecords, named } from "../../support/event-records.ts";
import { type Key, ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";
import { until } from "../../support/until.ts";
import { endOf } from "./ended.ts";

const ACCOUNT_ID = "000000000000";
const TRUST = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "cloudformation.amazonaws.com" },
      Action: "sts:AssumeRole",
    },
  ],
};

const NOTHING = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }],
};

/** A linked service that doesn't answer whether it uses its role: the deletion goes on. */
const SLOW_SERVICE = "slow.internal.example";
const SLOW_ROLE = "AWSServiceRoleForSlow";

let silent: Server;
let server: TestServer;
let root: CloudControl;
let iam: IAM;

beforeAll(async () => {
  silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  const usage = { url: `http://127.0.0.1:${port}/usage`, deadlineMs: 30_000 };
  const slow = { servicePrincipal: SLOW_SERVICE, roleName: SLOW_ROLE, policy: NOTHING, usage };
  server = await startTestServer({ linkedServices: [slow] });
  root = clientOf(ROOT);
  const { endpoint } = server;
  iam = new IAM({ endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 });
});
afterAll(async () => {
  silent.closeAllConnections();
  silent.close();
  await server?.close();
});

function clientOf(credentials: Key): CloudControl {
  const { endpoint } = server;
  return new CloudControl({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
}

const create = async (TypeName: string, state: object, client = root, more: object = {}) => {
  const DesiredState = JSON.stringify(state);
  const sent = await client.createResource({ TypeName, DesiredState, ...more });
  return endOf(client, sent);
};

const update = async (TypeName: string, Identifier: string, patch: readonly object[]) => {
  const PatchDocument = JSON.stringify(patch);
  return endOf(root, await root.updateResource({ TypeName, Identifier, PatchDocument }));
};

const propertiesOf = async (TypeName: string, Identifier: string) => {
  const { ResourceDescription } = await root.getResource({ TypeName, Identifier });
  return JSON.parse(ResourceDescription?.Properties ?? "{}") as Readonly<Record<string, unknown>>;
};

/** `code: message` of a refusal; `done` where there was none. */
function outcomeOf(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => "done",
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

/** A user with one inline policy. */
async function userWith(UserName: string, ...Statement: readonly object[]): Promise<Key> {
  await iam.createUser({ UserName });
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  if (Statement.length > 0)
    await iam.putUserPolicy({ UserName, PolicyName: "own", PolicyDocument });
  const { AccessKey } = await iam.createAccessKey({ UserName });
  return {
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  };
}

describe("a resource", () => {
  it("is created, read, patched, listed and deleted by its type's name alone", async () => {
    const role = { RoleName: "maker", AssumeRolePolicyDocument: TRUST, Description: "makes" };
    const created = await create("AWS::IAM::Role", role);
    expect(created).toMatchObject({
      TypeName: "AWS::IAM::Role",
      Identifier: "maker",
      Operation: "CREATE",
      OperationStatus: "SUCCESS",
      EventTime: expect.any(Date),
    });
    expect(JSON.parse(created.ResourceModel ?? "")).toMatchObject({
      ...role,
      Arn: `arn:aws:iam::${ACCOUNT_ID}:role/maker`,
    });
    expect(await propertiesOf("AWS::IAM::Role", "maker")).toMatchObject(role);
    const patch = [
      { op: "replace", path: "/Description", value: "remakes" },
      { op: "add", path: "/Tags", value: [{ Key: "team", Value: "studio" }] },
    ];
    expect(await update("AWS::IAM::Role", "maker", patch)).toMatchObject({
      Operation: "UPDATE",
      OperationStatus: "SUCCESS",
    });
    expect(await propertiesOf("AWS::IAM::Role", "maker")).toMatchObject({
      Description: "remakes",
      Tags: [{ Key: "team", Value: "studio" }],
    });
    const listed = await root.listResources({ TypeName: "AWS::IAM::Role" });
    expect(listed.ResourceDescriptions).toContainEqual({
      Identifier: "maker",
      Properties: JSON.stringify({ RoleName: "maker" }),
    });
    const TypeName = "AWS::IAM::Role";
    const sent = await root.deleteResource({ TypeName, Identifier: "maker" });
    expect(await endOf(root, sent)).toMatchObject({
      Operation: "DELETE",
      OperationStatus: "SUCCESS",
    });
    const outcome = await outcomeOf(root.getResource({ TypeName, Identifier: "maker" }));
    expect(outcome.replace(/[-0-9a-f]{36}/g, "ID")).toBe(
      "ResourceNotFoundException: AWS::IAM::Role Handler returned status FAILED: " +
        "The role with name maker cannot be found. " +
        "(Service: Iam, Status Code: 404, Request ID: ID) " +
        "(HandlerErrorCode: NotFound, RequestToken: ID)",
    );
  });

  it("that takes its time is waited for, with what others made for it", async () => {
    await create("AWS::S3::Bucket", { BucketName: "takes" });
    const state = { DestinationConfiguration: { S3: { BucketName: "takes" } } };
    const made = await create("AWS::IVS::RecordingConfiguration", state);
    expect(made.OperationStatus).toBe("SUCCESS");
    expect(JSON.parse(made.ResourceModel ?? "")).toMatchObject({ ...state, State: "ACTIVE" });
    const channel = { Name: "main", RecordingConfigurationArn: made.Identifier };
    const { Identifier = "" } = await create("AWS::IVS::Channel", channel);
    expect(await propertiesOf("AWS::IVS::Channel", Identifier)).toMatchObject(channel);
    const used = { TypeName: "AWS::IVS::RecordingConfiguration", Identifier: made.Identifier };
    expect(await endOf(root, await root.deleteResource(used))).toMatchObject({
      OperationStatus: "FAILED",
      ErrorCode: "ResourceConflict",
    });
  });

  it("gets a name where none is declared", async () => {
    const { Identifier: bucket = "" } = await create("AWS::S3::Bucket", {});
    expect(bucket).toMatch(/^[a-z0-9]{16}-[a-z0-9]{12}$/);
    const trust = { AssumeRolePolicyDocument: TRUST };
    const { Identifier: role } = await create("AWS::IAM::Role", trust);
    expect(role).toMatch(/^[A-Za-z0-9]{16}-[A-Za-z0-9]{12}$/);
  });

  it("has an identifier of several parts, joined by bars or as JSON", async () => {
    const policy = { Version: "2012-10-17", Statement: [] };
    const document = { ...policy, Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }] };
    await iam.createGroup({ GroupName: "crew" });
    const state = { GroupName: "crew", PolicyName: "none", PolicyDocument: document };
    const type = "AWS::IAM::GroupPolicy";
    expect((await create(type, state)).Identifier).toBe("none|crew");
    for (const identifier of ["none|crew", '{"PolicyName":"none","GroupName":"crew"}'])
      expect(await propertiesOf(type, identifier)).toEqual(state);
    expect(await outcomeOf(propertiesOf(type, "none"))).toContain("ValidationException");
  });
});

describe("a rule of EventBridge", () => {
  it("is found by what Ref gives too, as the CDK's hotswap names it", async () => {
    const type = "AWS::Events::Rule";
    const EventPattern = { source: ["aws.ivs"] };
    const Tags = [{ Key: "team", Value: "studio" }];
    const { Identifier = "" } = await create(type, { Name: "swapped", EventPattern, Tags });
    expect(Identifier).toMatch(/:rule\/swapped$/);
    const patch = [{ op: "add", path: "/Description", value: "second" }];
    expect(await update(type, "swapped", patch)).toMatchObject({ OperationStatus: "SUCCESS" });
    expect(await propertiesOf(type, Identifier)).toMatchObject({ Description: "second", Tags });
  });
});

describe("a request", () => {
  it("that fails leaves nothing behind, and says why", async () => {
    const failed = await create("AWS::IAM::Role", {
      RoleName: "half",
      AssumeRolePolicyDocument: TRUST,
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/NoSuchPolicy"],
    });
    expect(failed).toMatchObject({ OperationStatus: "FAILED", ErrorCode: "NotFound" });
    expect(failed.StatusMessage).toContain("NoSuchPolicy");
    expect(await outcomeOf(iam.getRole({ RoleName: "half" }))).toContain("NoSuchEntity");
    expect(failed.Identifier).toBe("half");
    const twice = await create("AWS::S3::Bucket", { BucketName: "takes" });
    expect(twice).toMatchObject({ ErrorCode: "AlreadyExists", Identifier: "takes" });
    const odd = { RoleName: "half", PolicyDocument: NOTHING };
    for (const PolicyName of ["a|b", ""])
      expect(await create("AWS::IAM::RolePolicy", { ...odd, PolicyName })).toMatchObject({
        OperationStatus: "FAILED",
        StatusMessage: expect.stringContaining("policyName"),
      });
    // KMS would refuse the deletion of such a key.
    const short = await create("AWS::KMS::Key", { PendingWindowInDays: 6 });
    expect(short).toMatchObject({
      ErrorCode: "InvalidRequest",
      StatusMessage: expect.stringContaining("PendingWindowInDays must be between 7 and 30"),
    });
    expect((await root.listResources({ TypeName: "AWS::KMS::Key" })).ResourceDescriptions).toEqual(
      [],
    );
  });

  it("is refused by the type's schema, in AWS's words", async () => {
    const refusals = await Promise.all([
      outcomeOf(create("AWS::IAM::Role", { RoleNam: "x" })),
      outcomeOf(create("AWS::IVS::Channel", { Name: 1, Tags: [{ Key: "a" }] })),
      outcomeOf(create("AWS::IAM::Policy", {})),
      outcomeOf(create("AWS::SNS::Topic", {})),
      outcomeOf(create("AWS::CloudWatch::InsightRule", {})),
      outcomeOf(root.createResource({ TypeName: "AWS::IAM::Role", DesiredState: "[]" })),
    ]);
    expect(refusals).toEqual([
      "ValidationException: Model validation failed (#: required key [AssumeRolePolicyDocument] " +
        "not found\n#: extraneous key [RoleNam] is not permitted)",
      "ValidationException: Model validation failed (#/Name: expected type: String, found: " +
        "Integer\n#/Tags/0: required key [Value] not found)",
      "UnsupportedActionException: Resource type AWS::IAM::Policy does not support CREATE action",
      "TypeNotFoundException: The type 'AWS::SNS::Topic' cannot be found.",
      "UnsupportedActionException: " +
        "Resource type AWS::CloudWatch::InsightRule does not support CREATE " +
        "action",
      "InvalidRequestException: DesiredState must be a JSON object.",
    ]);
    const refused = await create("AWS::S3::Bucket", { BucketNamePrefix: "x" });
    expect(refused.StatusMessage).toContain("'BucketNamePrefix'");
  });

  it("with a client token is the same one when it is sent again", async () => {
    const type = "AWS::IVS::Channel";
    const more = { ClientToken: "token-1" };
    const once = await create(type, { Name: "once" }, root, more);
    expect(await create(type, { Name: "once" }, root, more)).toEqual(once);
    expect(await outcomeOf(create(type, { Name: "other" }, root, more))).toBe(
      "ClientTokenConflictException: ClientToken token-1 is already associated with an existing " +
        `operation with RequestToken ${once.RequestToken}`,
    );
  });

  it("is found by its token, listed by state, cancelled only while it goes on", async () => {
    const { RequestToken = "" } = await create("AWS::IVS::Channel", { Name: "listed" });
    const { ProgressEvent } = await root.getResourceRequestStatus({ RequestToken });
    expect(ProgressEvent).toMatchObject({ RequestToken, OperationStatus: "SUCCESS" });
    const all: string[] = [];
    let NextToken: string | undefined;
    do {
      const filter = { Operations: ["CREATE"] as const, OperationStatuses: ["SUCCESS"] as const };
      const page = await root.listResourceRequests({
        ResourceRequestStatusFilter: {
          ...filter,
          Operations: [...filter.Operations],
          OperationStatuses: [...filter.OperationStatuses],
        },
        MaxResults: 3,
        ...(NextToken === undefined ? {} : { NextToken }),
      });
      for (const each of page.ResourceRequestStatusSummaries ?? []) {
        expect([each.Operation, each.OperationStatus]).toEqual(["CREATE", "SUCCESS"]);
        all.push(each.RequestToken ?? "");
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toContain(RequestToken);
    expect(await outcomeOf(root.cancelResourceRequest({ RequestToken }))).toBe(
      `ValidationException: Request ${RequestToken} is already in status SUCCESS`,
    );
    const other = { RequestToken: "never-sent" };
    const unknown = "RequestTokenNotFoundException: Request with token never-sent was not found";
    expect(await outcomeOf(root.getResourceRequestStatus(other))).toBe(unknown);
    expect(await outcomeOf(root.cancelResourceRequest(other))).toBe(unknown);
  });

  it("stays cancelled when it is cancelled again", async () => {
    await create("AWS::IAM::ServiceLinkedRole", { AWSServiceName: SLOW_SERVICE });
    const { ProgressEvent: begun } = await root.deleteResource({
      TypeName: "AWS::IAM::ServiceLinkedRole",
      Identifier: SLOW_ROLE,
    });
    expect(begun?.OperationStatus).toMatch(/^(PENDING|IN_PROGRESS)$/);
    const RequestToken = begun?.RequestToken ?? "";
    const { ProgressEvent: cancelled } = await root.cancelResourceRequest({ RequestToken });
    expect(cancelled).toMatchObject({ RequestToken, OperationStatus: "CANCEL_COMPLETE" });
    const again = await root.cancelResourceRequest({ RequestToken });
    expect(again.ProgressEvent).toEqual(cancelled);
  });
});

it("is in CloudTrail as the handler's calls, without the properties that it wants", async () => {
  await create("AWS::IAM::User", { UserName: "seen", LoginProfile: { Password: "Secret-pass-1" } });
  const { cloudtrail } = server.clients();
  const made = await until(
    async () =>
      (await lookupRecords(cloudtrail, named("CreateUser"))).find(
        ({ requestParameters }) => requestParameters?.userName === "seen",
      ),
    "the record of CreateUser",
  );
  expect(made.userIdentity).toMatchObject({ invokedBy: "cloudformation.amazonaws.com" });
  const asked = await until(async () => {
    const found = await lookupRecords(cloudtrail, named("CreateResource"));
    return found.length > 0 && found;
  }, "the record of CreateResource");
  expect(JSON.stringify(asked)).not.toContain("Secret-pass-1");
});

describe("permissions", () => {
  const ask = { Effect: "Allow", Action: "cloudformation:*", Resource: "*" };

  it("are the caller's, for Cloud Control's action and for each of the handler's", async () => {
    const none = clientOf(await userWith("none"));
    expect(await outcomeOf(create("AWS::IVS::Channel", {}, none))).toBe(
      `AccessDeniedException: User: arn:aws:iam::${ACCOUNT_ID}:user/none is not authorized to ` +
        "perform: cloudformation:CreateResource on resource: " +
        `arn:aws:cloudformation:us-east-1:${ACCOUNT_ID}:resource/* because no identity-based ` +
        "policy allows the cloudformation:CreateResource action",
    );
    const asks = clientOf(await userWith("asks", ask));
    const denied = await create("AWS::IVS::Channel", {}, asks);
    expect(denied).toMatchObject({ OperationStatus: "FAILED", ErrorCode: "AccessDenied" });
    expect(denied.StatusMessage).toContain("ivs:CreateChannel");
    const reading = asks.getResource({ TypeName: "AWS::IAM::Role", Identifier: "still" });
    expect(await outcomeOf(reading)).toMatch(/^AccessDeniedException: .*iam:GetRole/);
  });

  it("are a role's where one is passed, as its trust policy and iam:PassRole decide", async () => {
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "ivs:*", Resource: "*" }],
    });
    const AssumeRolePolicyDocument = JSON.stringify(TRUST);
    await iam.createRole({ RoleName: "streams", AssumeRolePolicyDocument });
    await iam.putRolePolicy({ RoleName: "streams", PolicyName: "ivs", PolicyDocument });
    const RoleArn = `arn:aws:iam::${ACCOUNT_ID}:role/streams`;
    const asks = clientOf(await userWith("cannot-pass", ask));
    const made = create("AWS::IVS::Channel", {}, asks, { RoleArn });
    expect(await outcomeOf(made)).toContain("iam:PassRole");
    const pass = {
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: RoleArn,
      Condition: { StringEquals: { "iam:PassedToService": "cloudformation.amazonaws.com" } },
    };
    const passes = clientOf(await userWith("passes", ask, pass));
    const event = await create("AWS::IVS::Channel", { Name: "role" }, passes, { RoleArn });
    expect(event).toMatchObject({ OperationStatus: "SUCCESS" });
    const denied = await create("AWS::S3::Bucket", {}, passes, { RoleArn });
    expect(denied).toMatchObject({ ErrorCode: "AccessDenied" });
    expect(denied.StatusMessage).toContain("assumed-role/streams/AWSCloudFormation");
  });
});

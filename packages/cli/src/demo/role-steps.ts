import type { Key } from "./aws-client.ts";
import { expect } from "./report.ts";
import {
  at,
  BUCKET,
  listAt,
  POLICY_ARN,
  ROLE_ARN,
  ROLE_NAME,
  ROOT,
  type Stage,
  textAt,
} from "./stage.ts";

const USER_STATEMENTS = [
  { Effect: "Allow", Action: "ivs:*", Resource: "*" },
  {
    Effect: "Allow",
    Action: ["s3:GetBucketLocation", "s3:ListBucket"],
    Resource: `arn:aws:s3:::${BUCKET}`,
  },
];
const ROLE_STATEMENT = {
  Effect: "Allow",
  Action: ["iam:CreateServiceLinkedRole", "iam:AttachRolePolicy", "iam:PutRolePolicy"],
  Resource: `arn:aws:iam::*:role/aws-service-role/ivs.amazonaws.com/${ROLE_NAME}*`,
};

/** 1. The role comes into being on behalf of a user with just the permissions of AWS's guide. */
export async function createRole(stage: Stage): Promise<string> {
  const { report } = stage;
  report.section("1. The service-linked role comes with the first recording configuration");
  await stage.call("s3", "CreateBucket", { Bucket: BUCKET });
  const stranger = await createUser(stage, "without-role-permission", USER_STATEMENTS);
  const streamer = await createUser(stage, "streamer", [...USER_STATEMENTS, ROLE_STATEMENT]);
  const input = { name: "demo", destinationConfiguration: { s3: { bucketName: BUCKET } } };
  await report.show("a user without iam:CreateServiceLinkedRole is refused", async () => {
    const refusal = await stage.refused(
      "ivs",
      "CreateRecordingConfiguration",
      input,
      "AccessDeniedException",
      stranger,
    );
    expect(
      refusal.includes("iam:CreateServiceLinkedRole"),
      `the refusal doesn't say why: ${refusal}`,
    );
    await stage.refused("iam", "GetRole", { RoleName: ROLE_NAME }, "NoSuchEntity");
    return refusal;
  });
  stage.key = streamer;
  let arn = "";
  await report.show("the user of AWS's guide creates a recording configuration", async () => {
    const output = await stage.call("ivs", "CreateRecordingConfiguration", input);
    arn = textAt(output, "recordingConfiguration.arn");
    return arn;
  });
  await report.show("the role exists and trusts ivs.amazonaws.com alone", async () => {
    const role = await stage.call("iam", "GetRole", { RoleName: ROLE_NAME }, ROOT);
    expect(at(role, "Role.Arn") === ROLE_ARN, `its ARN is ${String(at(role, "Role.Arn"))}`);
    const trust = documentText(at(role, "Role.AssumeRolePolicyDocument"));
    const wanted =
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ivs.amazonaws.com"},"Action":"sts:AssumeRole"}]}';
    expect(trust === wanted, `its trust policy is ${trust}`);
    return ROLE_ARN;
  });
  await report.show("it has IVSRecordToS3 and s3:PutObject on this bucket", () =>
    describePolicies(stage),
  );
  await report.show("the recording configuration becomes ACTIVE", () => waitActive(stage, arn));
  return arn;
}

async function describePolicies(stage: Stage): Promise<string> {
  const attached = await stage.call(
    "iam",
    "ListAttachedRolePolicies",
    { RoleName: ROLE_NAME },
    ROOT,
  );
  const arns = listAt(attached, "AttachedPolicies").map((policy) => at(policy, "PolicyArn"));
  expect(arns.length === 1 && arns[0] === POLICY_ARN, `attached: ${arns.join(", ")}`);
  const inline = await stage.call("iam", "ListRolePolicies", { RoleName: ROLE_NAME }, ROOT);
  const [name] = listAt(inline, "PolicyNames");
  expect(typeof name === "string", "the role has no inline policy");
  const policy = await stage.call(
    "iam",
    "GetRolePolicy",
    { RoleName: ROLE_NAME, PolicyName: name },
    ROOT,
  );
  const text = documentText(at(policy, "PolicyDocument"));
  expect(
    text.includes("s3:PutObject") && text.includes(`arn:aws:s3:::${BUCKET}/ivs/*`),
    `the inline policy is ${text}`,
  );
  return `${POLICY_ARN.split("/").at(-1)} and inline ${name}`;
}

function waitActive(stage: Stage, arn: string): Promise<string> {
  return stage.until("recording configuration ACTIVE", 20_000, async () => {
    const output = await stage.call("ivs", "GetRecordingConfiguration", { arn });
    const state = textAt(output, "recordingConfiguration.state");
    expect(state !== "CREATE_FAILED", "its state is CREATE_FAILED");
    return state === "ACTIVE" ? state : undefined;
  });
}

/** 4a. Nobody can assume the role, attach its policy elsewhere or edit it. */
export async function tryToMisuseRole(stage: Stage): Promise<void> {
  const { report } = stage;
  report.section("4. The role is protected, and a bucket policy binds it");
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: "000000000000" }, Action: "sts:AssumeRole" }],
  });
  await stage.call(
    "iam",
    "CreateRole",
    { RoleName: "ordinary", AssumeRolePolicyDocument: trust },
    ROOT,
  );
  const protectedRole = "UnmodifiableEntity";
  const attempts: [string, "iam" | "sts", string, object, string][] = [
    [
      "nobody can assume it, root included",
      "sts",
      "AssumeRole",
      { RoleArn: ROLE_ARN, RoleSessionName: "me" },
      "AccessDenied",
    ],
    [
      "its policy can't be attached to another role",
      "iam",
      "AttachRolePolicy",
      { RoleName: "ordinary", PolicyArn: POLICY_ARN },
      "PolicyNotAttachable",
    ],
    [
      "no policy can be put on it",
      "iam",
      "PutRolePolicy",
      { RoleName: ROLE_NAME, PolicyName: "mine", PolicyDocument: EVERYTHING },
      protectedRole,
    ],
    [
      "its trust can't be changed",
      "iam",
      "UpdateAssumeRolePolicy",
      { RoleName: ROLE_NAME, PolicyDocument: trust },
      protectedRole,
    ],
    [
      "it can't be deleted as an ordinary role",
      "iam",
      "DeleteRole",
      { RoleName: ROLE_NAME },
      protectedRole,
    ],
  ];
  for (const [what, service, operation, input, code] of attempts) {
    await report.show(what, () => stage.refused(service, operation, input, code, ROOT));
  }
  await report.show("only its description can be edited", async () => {
    await stage.call("iam", "UpdateRole", { RoleName: ROLE_NAME, Description: "Recordings" }, ROOT);
    const role = await stage.call("iam", "GetRole", { RoleName: ROLE_NAME }, ROOT);
    expect(at(role, "Role.Description") === "Recordings", "the description didn't change");
    return "Description: Recordings";
  });
}

/** 5. Deleting it waits for the recording configurations to be gone. */
export async function deleteRole(stage: Stage, arn: string, channelArn: string): Promise<void> {
  const { report } = stage;
  report.section("5. It goes when nothing uses it, and comes again");
  await report.show("deleting the role fails and names the recording configurations", async () => {
    const status = await deletionStatus(stage);
    expect(
      at(status, "Status") === "FAILED",
      `the task's status is ${String(at(status, "Status"))}`,
    );
    const [usage] = listAt(status, "Reason.RoleUsageList");
    expect(at(usage, "Region") === "us-east-1", `usage: ${JSON.stringify(usage)}`);
    expect(listAt(usage, "Resources").includes(arn), `usage: ${JSON.stringify(usage)}`);
    return `FAILED; us-east-1: ${arn}`;
  });
  await report.show("a recording configuration in use can't be deleted", () =>
    stage.refused("ivs", "DeleteRecordingConfiguration", { arn }, "ConflictException"),
  );
  await report.show("detached and deleted, the role can go", async () => {
    await stage.call("ivs", "UpdateChannel", { arn: channelArn, recordingConfigurationArn: "" });
    await stage.call("ivs", "DeleteRecordingConfiguration", { arn });
    const status = await deletionStatus(stage);
    expect(at(status, "Status") === "SUCCEEDED", `the status is ${JSON.stringify(status)}`);
    await stage.refused("iam", "GetRole", { RoleName: ROLE_NAME }, "NoSuchEntity", ROOT);
    return "SUCCEEDED; GetRole: NoSuchEntity";
  });
  await report.show("a new recording configuration creates it again", async () => {
    await stage.call("s3", "DeleteBucketPolicy", { Bucket: BUCKET }, ROOT);
    await stage.call("ivs", "CreateRecordingConfiguration", {
      name: "again",
      destinationConfiguration: { s3: { bucketName: BUCKET } },
    });
    const role = await stage.call("iam", "GetRole", { RoleName: ROLE_NAME }, ROOT);
    return `${textAt(role, "Role.RoleName")} with the new id ${textAt(role, "Role.RoleId")}`;
  });
}

async function deletionStatus(stage: Stage): Promise<unknown> {
  const task = await stage.call("iam", "DeleteServiceLinkedRole", { RoleName: ROLE_NAME }, ROOT);
  const DeletionTaskId = textAt(task, "DeletionTaskId");
  return stage.until("deletion task ended", 20_000, async () => {
    const input = { DeletionTaskId };
    const status = await stage.call("iam", "GetServiceLinkedRoleDeletionStatus", input, ROOT);
    return ["SUCCEEDED", "FAILED"].includes(textAt(status, "Status")) ? status : undefined;
  });
}

async function createUser(stage: Stage, name: string, statements: object[]): Promise<Key> {
  await stage.call("iam", "CreateUser", { UserName: name }, ROOT);
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  await stage.call(
    "iam",
    "PutUserPolicy",
    { UserName: name, PolicyName: "guide", PolicyDocument },
    ROOT,
  );
  const output = await stage.call("iam", "CreateAccessKey", { UserName: name }, ROOT);
  return {
    accessKeyId: textAt(output, "AccessKey.AccessKeyId"),
    secretAccessKey: textAt(output, "AccessKey.SecretAccessKey"),
  };
}

/** The CLI parses policy documents, the SDK leaves them percent-encoded. */
function documentText(value: unknown): string {
  return typeof value === "string" ? decodeURIComponent(value) : JSON.stringify(value);
}

const EVERYTHING = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});

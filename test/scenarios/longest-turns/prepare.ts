import { CloudFormationClient, CreateStackCommand } from "@aws-sdk/client-cloudformation";
import { EventBridgeClient, PutRuleCommand } from "@aws-sdk/client-eventbridge";
import {
  CreateGroupCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { ROOT } from "../../support/test-server.ts";
import { LARGE_TEMPLATES } from "./seeds.ts";

/** The things that seeds name. */
export async function prepare(endpoint: string): Promise<void> {
  const options = { endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 };
  const iam = new IAMClient(options);
  const trust = {
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: "*" } },
  };
  const AssumeRolePolicyDocument = JSON.stringify(trust);
  await iam.send(new CreateRoleCommand({ RoleName: "app", AssumeRolePolicyDocument }));
  await iam.send(new CreateUserCommand({ UserName: "alice" }));
  await iam.send(new CreateGroupCommand({ GroupName: "group" }));
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  for (const Bucket of ["turns-bucket", "turns-templates"])
    await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket: "turns-bucket", Key: "object", Body: "a" }));
  for (const [index, Body] of LARGE_TEMPLATES.entries())
    await s3.send(new PutObjectCommand({ Bucket: "turns-templates", Key: `${index}`, Body }));
  const events = new EventBridgeClient(options);
  const EventPattern = '{"source":["turns-none"]}';
  await events.send(new PutRuleCommand({ Name: "turns", EventPattern }));
  const kms = new KMSClient(options);
  const key = { KeySpec: "RSA_4096", KeyUsage: "SIGN_VERIFY" } as const;
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(key));
  const alias = { AliasName: "alias/turns", TargetKeyId: KeyMetadata?.KeyId };
  await kms.send(new CreateAliasCommand(alias));
  const TemplateBody = '{"Resources":{"W":{"Type":"AWS::CloudFormation::WaitConditionHandle"}}}';
  const stacks = new CloudFormationClient(options);
  await stacks.send(new CreateStackCommand({ StackName: "turns-there", TemplateBody }));
}

import { EventBridgeClient, PutRuleCommand } from "@aws-sdk/client-eventbridge";
import type { IAMClient } from "@aws-sdk/client-iam";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";

/** Makes something of each service whose pages name things by names that are known before. */
export async function furnishServices({ config }: IAMClient): Promise<void> {
  const { credentials, region } = config;
  const endpoint = await config.endpoint?.();
  const options = { credentials, region, ...(endpoint && { endpoint }) };
  const kms = new KMSClient(options);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: "Films" }));
  const TargetKeyId = KeyMetadata?.KeyId;
  await kms.send(new CreateAliasCommand({ AliasName: "alias/page-key", TargetKeyId }));
  await new SSMClient(options).send(
    new PutParameterCommand({ Name: "/page/title", Value: "Live", Type: "SecureString" }),
  );
  const EventPattern = JSON.stringify({ source: ["aws.ivs"] });
  await new EventBridgeClient(options).send(
    new PutRuleCommand({ Name: "page-rule", EventPattern }),
  );
}

import { Inputs, type Values } from "./inputs.ts";
import { madeValues } from "./made-values.ts";
import type { ServedService } from "./served-services.ts";
import type { WireClient } from "./wire-client.ts";

/** The account that owns what is made, and its bucket's name, which no other one can have. */
export interface Owner {
  readonly account: string;
  readonly bucket: string;
}

/** The account that a server has of itself. */
export const FIRST: Owner = { account: "000000000000", bucket: "aaaaaaaaaaaa" };
const REGION = "us-east-1";

const PARAMETER = { Type: "AWS::SSM::Parameter", Properties: { Type: "String", Value: "v" } };

/** Values that the schemas and limits don't tell, by service. */
function known({ account, bucket }: Owner): Readonly<Record<string, Values>> {
  const role = `arn:aws:iam::${account}:role/aaaaaaaaaaaa`;
  const bus = `arn:aws:events:${REGION}:${account}:event-bus/default`;
  return {
    iam: {
      AWSServiceName: "batch.amazonaws.com",
      "CreateOpenIDConnectProvider.Url": "https://login.example.com",
      Arn: role,
      PolicySourceArn: role,
      PermissionsBoundary: "arn:aws:iam::aws:policy/ReadOnlyAccess",
      ActionNames: ["s3:GetObject"],
      UserName: "aaaaaaaaaaaa",
      VersionId: "v1",
    },
    sts: { RoleArn: role },
    accessanalyzer: {
      "CreateArchiveRule.filter": { isPublic: { eq: ["true"] } },
      "UpdateArchiveRule.filter": { isPublic: { eq: ["true"] } },
      policyDocument: "{}",
      policyGenerationDetails: { principalArn: role },
    },
    events: {
      "PutRule.EventPattern": '{"source":["a"]}',
      EventSourceArn: bus,
      Destination: { Arn: bus },
      AuthorizationType: "API_KEY",
      "CreateConnection.AuthParameters": {
        ApiKeyAuthParameters: { ApiKeyName: "key", ApiKeyValue: "value" },
      },
      InvocationEndpoint: "https://studio.example/hook",
      Targets: [{ Id: "a", Arn: `arn:aws:logs:${REGION}:${account}:log-group:a` }],
      "PutPermission.Action": "events:PutEvents",
      "PutPermission.Principal": "111122223333",
      "PutPermission.StatementId": "aaaaaaaaaaaa",
    },
    cloudwatch: {
      "PutMetricAlarm.MetricName": "aaaaaaaaaaaa",
      "PutMetricAlarm.Namespace": "aaaaaaaaaaaa",
      "PutMetricAlarm.Statistic": "Sum",
      "PutMetricAlarm.Period": 60,
      "PutMetricAlarm.Threshold": 1,
      "PutMetricData.MetricData": [{ MetricName: "aaaaaaaaaaaa", Value: 1 }],
      "GetMetricData.StartTime": new Date(0),
      "GetMetricStatistics.StartTime": new Date(0),
      "GetMetricStatistics.Statistics": ["Sum"],
      ResourceARN: `arn:aws:cloudwatch:${REGION}:${account}:alarm:aaaaaaaaaaaa`,
    },
    kms: { AliasName: "alias/aaaaaaaaaaaa", "CreateGrant.GranteePrincipal": role },
    ivs: { bucketName: bucket },
    "ivs-realtime": { bucketName: bucket },
    s3: { Bucket: bucket, CopySource: `${bucket}/aaaaaaaaaaaa` },
    s3control: { "*.AccountId": account, ResourceArn: `arn:aws:s3:::${bucket}` },
    ssm: { "PutParameter.Type": "String" },
    cloudtrail: { S3BucketName: bucket },
    cloudformation: {
      "CreateStack.TemplateBody": JSON.stringify({ Resources: { It: PARAMETER } }),
    },
    cloudcontrol: { TypeName: "AWS::SSM::Parameter", Identifier: "aaaaaaaaaaaa" },
  };
}

const MAKES = /^(Create|Put|Import|Start|Register|Attach|Enable|Add|Set|Tag|Generate)/;
const TAKES = new RegExp(
  `^(?:${[
    ...["Delete", "Remove", "Schedule", "Disable", "Close", "Leave", "Cancel", "Stop", "Detach"],
    ...["Deregister", "Untag", "Abort", "Retire", "Revoke", "Deactivate"],
  ].join("|")})`,
);

/** In an order in which most find what they are about. */
export function inOrder({ operations }: ServedService): ServedService["operations"] {
  const rank = (name: string) => (MAKES.test(name) ? 0 : TAKES.test(name) ? 2 : 1);
  return operations.toSorted((a, b) => rank(a.name) - rank(b.name));
}

/** Makes what single requests can make, and returns values that name it, by service. */
export async function makeEverything(
  client: Pick<WireClient, "send">,
  services: readonly ServedService[],
  owner = FIRST,
): Promise<ReadonlyMap<string, Values>> {
  const made = new Map<string, Values>();
  const all = known(owner);
  for (const service of services) {
    const [own = ""] = service.name.split("-json");
    const values: Record<string, unknown> = { ...all[own.replace(/-cbor$/, "")] };
    made.set(service.name, values);
    // What the second round makes needs what the first one has made.
    for (const operation of [...inOrder(service), ...inOrder(service)]) {
      if (!MAKES.test(operation.name)) continue;
      const input = new Inputs(operation, service.constraints, values).smallest();
      const { status, text } = await client.send(service, operation.name, input);
      if (status < 300) learn(values, text);
    }
  }
  return made;
}

/** Adds the names of things that an answer says were made. */
export function learn(values: Record<string, unknown>, text: string): void {
  if (!/^[{<]/.test(text)) return;
  for (const [name, value] of madeValues(text)) {
    if (value === "") continue;
    values[name] ??= value;
    if (name.toLowerCase() === "arn" || name.endsWith("Arn"))
      for (const of of ["resourceArn", "ResourceArn", "ResourceARN"]) values[of] ??= value;
  }
}

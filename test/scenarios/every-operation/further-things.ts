import type { Values } from "./inputs.ts";
import { learn, type Owner } from "./make-everything.ts";
import type { ServedService } from "./served-services.ts";
import type { WireClient } from "./wire-client.ts";

type Given = Record<string, string>;
type Further = readonly [
  service: string,
  operation: string,
  input: (of: Given, owner: Owner) => object,
];

const OUTPUT = { Value: "v", Export: { Name: "further" } };
const HANDLE = { Type: "AWS::CloudFormation::WaitConditionHandle" };
const templateOf = (rest: object) => JSON.stringify({ Resources: { It: HANDLE }, ...rest });

/** Requests that need more than the schemas say, after those that don't. */
const FURTHER: readonly Further[] = [
  [
    ...(["cloudformation", "CreateStack"] as const),
    () => ({ StackName: "exports", TemplateBody: templateOf({ Outputs: { It: OUTPUT } }) }),
  ],
  [
    ...(["cloudformation", "CreateStack"] as const),
    () => ({
      StackName: "imports",
      TemplateBody: templateOf({ Outputs: { It: { Value: { "Fn::ImportValue": "further" } } } }),
    }),
  ],
  [
    ...(["cloudformation", "CreateChangeSet"] as const),
    () => ({
      ...{ StackName: "imports", ChangeSetName: "further" },
      TemplateBody: JSON.stringify({ Resources: { Other: HANDLE } }),
    }),
  ],
  ["cloudformation", "DetectStackDrift", () => ({ StackName: "imports" })],
  ["kms", "CreateAlias", ({ KeyId }) => ({ AliasName: "alias/further", TargetKeyId: KeyId })],
  [
    ...(["cloudwatch", "PutMetricAlarm"] as const),
    () => ({
      ...{ AlarmName: "further", MetricName: "m", Namespace: "n", Statistic: "Sum", Period: 60 },
      ...{ Threshold: 1, EvaluationPeriods: 1, ComparisonOperator: "GreaterThanThreshold" },
    }),
  ],
  [
    ...(["cloudwatch", "PutCompositeAlarm"] as const),
    () => ({ AlarmName: "composite", AlarmRule: "NOT ALARM(further)" }),
  ],
  [
    ...(["events", "PutRule"] as const),
    () => ({ Name: "further", ScheduleExpression: "rate(1 day)" }),
  ],
  [
    ...(["events", "StartReplay"] as const),
    (_, { account }) => ({
      ...{ ReplayName: "further", EventStartTime: new Date(0), EventEndTime: new Date(1_000) },
      EventSourceArn: `arn:aws:events:us-east-1:${account}:archive/aaaaaaaaaaaa`,
      Destination: { Arn: `arn:aws:events:us-east-1:${account}:event-bus/default` },
    }),
  ],
  [
    ...(["ivschat", "CreateLoggingConfiguration"] as const),
    (_, { bucket }) => ({ destinationConfiguration: { s3: { bucketName: bucket } } }),
  ],
  [
    ...(["ivs-realtime", "CreateIngestConfiguration"] as const),
    () => ({ ingestProtocol: "RTMPS", attributes: { key: "value" } }),
  ],
  [
    ...(["ivs-realtime", "CreateStorageConfiguration"] as const),
    (_, { bucket }) => ({ s3: { bucketName: bucket } }),
  ],
  [
    ...(["ivs-realtime", "StartComposition"] as const),
    ({ stageArn, storageConfigurationArn, encoderConfigurationArn }) => ({
      stageArn,
      destinations: [
        { s3: { storageConfigurationArn, encoderConfigurationArns: [encoderConfigurationArn] } },
      ],
    }),
  ],
  [
    ...(["accessanalyzer", "CreateAccessPreview"] as const),
    (_, { account, bucket }) => ({
      analyzerArn: `arn:aws:access-analyzer:us-east-1:${account}:analyzer/aaaaaaaaaaaa`,
      configurations: { [`arn:aws:s3:::${bucket}`]: { s3Bucket: {} } },
    }),
  ],
  [
    ...(["s3", "PutBucketLifecycleConfiguration"] as const),
    (_, { bucket }) => ({
      Bucket: bucket,
      LifecycleConfiguration: {
        Rules: [{ ID: "further", Status: "Enabled", Filter: {}, Expiration: { Days: 1 } }],
      },
    }),
  ],
];

/** Makes them, and returns what was refused. */
export async function furtherThings(
  client: Pick<WireClient, "send">,
  services: readonly ServedService[],
  made: ReadonlyMap<string, Values>,
  owner: Owner,
): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const [name, operation, inputOf] of FURTHER) {
    const service = services.find((each) => each.name === name);
    if (!service) throw new Error(`no service ${name}`);
    const of = (made.get(name) ?? {}) as Given;
    const { status, text } = await client.send(service, operation, inputOf(of, owner));
    if (status < 300) learn(of, text);
    else refused.push(`${name} ${operation}: ${status} ${text.slice(0, 300)}`);
  }
  return refused;
}

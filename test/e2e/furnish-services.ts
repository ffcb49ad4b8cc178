import {
  CloudWatchClient,
  PutDashboardCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
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
  await furnishCloudWatch(new CloudWatchClient(options));
}

/** An alarm, and a dashboard with each kind of widget, about a metric that has a value. */
async function furnishCloudWatch(cloudWatch: CloudWatchClient): Promise<void> {
  const metric = { Namespace: "Page", MetricName: "Frames" };
  await cloudWatch.send(
    new PutMetricDataCommand({
      Namespace: metric.Namespace,
      MetricData: [{ MetricName: metric.MetricName, Value: 30 }],
    }),
  );
  await cloudWatch.send(
    new PutMetricAlarmCommand({
      ...metric,
      AlarmName: "page-alarm",
      Statistic: "Average",
      Period: 60,
      EvaluationPeriods: 2,
      Threshold: 20,
      ComparisonOperator: "LessThanThreshold",
    }),
  );
  const alarm = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:page-alarm";
  const region = "us-east-1";
  const widgets = [
    { type: "text", properties: { markdown: "# Studio" } },
    { type: "metric", properties: { title: "Frames", metrics: [["Page", "Frames"]], region } },
    { type: "alarm", properties: { title: "Alarms", alarms: [alarm] } },
    { type: "log", properties: { query: "SOURCE 'x'", region } },
  ];
  const DashboardBody = JSON.stringify({ widgets });
  await cloudWatch.send(
    new PutDashboardCommand({ DashboardName: "page-dashboard", DashboardBody }),
  );
}

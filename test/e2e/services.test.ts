import {
  CloudWatchClient,
  PutDashboardCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  DescribeRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
} from "@aws-sdk/client-eventbridge";
import { DescribeKeyCommand, GetKeyRotationStatusCommand, KMSClient } from "@aws-sdk/client-kms";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { ROOT } from "../support/test-server.ts";
import { type TestBrowser, takePicture, visit } from "./browser.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

/** Each service itself is asked what its pages have done. */
describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;

  startConsole("services", (started) => {
    ({ server, browser } = started);
  });

  const options = () => ({
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: ROOT,
    maxAttempts: 1,
  });
  const press = (page: Page, name: string) =>
    page.getByRole("button", { name, exact: true }).first().click();

  test("a key is created, rotated, and its deletion scheduled and canceled", async () => {
    const kms = new KMSClient(options());
    const KeyId = "alias/films";
    const described = async () =>
      (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
    const page = await browser.open(server.endpoint);
    await visit(page, "/kms/keys", "Keys");
    await page.getByText("No keys in this Region").waitFor();
    await press(page, "Create key");
    await page.getByLabel("Alias").fill("films");
    await page.keyboard.press("Enter");
    await page.getByText("Key films is created.").waitFor();
    await page.getByRole("tab", { name: "Rotation" }).click();
    await press(page, "Rotate automatically");
    await page.getByText("Every 365 days").waitFor();
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    const rotation = new GetKeyRotationStatusCommand({ KeyId: KeyMetadata?.KeyId });
    expect((await kms.send(rotation)).KeyRotationEnabled).toBe(true);
    await press(page, "Schedule deletion");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Days until it is deleted").fill("5");
    await page.keyboard.press("Enter");
    await dialog.getByText("ValidationException").waitFor();
    await dialog.getByLabel("Days until it is deleted").fill("7");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    expect(await described()).toBe("PendingDeletion");
    await press(page, "Cancel deletion");
    await page.getByRole("button", { name: "Enable", exact: true }).waitFor();
    expect(await described()).toBe("Disabled");
    await press(page, "Enable");
    await page.getByRole("button", { name: "Disable", exact: true }).waitFor();
    await visit(page, "/kms/keys", "Keys");
    await page.getByRole("row", { name: /alias\/films Enabled SYMMETRIC_DEFAULT/ }).waitFor();
    await takePicture(page, "keys");
    await page.close();
  });

  test("a secret parameter is created, found by its folder, shown and changed", async () => {
    const ssm = new SSMClient(options());
    const read = async () => {
      const input = { Name: "/studio/live/token", WithDecryption: true };
      return (await ssm.send(new GetParameterCommand(input))).Parameter;
    };
    const page = await browser.open(server.endpoint);
    await visit(page, "/ssm/parameters", "Parameters");
    await press(page, "Create parameter");
    await page.getByLabel("Name").fill("/studio/live/token");
    await page.getByRole("radio", { name: "SecureString" }).click();
    await page.getByLabel("Value").fill("whisper");
    await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
    await page.getByText("Parameter /studio/live/token is saved.").waitFor();
    expect(await read()).toMatchObject({ Type: "SecureString", Value: "whisper" });
    await page.getByRole("link", { name: "/studio/", exact: true }).click();
    await page.getByRole("link", { name: "/live/", exact: true }).click();
    await page.getByRole("link", { name: "/studio/live/token" }).click();
    await page.getByRole("heading", { name: "/studio/live/token", level: 1 }).waitFor();
    expect(await page.getByText("whisper").count()).toBe(0);
    await press(page, "Show value");
    await page.getByText("whisper").waitFor();
    await press(page, "Edit value");
    await page.getByLabel("Value", { exact: true }).fill("shout");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await expect.poll(async () => (await read())?.Value).toBe("shout");
    await page.getByRole("row", { name: /^2 / }).waitFor();
    await takePicture(page, "parameter");
    await page.close();
  });

  test("a rule's pattern is changed, and nothing else of it", async () => {
    const events = new EventBridgeClient(options());
    const rule = { Name: "live", EventBusName: "default" };
    await events.send(
      new PutRuleCommand({
        ...rule,
        Description: "Streams",
        State: "DISABLED",
        EventPattern: JSON.stringify({ source: ["aws.ivs"] }),
      }),
    );
    const page = await browser.open(server.endpoint);
    await visit(page, "/events/buses", "Event buses");
    await page.getByRole("link", { name: "default", exact: true }).click();
    await page.getByRole("row", { name: /live Disabled For events that match/ }).waitFor();
    await page.getByRole("link", { name: "live", exact: true }).click();
    await press(page, "Edit pattern");
    await page.getByLabel("Event pattern").fill("{}");
    await press(page, "Save");
    await page.getByRole("dialog").getByText("InvalidEventPatternException").waitFor();
    await page.getByLabel("Event pattern").fill('{"source": ["aws.ivschat"]}');
    await press(page, "Save");
    await page.getByText('"aws.ivschat"').waitFor();
    const found = await events.send(new DescribeRuleCommand(rule));
    expect(found).toMatchObject({ Description: "Streams", State: "DISABLED" });
    await press(page, "Enable");
    await page.getByRole("button", { name: "Disable", exact: true }).waitFor();
    await takePicture(page, "rule");
    await press(page, "Delete");
    await page.getByLabel(/^To confirm/).fill("delete");
    await page.keyboard.press("Enter");
    await page.getByText("Rule live is deleted.").waitFor();
    await page.close();
  });

  test("an alarm shows its state, why, and its history; a dashboard is drawn", async () => {
    const cloudWatch = new CloudWatchClient(options());
    const MetricName = "Frames";
    const put = { Namespace: "Studio", MetricData: [{ MetricName, Value: 24 }] };
    await cloudWatch.send(new PutMetricDataCommand(put));
    await cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName: "frozen",
        Namespace: "Studio",
        MetricName,
        Statistic: "Average",
        Period: 60,
        EvaluationPeriods: 2,
        Threshold: 20,
        ComparisonOperator: "LessThanThreshold",
      }),
    );
    const page = await browser.open(server.endpoint);
    await visit(page, "/cloudwatch/alarms", "Alarms");
    await page.getByRole("row", { name: /^frozen .*Frames < 20 for 2 of 2 × 60 s/ }).waitFor();
    await page.getByRole("link", { name: "frozen" }).click();
    await page.getByRole("heading", { name: "History" }).waitFor();
    const state = { AlarmName: "frozen", StateValue: "ALARM", StateReason: "By hand" } as const;
    await cloudWatch.send(new SetAlarmStateCommand(state));
    await page.reload();
    await page
      .getByRole("row", { name: /updated from .* to ALARM|Alarm updated/i })
      .first()
      .waitFor();
    await takePicture(page, "alarm");
    const metrics = [["Studio", MetricName]];
    const DashboardBody = JSON.stringify({
      widgets: [
        { type: "text", properties: { markdown: "<b>Tonight</b>" } },
        { type: "metric", properties: { title: "Frames a second", metrics, region: "us-east-1" } },
      ],
    });
    await cloudWatch.send(new PutDashboardCommand({ DashboardName: "studio", DashboardBody }));
    await visit(page, "/cloudwatch/dashboards", "Dashboards");
    await page.getByRole("link", { name: "studio" }).click();
    // A text is shown as it is written: what is in it is nobody's markup.
    await page.getByText("<b>Tonight</b>").first().waitFor();
    await page.getByRole("application", { name: "Frames a second" }).waitFor();
    await takePicture(page, "dashboard");
    await page.close();
  });
});

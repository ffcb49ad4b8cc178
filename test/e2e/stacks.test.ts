import { CreateStackCommand } from "@aws-sdk/client-cloudformation";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import {
  channel,
  cloudFormationOf,
  role,
  stackOf,
  template,
} from "../contract/cloudformation/support.ts";
import { allow, createUser } from "../support/principals.ts";
import { overflow, violations } from "./axe.ts";
import { type TestBrowser, takePicture, visit } from "./browser.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

const PHONE = { width: 400, height: 850 };
const WIDE = { width: 1280, height: 900 };
const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
const HALF = template({
  Crew: role(),
  Live: channel({ Name: "half-live" }, { DependsOn: "Crew" }),
});

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  let page: Page;

  startConsole("stacks", async (started) => {
    ({ server, browser } = started);
    page = await browser.open(server.endpoint);
  });

  const tab = (name: string) => page.getByRole("tab", { name }).click();
  const faults = async () => {
    const wide = [...(await violations(page)), ...(await overflow(page))];
    await page.setViewportSize(PHONE);
    const narrow = [...(await violations(page)), ...(await overflow(page))];
    await page.setViewportSize(WIDE);
    return [...wide, ...narrow];
  };

  test("a stack's event leads to the decision about the call that was denied", async () => {
    const key = await createUser(server.root.iam, "half", [allow(["cloudformation:*", "iam:*"])]);
    const client = cloudFormationOf(server, key);
    await client.send(
      new CreateStackCommand({ StackName: "half", TemplateBody: HALF, Capabilities }),
    );
    await expect
      .poll(async () => (await stackOf(client, "half")).StackStatus)
      .toBe("ROLLBACK_COMPLETE");
    await visit(page, "/cloudformation/stacks", "Stacks");
    await page.getByText("ROLLBACK_COMPLETE").waitFor();
    expect(await faults()).toEqual([]);
    await page.getByRole("link", { name: "half", exact: true }).click();
    await page.getByRole("heading", { name: "half", level: 1 }).waitFor();
    await page.getByRole("link", { name: "Why?" }).click();
    await page.getByText(/policy .*allows.*ivs:CreateChannel/).waitFor();
    await takePicture(page, "stack-events");
    expect(await faults()).toEqual([]);
    await page.getByRole("link", { name: "The whole decision" }).click();
    await page.getByRole("heading", { name: "ivs:CreateChannel" }).waitFor();
    await page.goBack();
  });

  test("resources lead to their pages, and a picture shows their states and order", async () => {
    const client = cloudFormationOf(server);
    const TemplateBody = template(
      {
        Crew: role({ RoleName: "stage-crew" }),
        Live: channel({ Name: "stage-live" }, { DependsOn: "Crew" }),
      },
      {
        Outputs: { Arn: { Value: { "Fn::GetAtt": ["Live", "Arn"] }, Description: "The channel" } },
      },
    );
    await client.send(new CreateStackCommand({ StackName: "stage", TemplateBody, Capabilities }));
    await visit(page, "/cloudformation/stacks", "Stacks");
    await page.getByRole("link", { name: "stage", exact: true }).click();
    await page.getByRole("heading", { name: "stage", level: 1 }).waitFor();
    await tab("Resources");
    await page.getByRole("img", { name: "2 resources, listed below" }).waitFor();
    await page.getByRole("button", { name: "As a list" }).click();
    await page.getByText("Live (AWS::IVS::Channel, CREATE_COMPLETE) waits for Crew.").waitFor();
    await takePicture(page, "stack-resources");
    expect(await faults()).toEqual([]);
    await page.getByRole("link", { name: "stage-crew" }).click();
    await page.getByRole("heading", { name: "stage-crew", level: 1 }).waitFor();
    await page.goBack();
    await tab("Template");
    await page.getByText('"RoleName": "stage-crew"').waitFor();
    await tab("Parameters and outputs");
    await page.getByText("The channel").waitFor();
    expect(await faults()).toEqual([]);
  });
});

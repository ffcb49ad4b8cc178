import { CreateStackCommand, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { ListChannelsCommand, UpdateChannelCommand } from "@aws-sdk/client-ivs";
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
import { resize } from "./settled.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

const PHONE = { width: 400, height: 850 };
const WIDE = { width: 1280, height: 900 };
const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
const HALF = template({
  Crew: role(),
  Live: channel({ Name: "half-live" }, { DependsOn: "Crew" }),
});
const PASSWORD = "never-in-a-line";
const SHOW = template(
  { Crew: role({ RoleName: "show-crew" }), Live: channel({ Name: { Ref: "Title" } }) },
  { Parameters: { Title: { Type: "String" }, Password: { Type: "String", NoEcho: true } } },
);

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  let page: Page;

  startConsole("stacks", async (started) => {
    ({ server, browser } = started);
    page = await browser.open(server.endpoint);
  });

  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const tab = (name: string) => page.getByRole("tab", { name }).click();
  const faults = async () => {
    const wide = [...(await violations(page)), ...(await overflow(page))];
    await resize(page, PHONE);
    const narrow = [...(await violations(page)), ...(await overflow(page))];
    await resize(page, WIDE);
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

  test("a stack is created by a change set, whose preview comes before", async () => {
    await visit(page, "/cloudformation/stacks", "Stacks");
    await button("Create stack").click();
    await page.getByLabel("Stack name").fill("show");
    await page.getByLabel("Template").fill(SHOW);
    await button("Next").click();
    await page.getByLabel("Title", { exact: true }).fill("live-one");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("checkbox", { name: /CAPABILITY_NAMED_IAM/ }).check();
    expect(await faults()).toEqual([]);
    await button("Preview changes").click();
    await page.getByRole("heading", { name: "show", level: 1 }).waitFor();
    await page.getByRole("row", { name: /Live Add/ }).waitFor();
    const { Stacks = [] } = await cloudFormationOf(server).send(
      new DescribeStacksCommand({ StackName: "show" }),
    );
    expect(Stacks.map(({ StackStatus }) => StackStatus)).toEqual(["REVIEW_IN_PROGRESS"]);
    await button("Execute").click();
    await page.getByRole("row", { name: /^show CREATE_COMPLETE/ }).waitFor();
  });

  test("a stack whose change set is discarded isn't there", async () => {
    await visit(page, "/cloudformation/stacks/create", "Create stack");
    await page.getByLabel("Stack name").fill("draft");
    await page.getByLabel("Template").fill(template({ Live: channel() }));
    await button("Next").click();
    await page.getByText("The template has no parameters.").waitFor();
    await button("Preview changes").click();
    await button("Discard").click();
    await page.getByRole("heading", { name: "Stacks", level: 1 }).waitFor();
    await page.getByText("The change set is discarded.").waitFor();
    await page.getByRole("link", { name: "show", exact: true }).waitFor();
    expect(await page.getByRole("link", { name: "draft", exact: true }).count()).toBe(0);
    await page.getByRole("link", { name: "show", exact: true }).click();
    await page.getByRole("heading", { name: "show", level: 1 }).waitFor();
  });

  test("an update shows what becomes of which value, and no line has the hidden one", async () => {
    await tab("Changes");
    await button("Change the stack").click();
    await button("Keep the template").click();
    await page.getByLabel("Title", { exact: true }).fill("live-two");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("checkbox", { name: /CAPABILITY_NAMED_IAM/ }).check();
    await button("Preview changes").click();
    await page
      .getByRole("row", { name: /Live Modify False .*live-one becomes live-two/ })
      .waitFor();
    await takePicture(page, "stack-preview");
    expect(await faults()).toEqual([]);
    await button("Copy as AWS CLI").click();
    const lines = await page.getByRole("dialog").textContent();
    expect(lines).toMatch(/aws cloudformation create-change-set .*live-two/);
    expect(lines).not.toContain(PASSWORD);
    await page.getByRole("button", { name: /close/i }).first().click();
    await button("Execute").click();
    await page.getByRole("row", { name: /^show UPDATE_COMPLETE \W/ }).waitFor();
  });

  test("drift is what was changed without the stack, which is deleted from the list", async () => {
    const { ivs } = server.root;
    const { channels = [] } = await ivs.send(new ListChannelsCommand({}));
    const arn = channels.find(({ name }) => name === "live-two")?.arn;
    await ivs.send(new UpdateChannelCommand({ arn, name: "elsewhere" }));
    await tab("Drift");
    await button("Detect drift").click();
    await page.getByText("live-two in the template, elsewhere now").waitFor();
    await page.getByText("1 resource has drifted.").waitFor();
    await takePicture(page, "stack-drift");
    expect(await faults()).toEqual([]);
    await visit(page, "/cloudformation/stacks", "Stacks");
    await page.getByRole("checkbox", { name: /stack\/show\// }).check();
    await button("Delete").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(/To confirm/).fill("delete");
    await dialog.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("Stack show is deleted.").waitFor();
    await page.getByRole("link", { name: "show", exact: true }).waitFor({ state: "detached" });
  });
});

import {
  AddUserToGroupCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  ListAttachedRolePoliciesCommand,
  PutGroupPolicyCommand,
  PutUserPermissionsBoundaryCommand,
} from "@aws-sdk/client-iam";
import { ListChannelsCommand } from "@aws-sdk/client-ivs";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { allow, createUser, policyOf } from "../support/principals.ts";
import { violations } from "./axe.ts";
import { type TestBrowser, takePicture, visit } from "./browser.ts";
import { resize } from "./settled.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

const MISTAKEN = `{
  "Version": "2012-10-17",
  "Statement": [{ "Effect": "Alow", "Action": "ivs:ListChannels", "Resource": "*" }]
}`;

const PASSING = `{
  "Version": "2012-10-17",
  "Statement": [{ "Effect": "Allow",
    "Action": "iam:PassRole", "Resource": "*" }]
}`;

const ONLY_MFA = { Bool: { "aws:MultiFactorAuthPresent": "true" } };

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  let page: Page;

  startConsole("iam", async (started) => {
    ({ server, browser } = started);
    page = await browser.open(server.endpoint);
  });

  test("a policy is validated as it is typed, with the place of the mistake", async () => {
    await visit(page, "/iam/policies/create", "Create policy");
    await page.getByLabel("Policy name").fill("Viewer");
    const editor = page.getByRole("textbox", { name: "Policy", exact: true });
    await editor.fill(MISTAKEN);
    const place = page.getByRole("button", { name: "Line 3, column 29" });
    await place.waitFor();
    await page.getByText('Statement[0].Effect: expected "Allow" or "Deny".').waitFor();
    await takePicture(page, "policy-editor");
    expect(await button("Create policy").isDisabled()).toBe(true);
    await place.click();
    await page.keyboard.type('"Allow"');
    await page.getByText("Valid policy").waitFor();
    await editor.fill(PASSING);
    await page.getByText("Security warning: Using the iam:PassRole action with").waitFor();
    await page.getByRole("button", { name: "Line 4, column 15" }).waitFor();
    await page.getByText(/^AWS takes this policy, with .*1 security warning/).waitFor();
    expect(await page.getByText("Valid policy").count()).toBe(0);
    await takePicture(page, "policy-editor-warned");
    expect(await editor.getAttribute("aria-invalid")).toBe("false");
    await editor.fill(MISTAKEN.replace("Alow", "Allow"));
    await page.getByText("Security warning").waitFor({ state: "detached" });
    await button("Create policy").click();
    await page.getByRole("heading", { name: "Viewer", level: 1 }).waitFor();
    const saved = page.getByRole("textbox", { name: "Policy", exact: true });
    await saved.fill(MISTAKEN.replace("Alow", "Allow").replace("ListChannels", "ListChannel*"));
    await button("Save as new version").click();
    await page.getByText("The new version counts from now on.").waitFor();
  });

  test("a user gets the policy and a key, whose secret is shown once", async () => {
    await visit(page, "/iam/users", "Users");
    await button("Create user").first().click();
    await page.locator("[role=dialog] input:focus").waitFor();
    await page.keyboard.type("ann");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "ann", exact: true }).click();
    await button("Attach policies").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("checkbox", { name: /policy\/Viewer$/ }).click();
    await dialog.getByRole("button", { name: "Attach", exact: true }).click();
    await page.getByRole("link", { name: "Viewer" }).waitFor();

    await page.getByRole("tab", { name: "Access keys" }).click();
    await button("Create access key").click();
    await button("Show").click();
    const key = {
      accessKeyId: await shownValue(/^(?:AKIA|LKIA)\w{16}$/),
      secretAccessKey: await shownValue(/^[\w+/]{40}$/),
    };
    await page.getByRole("dialog").getByRole("button", { name: /close/i }).click();
    expect(await page.getByText(key.secretAccessKey).count()).toBe(0);

    const ann = await browser.open(server.endpoint, key);
    await ann.getByRole("button", { name: "Signed in as user/ann" }).waitFor();
    await visit(ann, "/s3/buckets", "Buckets");
    await ann.getByText(/user\/ann is not authorized to perform: s3:ListAllMyBuckets/).waitFor();
    await visit(ann, "/ivs/recordings", "Recordings");
    await ann.getByText(/not authorized to perform: ivs:ListRecordingConfigurations/).waitFor();
    await ann.close();

    await page.getByRole("tab", { name: "Used", exact: true }).click();
    await page.getByRole("row", { name: /s3:ListAllMyBuckets .*denied$/ }).waitFor();
    await page.getByRole("button", { name: /smallest policy that allows/ }).click();
    await page.getByText('"s3:ListAllMyBuckets"').waitFor();
  });

  test("a group takes a user in, and lets them go", async () => {
    await visit(page, "/iam/groups", "Groups");
    await button("Create group").first().click();
    await page.getByLabel("Group name").fill("crew");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "crew" }).click();
    await button("Add users").click();
    await page.getByRole("dialog").getByRole("checkbox", { name: "ann" }).click();
    await button("Add").click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("checkbox", { name: "ann" }).click();
    await button("Remove from group").click();
    await button("Remove").click();
    await page.getByText("ann is no longer in crew.").waitFor();
  });

  test("a role with a trust policy, an inline policy and tags", async () => {
    await visit(page, "/iam/roles", "Roles");
    await button("Create role").first().click();
    await button("Next").click();
    const find = page.getByRole("searchbox", { name: "Find policies" });
    const choose = async (name: string) => {
      await find.fill(name);
      await page.getByRole("checkbox", { name: new RegExp(`policy/${name}$`) }).click();
    };
    await choose("Viewer");
    await choose("AmazonS3ReadOnlyAccess");
    await button("Next").click();
    // The choice is there again after a way back, and can be taken back.
    await button("Previous").click();
    await choose("IAMReadOnlyAccess");
    await choose("AmazonS3ReadOnlyAccess");
    await button("Next").click();
    await page.getByRole("listitem").getByText("IAMReadOnlyAccess", { exact: true }).waitFor();
    await takePicture(page, "create-role-review");
    await page.getByLabel("Role name").fill("Editor");
    await page.keyboard.press("Enter");
    await page
      .getByText("Role Editor is created, with Viewer, IAMReadOnlyAccess attached.")
      .waitFor();
    await page.getByRole("heading", { name: "Editor", level: 1 }).waitFor();
    const { AttachedPolicies = [] } = await server.root.iam.send(
      new ListAttachedRolePoliciesCommand({ RoleName: "Editor" }),
    );
    const attached = AttachedPolicies.map(({ PolicyName }) => PolicyName);
    expect(new Set(attached)).toEqual(new Set(["Viewer", "IAMReadOnlyAccess"]));
    await button("Change permissions boundary").click();
    await page.getByRole("combobox", { name: "Policy" }).click();
    await page.getByRole("option", { name: /policy\/Viewer$/ }).click();
    await button("Save").click();
    // One as the boundary, one among the policies.
    const viewers = page.getByRole("link", { name: "Viewer", exact: true });
    await expect.poll(() => viewers.count()).toBe(2);
    await button("Edit").click();
    const duration = page.getByLabel("Maximum session duration, seconds");
    await duration.fill("60");
    await duration.press("Enter");
    await page
      .getByText(/failed to satisfy constraint: .* greater than or equal to 3600/)
      .waitFor();
    await duration.fill("5400");
    await duration.press("Enter");
    await page.getByText("1 h 30 min", { exact: true }).waitFor();
    await takePicture(page, "role");
    await button("Create inline policy").click();
    await page.getByLabel("Policy name").fill("Inside");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Inside" }).click();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("tab", { name: "Tags" }).click();
    await button("Edit tags").click();
    await button("Add tag").click();
    await page.getByLabel("Key of tag 1").fill("team");
    await page.getByLabel("Value of tag 1").fill("stage");
    await page.keyboard.press("Enter");
    await page.getByText("The tags are saved.").waitFor();
    await page.getByRole("tab", { name: "Trust" }).click();
    await page.getByText("Valid policy").waitFor();
  });

  test("a service-linked role is created in two steps", async () => {
    await visit(page, "/iam/roles/create/role", "Trust");
    await page.getByRole("radio", { name: /^Service-linked role/ }).click();
    await page.getByLabel("Service", { exact: true }).fill("autoscaling.amazonaws.com");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Name and review", level: 1 }).waitFor();
    await button("Create role").click();
    await page.getByText("Role AWSServiceRoleForAutoScaling is created.").waitFor();
    await page.getByRole("heading", { name: "AWSServiceRoleForAutoScaling", level: 1 }).waitFor();
  });

  test("a role is created with those policies that are not refused", async () => {
    const { iam } = server.root;
    const managed = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    const key = await createUser(iam, "maker", [
      allow(["iam:CreateRole", "iam:Get*", "iam:List*"]),
      { ...allow("iam:AttachRolePolicy"), Condition: { ArnEquals: { "iam:PolicyARN": managed } } },
    ]);
    const own = await browser.open(server.endpoint, key);
    await visit(own, "/iam/roles/create/role", "Trust");
    const press = (name: string) => own.getByRole("button", { name, exact: true }).click();
    await press("Next");
    for (const name of ["Viewer", "AmazonS3ReadOnlyAccess"]) {
      await own.getByRole("searchbox", { name: "Find policies" }).fill(name);
      await own.getByRole("checkbox", { name: new RegExp(`policy/${name}$`) }).click();
    }
    await press("Next");
    await own.getByLabel("Role name").fill("Half");
    await press("Create role");
    await own.getByRole("heading", { name: "Half", level: 1 }).waitFor();
    const made = "Role Half is created, with AmazonS3ReadOnlyAccess attached.";
    await own.getByText(`${made} Not attached: Viewer`).waitFor();
    await own.getByText(/user\/maker is not authorized to perform: iam:AttachRolePolicy/).waitFor();
    await own.getByRole("link", { name: "AmazonS3ReadOnlyAccess" }).waitFor();
    await takePicture(own, "create-role-refused");
    expect(await own.getByRole("link", { name: "Viewer", exact: true }).count()).toBe(0);
    await own.close();
  });

  test("the simulator says what is decided, by which statement, and what would allow it", async () => {
    await visit(page, "/iam/simulator", "Policy simulator");
    await page.getByRole("combobox", { name: "User, group or role" }).click();
    await page.getByRole("option", { name: /user\/ann$/ }).click();
    await page.getByLabel("Actions").fill("ivs:ListChannels\nivs:DeleteChannel");
    await button("Simulate").click();
    const answer = (name: RegExp) => page.getByRole("row", { name }).getByRole("radio").click();
    await answer(/Allowed ivs:ListChannels .*Viewer/);
    await page.getByText(/Statement of .*Viewer.*line 3, column/).waitFor();
    const leads = page.getByRole("table", { name: "Answers" }).getByRole("link");
    expect(await leads.allTextContents()).toEqual(["Viewer"]);
    expect(await leads.first().getAttribute("href")).toBe(
      `#/iam/policies/${encodeURIComponent("arn:aws:iam::000000000000:policy/Viewer")}`,
    );
    await answer(/nothing allows it ivs:DeleteChannel/);
    await page.getByText(/This statement allows exactly ivs:DeleteChannel/).waitFor();
    await page.getByLabel("Actions").fill("s3:PutObject");
    await button("Simulate").click();
    await page.getByText(/"Action": "s3:PutObject"/).waitFor();
    await takePicture(page, "simulator");
    await page.getByLabel("Actions").fill("s3:GetObjct\nivs:ListChanels\ns3:GetObject");
    await button("Simulate").click();
    await page.getByText("s3:GetObjct doesn't exist.").waitFor();
    await button("s3:GetObject").click();
    await button("ivs:ListChannels").click();
    await page.getByText("doesn't exist.").first().waitFor({ state: "detached" });
    const asked = await page.getByLabel("Actions").inputValue();
    expect(asked).toBe("s3:GetObject\nivs:ListChannels\ns3:GetObject");
  });

  test.each([1_280, 400])(
    "at %d pixels a denial answers Why? in panels, notices and forms",
    async (width) => {
      const UserName = `eve-${width}`;
      const { iam } = server.root;
      const eve = await createUser(iam, UserName, [
        allow(["iam:GetRequestAuthorization*", "iam:SimulateCustomPolicy", "iam:List*"]),
        allow("s3:ListAllMyBuckets"),
        { Sid: "ByMfa", ...allow("s3:CreateBucket"), Condition: ONLY_MFA },
      ]);
      const own = await browser.open(server.endpoint, eve);
      await resize(own, { width, height: 900 });
      await visit(own, "/ivs/channels", "Channels");
      await own.getByRole("link", { name: "Why?" }).click();
      await own.getByText(/allows anything similar/).waitFor();

      await visit(own, `/iam/simulator?principal=${eve.arn}`, "Policy simulator");
      await own.getByRole("button", { name: "Simulate", exact: true }).click();
      await own.getByRole("link", { name: "Why?" }).click();
      await own.getByText(/No statement of own allows anything similar/).waitFor();
      await takePicture(own, `why-notice-${width}`);

      await visit(own, "/s3/buckets", "Buckets");
      await own.getByRole("button", { name: "Create bucket" }).first().click();
      const dialog = own.getByRole("dialog");
      await dialog.getByLabel(/name/i).first().fill("why-not-this-bucket");
      await dialog.getByRole("button", { name: "Create" }).click();
      await dialog.getByRole("link", { name: "Why?" }).click();
      await dialog.getByText(/but Bool aws:MultiFactorAuthPresent wants true/).waitFor();
      await takePicture(own, `why-${width}`);
      // The form keeps what was typed, and the link leads on.
      expect(await dialog.getByLabel(/name/i).first().inputValue()).toBe("why-not-this-bucket");
      await dialog.getByRole("link", { name: "The whole decision" }).click();
      await own.getByRole("heading", { name: "Authorization details", level: 1 }).waitFor();
      await own.getByRole("heading", { name: "s3:CreateBucket", level: 2 }).waitFor();

      await own.getByRole("button", { name: "Try a change" }).click();
      const editor = own.getByRole("textbox", { name: "Statement to try" });
      await own.getByText(/"aws:MultiFactorAuthPresent": "true"/).waitFor();
      await own.getByRole("button", { name: "Decide again" }).click();
      await own.getByText("Denied, nothing allows it").nth(1).waitFor();
      const statement = { Sid: "ByMfa", ...allow("s3:CreateBucket") };
      await editor.fill(policyOf([statement]));
      await own.getByRole("button", { name: "Decide again" }).click();
      await own.getByText("Allowed", { exact: true }).waitFor();
      await own.getByText(/Bool aws:MultiFactorAuthPresent\. Without them/).waitFor();
      await takePicture(own, `try-change-${width}`);
      // Whoever tries it may not save it.
      await own.getByText(/Saving changes the policy own of the user eve/).waitFor();
      await own.getByRole("button", { name: "Save the change" }).click();
      await own.getByText(/not authorized to perform: iam:GetUserPolicy/).waitFor();
      await own.close();
    },
  );

  test("the activity shows the call that was just made, and what the role may not", async () => {
    await visit(page, "/activity", "Activity");
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByRole("row", { name: /Done CreatePolicy .*root .*\biam\b/ }).waitFor();
    await server.root.iam.send(new CreateGroupCommand({ GroupName: "later" }));
    await page.getByRole("row", { name: /CreateGroup .*\biam\b/ }).waitFor();
    await takePicture(page, "activity");
    await page.getByRole("button", { name: /^Look up by/ }).click();
    await page.getByRole("option", { name: /^Operation/ }).click();
    await page.getByLabel("Value").fill("ListBuckets");
    await page
      .getByRole("row", { name: /AccessDenied .*ListBuckets ann/ })
      .first()
      .getByRole("link", { name: "Why?" })
      .click();
    await page.getByRole("heading", { name: "s3:ListAllMyBuckets", level: 2 }).waitFor();
  });

  test("a decision opens into the policies that made it and what would allow it", async () => {
    const { iam } = server.root;
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ann" }));
    const ann = server.clients({
      accessKeyId: AccessKey?.AccessKeyId ?? "",
      secretAccessKey: AccessKey?.SecretAccessKey ?? "",
    });
    // Earlier denials are listed too.
    await expect(ann.s3.send(new ListBucketsCommand({}))).rejects.toThrow(/ListAllMyBuckets/);
    await visit(page, "/activity", "Activity");
    await page.getByRole("tab", { name: "Decisions" }).click();
    await page.getByText("Live", { exact: true }).waitFor();
    await ann.ivs.send(new ListChannelsCommand({}));

    await page
      .getByRole("row", { name: /Allowed ivs:ListChannels .*user\/ann/ })
      .getByRole("radio")
      .click();
    await page.getByRole("link", { name: /policy\/Viewer$/ }).waitFor();
    await page.getByText("Denials only").click();
    await page
      .getByRole("row", { name: /nothing allows it Why\? s3:ListAllMyBuckets .*user\/ann/ })
      .first()
      .getByRole("radio")
      .click();
    await page.getByText(/allows exactly s3:ListAllMyBuckets/).waitFor();
    await button("Try this statement").click();
    const tried = page.getByRole("textbox", { name: "Statement to try" });
    await tried.getByText(/"Action": "s3:ListAllMyBuckets"/).waitFor();
    await button("Decide again").click();
    await page.getByText(/It would newly allow/).waitFor();
    await takePicture(page, "decisions");
    await page.getByText(/Saving changes the policy AllowListAllMyBuckets of/).waitFor();
    await button("Save the change").click();
    await page.getByText(/Repeat the call/).waitFor();
    await ann.s3.send(new ListBucketsCommand({}));
  });

  test("the simulator leads to the groups' policies and boundaries that decided", async () => {
    const { iam } = server.root;
    const managed = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    await iam.send(new CreateGroupCommand({ GroupName: "a_b" }));
    await iam.send(
      new PutGroupPolicyCommand({
        GroupName: "a_b",
        PolicyName: "c_d",
        PolicyDocument: policyOf([allow("s3:GetObject")]),
      }),
    );
    const bob = await createUser(iam, "bob_", [allow("s3:GetObject")]);
    await iam.send(new AddUserToGroupCommand({ GroupName: "a_b", UserName: "bob_" }));
    await iam.send(
      new PutUserPermissionsBoundaryCommand({ UserName: "bob_", PermissionsBoundary: managed }),
    );
    await visit(page, "/iam/users", "Users");
    await visit(page, `/iam/simulator?principal=${bob.arn}`, "Policy simulator");
    await page.getByLabel("Actions").fill("s3:GetObject");
    await button("Simulate").click();
    const place = (name: string) => page.getByRole("link", { name }).first().getAttribute("href");
    await page.getByRole("link", { name: "c_d (inline, group a_b)" }).first().waitFor();
    expect(await place("c_d (inline, group a_b)")).toBe("#/iam/groups/a_b");
    expect(await place("own (inline, user bob_)")).toBe("#/iam/users/bob_");
    const boundary = encodeURIComponent(managed);
    expect(await place("AmazonS3ReadOnlyAccess")).toBe(`#/iam/policies/${boundary}`);
    await takePicture(page, "simulator-policies");
    expect(await violations(page)).toEqual([]);
  });

  function button(name: string) {
    return page.getByRole("button", { name, exact: true });
  }

  async function shownValue(pattern: RegExp): Promise<string> {
    return (await page.getByRole("dialog").getByText(pattern).first().textContent()) ?? "";
  }
});

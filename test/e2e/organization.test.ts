import { DeleteServiceLinkedRoleCommand } from "@aws-sdk/client-iam";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { assume } from "../contract/organizations/support.ts";
import { allow, createUser } from "../support/principals.ts";
import { overflow, violations } from "./axe.ts";
import { type TestBrowser, takePicture, visit } from "./browser.ts";
import { resize } from "./settled.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

const PHONE = { width: 400, height: 850 };

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  let page: Page;

  startConsole("organization", async (started) => {
    ({ server, browser } = started);
    page = await browser.open(server.endpoint);
  });

  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const dialog = () => page.getByRole("dialog");
  const submit = async (verb: string) => {
    await dialog().getByRole("button", { name: verb, exact: true }).click();
    await dialog().waitFor({ state: "detached" });
  };
  const choose = (name: RegExp) => page.getByRole("radio", { name }).click();
  const faults = async () => [...(await violations(page)), ...(await overflow(page))];

  test("an organization is made, with a unit and an account in it that works", async () => {
    await visit(page, "/organizations/tree", "Organization");
    await button("Create organization").click();
    await page.getByRole("heading", { name: "Root" }).waitFor();
    await button("Create unit").click();
    await dialog().getByLabel("Unit name").fill("studios");
    await submit("Create unit");
    await choose(/^studios ou-/);
    await page.getByRole("heading", { name: "studios" }).waitFor();
    await button("Create account").click();
    await dialog().getByLabel("Account name").fill("north");
    await dialog().getByLabel("E-mail address").fill("north@example.com");
    await submit("Create account");
    await choose(/^north \d{12}$/);
    await page.getByRole("heading", { name: "north" }).waitFor();
    expect(await faults()).toEqual([]);
  });

  test("a policy that is attached there binds the next request, until it is detached", async () => {
    const { iam } = server.root;
    const admin = await createUser(iam, "admin", [allow("*")]);
    const account = /\d{12}/.exec(page.url().split("place=")[1] ?? "")?.[0] ?? "";
    const north = server.clients(await assume(server, admin, account)).iam;
    const remove = () =>
      north.send(new DeleteServiceLinkedRoleCommand({ RoleName: "AWSServiceRoleForSupport" }));
    await expect(remove()).rejects.toThrow("cannot be found");
    await page.getByRole("tab", { name: "Policies" }).click();
    await button("Create policy").click();
    await dialog().getByLabel("Policy name").fill("keep-linked-roles");
    await submit("Save");
    await page.getByRole("tab", { name: "Tree" }).click();
    await choose(/^studios ou-/);
    await button("Attach policy").click();
    await dialog()
      .getByRole("button", { name: /^Policy/ })
      .click();
    await page.getByRole("option", { name: /keep-linked-roles/ }).click();
    await submit("Attach");
    await page.getByText("keep-linked-roles is attached to studios, and in force.").waitFor();
    await expect(remove()).rejects.toThrow("explicit deny in a service control policy");
    // The account shows what it has from the levels above.
    await choose(/^north /);
    await page.getByText("FullAWSAccess, keep-linked-roles").waitFor();
    await takePicture(page, "organization");
    await resize(page, PHONE);
    expect(await faults()).toEqual([]);
    await resize(page, { width: 1280, height: 900 });
    await choose(/^studios ou-/);
    await page.getByRole("checkbox", { name: /^p-(?!FullAWSAccess)/ }).click();
    await button("Detach").click();
    await submit("Detach");
    await expect(remove()).rejects.toThrow("cannot be found");
  });

  test("an account moves, and the page says how the AWS CLI would do it", async () => {
    await choose(/^north /);
    await button("Move").click();
    await submit("Move");
    await page.getByText(/north is in Root now/).waitFor();
    await button("Copy as AWS CLI").click();
    await dialog()
      .getByText(/aws organizations move-account .* --destination-parent-id r-/)
      .waitFor();
    await dialog().getByRole("button", { name: /close/i }).first().click();
    await choose(/^studios ou-/);
    await button("Delete").first().click();
    await dialog()
      .getByLabel(/To confirm/)
      .fill("delete");
    await submit("Delete");
    await page.getByRole("radio", { name: /^studios ou-/ }).waitFor({ state: "detached" });
  });
});

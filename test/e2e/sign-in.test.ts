import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { Key } from "../support/test-server.ts";
import { type TestBrowser, takePicture, visit } from "./browser.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

/** docs/console.md names the figure. */
const FIRST_VISIT_BYTES_MAX = 390_000;

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;

  startConsole("sign-in", (started) => {
    ({ server, browser } = started);
  });

  test("one click signs the root user in, and the header says who and where", async () => {
    const page = await browser.open(server.endpoint);
    await page.getByRole("button", { name: "Signed in as root" }).waitFor();
    await page.getByRole("button", { name: "Region us-east-1" }).click();
    await page.getByRole("menuitem", { name: "Ireland eu-west-1" }).click();
    await page.getByText("Live channels in eu-west-1").waitFor();
    await page.getByRole("button", { name: "Dark mode" }).click();
    await takePicture(page, "overview-dark");
    expect(await page.locator("body").getAttribute("class")).toContain("awsui-dark-mode");
    await page.reload();
    await page.getByText("Live channels in eu-west-1").waitFor();
    expect(await page.locator("body").getAttribute("class")).toContain("awsui-dark-mode");
    await page.getByRole("button", { name: "Signed in as root" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByLabel("Access key ID").waitFor();
    await page.reload();
    await page.getByLabel("Access key ID").waitFor();
  });

  test("what a first visit loads stays small", async () => {
    const page = await browser.blank();
    const sizes: number[] = [];
    page.on("response", (response) => {
      if (!response.url().includes("/_rolecast/console/")) return;
      sizes.push(Number(response.headers()["content-length"]));
      expect(response.headers()["content-encoding"] ?? "small").toMatch(/^(?:br|gzip|small)$/);
    });
    await page.goto(`${server.endpoint}/`);
    await page.getByText(/You're signed in as the root user/).waitFor();
    await page.getByText("From nothing to a recording").waitFor();
    const usableMs = Number(await page.evaluate("performance.now()"));
    const loadedBytes = sizes.reduce((sum, size) => sum + size, 0);
    expect(loadedBytes).toBeGreaterThan(100_000);
    expect(loadedBytes).toBeLessThan(FIRST_VISIT_BYTES_MAX);
    const files = `${loadedBytes} bytes in ${sizes.length} files`;
    process.stdout.write(`A first visit loads ${files}, ${Math.round(usableMs)} ms.\n`);
  });

  test("heading, navigation and buttons work before the server has answered a call", async () => {
    const page = await browser.blank();
    // The page, its first script and its style come; all else is held back.
    const isHeld = ({ pathname }: URL) => !/^\/$|\/(?:first|rolldown)[\w.-]+$/.test(pathname);
    await page.route(isHeld, () => {});
    await page.goto(`${server.endpoint}/`);
    await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
    const mode = page.getByRole("button", { name: /^(?:Dark|Light) mode$/ });
    const before = await mode.textContent();
    await mode.click();
    await expect.poll(() => mode.textContent()).not.toBe(before);
    await mode.click();
    await page.getByRole("button", { name: "S3", exact: true }).click();
    await page.getByRole("link", { name: "Buckets" }).waitFor();
    await page.close();
  });

  test("the side's groups stay as they were left, in the next visit too", async () => {
    const page = await browser.open(server.endpoint);
    const link = (name: string) => page.getByRole("link", { name, exact: true });
    await page.evaluate("localStorage.removeItem('rolecast.navigation')");
    await page.reload();
    await link("Channels").waitFor();
    await link("Buckets").waitFor({ state: "hidden" });
    await visit(page, "/s3/buckets", "Buckets");
    await link("Buckets").first().waitFor();
    await page.getByRole("button", { name: "IVS", exact: true }).click();
    await link("Channels").waitFor({ state: "hidden" });
    await page.reload();
    await link("Users").waitFor();
    await link("Channels").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "IVS", exact: true }).click();
    await link("Channels").click();
    await page.getByRole("heading", { name: "Channels", level: 1 }).waitFor();
    await page.close();
  });

  test("a new tab is whoever the tab beside it is, and signs out with it", async () => {
    const first = await browser.blank();
    const others = first.context().pages();
    await Promise.all(others.filter((page) => page !== first).map((page) => page.close()));
    await first.goto(`${server.endpoint}/`);
    await first.getByText(/You're signed in as the root user/).waitFor();
    await visit(first, "/ivs/channels", "Channels");
    await first.getByText(/You're signed in/).waitFor({ state: "detached" });
    await first.getByRole("button", { name: "Signed in as root" }).click();
    await first.getByRole("menuitem", { name: "Sign in with another key" }).click();
    const key = await userKey("ann");
    await first.getByLabel("Access key ID").fill(key.accessKeyId);
    await first.getByLabel("Secret access key").fill(key.secretAccessKey);
    await first.getByRole("button", { name: "Sign in", exact: true }).click();
    await first.getByRole("button", { name: "Signed in as user/ann" }).waitFor();

    const second = await browser.blank();
    await second.goto(`${server.endpoint}/#/iam/users`);
    await second.getByRole("button", { name: "Signed in as user/ann" }).waitFor();
    expect(await second.getByText(/You're signed in/).count()).toBe(0);
    expect(await second.evaluate("JSON.stringify(localStorage)")).not.toContain(key.accessKeyId);
    await second.getByRole("button", { name: "Signed in as user/ann" }).click();
    await second.getByRole("menuitem", { name: "Sign out" }).click();
    await second.getByLabel("Access key ID").waitFor();
    await first.getByLabel("Access key ID").waitFor();
    await first.reload();
    await first.getByLabel("Access key ID").waitFor();
  });

  test("a wrong key stays outside, in AWS's words", async () => {
    const page = await browser.open(server.endpoint);
    await page.getByRole("button", { name: "Signed in as root" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByLabel("Access key ID").fill("AKIAIOSFODNN7EXAMPLE");
    await page.getByLabel("Secret access key").fill("wrong");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByText("The security token included in the request is invalid").waitFor();
  });

  test("who may nothing sees AWS's refusals, not blanks", async () => {
    const key = await userKey("nobody");
    const page = await browser.open(server.endpoint, key);
    const button = (name: string) => page.getByRole("button", { name, exact: true });
    await page.getByRole("button", { name: "Signed in as user/nobody" }).waitFor();
    await visit(page, "/ivs/channels", "Channels");
    await page
      .getByText(/user\/nobody is not authorized to perform: ivs:ListChannels on resource/)
      .waitFor();
    await page.getByRole("button", { name: "Copy as AWS CLI" }).click();
    await page.getByText(/^aws ivs list-channels .*--region .* --endpoint-url/).waitFor();
    await takePicture(page, "denied");
    await page.keyboard.press("Escape");

    // The network goes, and comes back; then the key is no longer taken.
    await page.context().setOffline(true);
    await button("Try again").click();
    await page.getByText(/Nothing answers at http:.*Start the server again/).waitFor();
    await page.goto(`${server.endpoint}/#/iam/groups`);
    await page.getByText("This page couldn't be loaded").waitFor();
    await page.context().setOffline(false);
    await button("Load again").click();
    await page.getByText(/user\/nobody is not authorized to perform: iam:ListGroups/).waitFor();
    await server.root.iam.send(
      new UpdateAccessKeyCommand({
        UserName: "nobody",
        AccessKeyId: key.accessKeyId,
        Status: "Inactive",
      }),
    );
    await button("Try again").click();
    await button("Sign in again").click();
    await page.getByRole("heading", { name: "Sign in with an access key" }).waitFor();
  });

  test("the keyboard alone leads from signing in to a channel that records", async () => {
    const page = await browser.blank();
    const press = (key: string) => page.keyboard.press(key);
    const heading = (name: string) =>
      page.getByRole("heading", { name, level: 1, exact: true }).waitFor();
    const dialogBegins = () => page.locator("[role=dialog] input:focus").waitFor();
    await page.goto(`${server.endpoint}/#/sign-in`);
    await page
      .getByRole("textbox", { name: "Access key ID" })
      .and(page.locator(":focus"))
      .waitFor();
    await page.keyboard.type("test");
    await press("Tab");
    await page.keyboard.type("test");
    await press("Enter");
    await heading("Overview");

    await tabTo(page, "S3");
    await press("Enter");
    await tabTo(page, "Buckets");
    await press("Enter");
    await heading("Buckets");
    await tabTo(page, "Create bucket");
    await press("Enter");
    await dialogBegins();
    await page.keyboard.type("by-keyboard");
    await press("Enter");
    await page.getByRole("link", { name: "by-keyboard" }).waitFor();

    await tabTo(page, "Recording configurations");
    await press("Enter");
    await heading("Recording configurations");
    await tabTo(page, "Create recording configuration");
    await press("Enter");
    await dialogBegins();
    await page.keyboard.type("keyed");
    await tabTo(page, /^Bucket/);
    await page.keyboard.type("by-keyboard");
    await page.getByRole("option", { name: "by-keyboard", exact: true }).waitFor();
    // The first closes the proposals.
    await press("Enter");
    await press("Enter");
    await page.getByRole("link", { name: "keyed" }).waitFor();

    await tabTo(page, "Channels");
    await press("Enter");
    await heading("Channels");
    await tabTo(page, "Create channel");
    await press("Enter");
    await heading("Channel details");
    await tabTo(page, /^Channel name/);
    await page.keyboard.type("stage");
    await press("Enter");
    await tabTo(page, /^Recording configuration/);
    await press("Enter");
    await page.getByRole("option", { name: /keyed/ }).waitFor();
    await press("ArrowDown");
    await press("Enter");
    await tabTo(page, "Skip to Review");
    await press("Enter");
    await tabTo(page, "Create channel");
    await press("Enter");
    await heading("stage");
    expect(await page.evaluate(FOCUSED_NAME)).toBe("stage");
    await page.getByRole("button", { name: "Recordings", exact: true }).waitFor();
    await tabTo(page, "Delete");
    await press("Enter");
    await dialogBegins();
    await press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await page.evaluate(FOCUSED_NAME)).toBe("Delete");
  });

  async function userKey(UserName: string): Promise<Key> {
    const { iam } = server.root;
    await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    return {
      accessKeyId: AccessKey?.AccessKeyId ?? "",
      secretAccessKey: AccessKey?.SecretAccessKey ?? "",
    };
  }
});

/** More than any page has to be tabbed over. */
const TABS_MAX = 80;
const FOCUSED_NAME = `document.activeElement.getAttribute("aria-label")
  ?? (document.activeElement.labels?.[0] ?? document.activeElement).textContent`;

/** Goes on with the tabulator until the focus is on what has the name. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let presses = 0; presses < TABS_MAX; presses += 1) {
    await page.keyboard.press("Tab");
    const focused = String(await page.evaluate(FOCUSED_NAME));
    if (typeof name === "string" ? focused === name : name.test(focused)) return;
  }
  throw new Error(`the keyboard doesn't reach ${name}`);
}

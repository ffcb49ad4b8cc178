import { CreateAccessKeyCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import type { Key } from "../support/test-server.ts";
import {
  hasChromium,
  SKIPPED,
  startBrowser,
  type TestBrowser,
  takePicture,
  visit,
} from "./browser.ts";

/** docs/console.md names the figure. */
const FIRST_VISIT_BYTES_MAX = 600_000;

describe.skipIf(!hasChromium)(SKIPPED, () => {
  let server: ServerProcess;
  let browser: TestBrowser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([
      startServerProcess(["--data", "memory"]),
      startBrowser(),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
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
    await page.getByRole("button", { name: "Sign in as root" }).click();
    await page.getByText("From nothing to a recording").waitFor();
    const loadedBytes = sizes.reduce((sum, size) => sum + size, 0);
    expect(loadedBytes).toBeGreaterThan(100_000);
    expect(loadedBytes).toBeLessThan(FIRST_VISIT_BYTES_MAX);
    process.stdout.write(`A first visit loads ${loadedBytes} bytes in ${sizes.length} files.\n`);
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
    const page = await browser.open(server.endpoint, await userKey("nobody"));
    await page.getByRole("button", { name: "Signed in as user/nobody" }).waitFor();
    await visit(page, "/ivs/channels", "Channels");
    await page
      .getByText(/user\/nobody is not authorized to perform: ivs:ListChannels on resource/)
      .waitFor();
    await page.getByRole("button", { name: "Copy as AWS CLI" }).click();
    await page.getByText(/^aws ivs list-channels .*--region .* --endpoint-url/).waitFor();
    await takePicture(page, "denied");
  });

  test("the pages did nothing that they have to be ashamed of", () => {
    expect(browser.complaints).toEqual([]);
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

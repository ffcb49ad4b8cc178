import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { type TestBrowser, visit } from "./browser.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

/* Work that a page begins and doesn't wait for: where it fails, the page says so. */

const BUCKET = "background-errors";

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;

  startConsole("background-errors", async (started) => {
    ({ server, browser } = started);
    const { s3 } = server.root;
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "film", Body: "text" }));
  });

  test("what fails after a click is a notice, or stands in its dialog", async () => {
    const page = await browser.open(server.endpoint);
    await visit(page, `/s3/buckets/${BUCKET}/object?key=film`, "film");
    await page.evaluate(`HTMLAnchorElement.prototype.click = () => {
      throw new Error("this browser saves nothing");
    }`);
    const download = page.getByRole("button", { name: "Download", exact: true });
    // What fails twice is said once.
    await download.click();
    await download.click();
    await page.getByText("The download didn't begin").waitFor();
    await page.getByText("this browser saves nothing").waitFor();
    expect(await page.getByText("The download didn't begin").count()).toBe(1);
    await page.getByRole("button", { name: "Create presigned link" }).click();
    const dialog = page.getByRole("dialog");
    await page.evaluate(`Date.prototype.toISOString = () => {
      throw new Error("this browser has no clock");
    }`);
    await dialog.getByRole("button", { name: "Create link" }).click();
    await dialog.getByText("The link wasn't created").waitFor();
    await dialog.getByText("this browser has no clock").waitFor();
  });

  test("a console that can't begin says so", async () => {
    const page = await browser.blank();
    await page.addInitScript(`Object.defineProperty(window, "sessionStorage", {
      get: () => {
        throw new Error("this browser keeps nothing");
      },
    })`);
    await page.goto(server.endpoint);
    const said = page.getByRole("alert");
    await said.getByText("The console can't be shown: this browser keeps nothing").waitFor();
  });
});

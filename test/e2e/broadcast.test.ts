import { CreateChannelCommand, GetStreamCommand } from "@aws-sdk/client-ivs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { until } from "../support/until.ts";
import { type TestBrowser, visit } from "./browser.ts";
import { type ConsoleServer, describeConsole, startConsole } from "./start-console.ts";

describeConsole(() => {
  let server: ConsoleServer;
  let browser: TestBrowser;
  let page: Page;

  startConsole("broadcast", async (started) => {
    ({ server, browser } = started);
    page = await browser.open(server.endpoint);
  });

  test("a channel's page broadcasts from this browser, and stops", async () => {
    const { channel } = await server.root.ivs.send(new CreateChannelCommand({ name: "mine" }));
    const { arn: channelArn = "" } = channel ?? {};
    const state = () =>
      server.root.ivs.send(new GetStreamCommand({ channelArn })).then(
        ({ stream }) => stream?.state,
        () => "offline",
      );
    await visit(page, `/ivs/channels/${encodeURIComponent(channelArn)}`, "mine");
    await page.getByRole("button", { name: "Broadcast from this browser" }).click();
    const stop = page.getByRole("button", { name: "Stop this browser's broadcast" });
    await stop.waitFor();
    expect(await state()).toBe("LIVE");
    await stop.click();
    await until(async () => (await state()) === "offline", "the end of the broadcast");
    await page.getByRole("button", { name: "Broadcast from this browser" }).waitFor();
  });
});

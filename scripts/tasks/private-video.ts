import type { Task } from "./task.ts";

/** A live picture that one viewer may watch, and nobody else. */
export const PRIVATE_VIDEO: Task = {
  name: "private-video",
  async prepare(desk, effort) {
    const { endpoint } = await desk.serve(effort, "npx rolecast start");
    const hand = await desk.browser(effort);
    const viewer = await desk.browser(effort);
    const { page } = hand;
    let address = "";
    return [
      {
        does: "make a key that signs tokens",
        secondsMax: 60,
        async run() {
          await hand.follow(`${endpoint}/`);
          await hand.side("IVS", "Playback keys");
          await hand.button("Create key pair");
          await hand.click(
            page.getByRole("dialog").getByRole("button", { name: "Create", exact: true }),
          );
          await page.getByText("Key pair created").waitFor();
          return page;
        },
      },
      {
        does: "make a private channel",
        secondsMax: 60,
        async run() {
          await hand.click(page.getByRole("dialog").getByRole("button", { name: "Done" }));
          await hand.side("IVS", "Channels");
          await hand.click(page.getByRole("main").getByText("Create channel").first());
          await hand.type(page.getByLabel("Channel name"), "backstage");
          await hand.button("Next");
          await hand.button("Next");
          await hand.click(page.getByText("Private channel"));
          await hand.button(/^Skip to/);
          await hand.button("Create channel");
          await hand.heading("backstage");
          return page;
        },
      },
      {
        does: "stream to it",
        secondsMax: 60,
        async run() {
          await hand.button("Stream a test picture");
          await page.getByText("Live, healthy").waitFor();
          return page;
        },
      },
      {
        does: "make a link for the viewer alice",
        secondsMax: 60,
        async run() {
          const share = page.getByRole("button", { name: /link for a viewer/i });
          const make = page.getByRole("link", { name: "make a token" });
          if (await hand.hasFirst(share, make)) {
            await hand.click(share.first());
            const dialog = page.getByRole("dialog");
            await hand.type(dialog.getByLabel(/Viewer/), "alice");
            await hand.click(dialog.getByRole("button", { name: "Make link", exact: true }));
          } else {
            await hand.click(make.first());
            await hand.click(page.getByRole("button", { name: /^Channel/ }));
            await hand.click(page.getByRole("option", { name: /backstage/ }));
            await hand.type(page.getByLabel("Viewer ID"), "alice");
            await hand.button("Make token");
            await hand.link("Watch the channel with it");
            await hand.button("Watch page and embedding");
          }
          const shown = page
            .getByRole("dialog")
            .getByText(/^https?:\S+#\/watch\?/)
            .first();
          await shown.waitFor();
          address = ((await shown.textContent()) ?? "").trim();
          await hand.click(page.getByRole("dialog").getByRole("button", { name: /^Copy/ }).first());
          return page;
        },
      },
      {
        does: "watch as alice, in another browser",
        secondsMax: 60,
        async run() {
          await viewer.follow(address);
          await viewer.plays("");
          return viewer.page;
        },
      },
    ];
  },
};

import type { Task } from "./task.ts";

/** From a clone with its packages to a recording that plays. */
export const FIRST_RECORDING: Task = {
  name: "first-recording",
  async prepare(desk, effort) {
    const hand = await desk.browser(effort);
    const { page } = hand;
    let endpoint = "";
    return [
      {
        does: "start the server",
        secondsMax: 60,
        async run() {
          const server = await desk.serve(effort, "npx rolecast start");
          ({ endpoint } = server);
          return server.terminal;
        },
      },
      {
        does: "open the console by the terminal's link",
        secondsMax: 60,
        async run() {
          await hand.follow(`${endpoint}/`);
          await page.getByRole("button", { name: "Stream a test picture" }).waitFor();
          return page;
        },
      },
      {
        does: "stream a test picture",
        secondsMax: 60,
        async run() {
          await hand.button("Stream a test picture");
          await page.getByText("Live, healthy").waitFor();
          await hand.plays("Live preview of");
          return page;
        },
      },
      {
        does: "stop the stream",
        secondsMax: 60,
        async run() {
          // The first file of a recording is complete after ten seconds.
          await page.getByText(/Running for\s*(?:1\d s|[2-9]\d s)/).waitFor();
          await hand.button("Stop stream");
          await page.getByText("Nobody is streaming").waitFor();
          return page;
        },
      },
      {
        does: "find the recording",
        secondsMax: 60,
        async run() {
          await hand.side("IVS", "Recordings");
          await page
            .getByRole("img", { name: /^Recording / })
            .first()
            .waitFor();
          return page;
        },
      },
      {
        does: "play the recording",
        secondsMax: 60,
        async run() {
          await hand.click(page.locator('a[href*="/ivs/recordings/"]').first());
          const film = page.locator("video");
          await film.waitFor();
          await film.evaluate((element) =>
            (element as unknown as { play(): Promise<void> }).play(),
          );
          effort.click();
          await hand.plays("");
          return page;
        },
      },
    ];
  },
};

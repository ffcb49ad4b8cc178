import { networkInterfaces } from "node:os";
import type { Desk, DeskServer } from "./desk.ts";
import type { Effort } from "./effort.ts";
import type { Hand } from "./hand.ts";
import type { Task } from "./task.ts";

/** Clicks away a browser's warning of a certificate that isn't signed by one that it knows. */
const WARNING_CLICKS = 2;

/** Somebody joins a stage from a telephone in the same network, with camera and microphone. */
export const STAGE_BY_TELEPHONE: Task = {
  name: "stage-by-telephone",
  async prepare(desk: Desk, effort: Effort) {
    const hand = await desk.browser(effort);
    const phone = await desk.telephone(effort);
    const { page } = hand;
    const own = ownAddress();
    let server: DeskServer | undefined;
    let link: string | undefined;
    const away = () => {
      const url = new URL(server?.endpoint ?? "");
      return `${own}:${url.port}`;
    };
    return [
      {
        does: "start a server that the telephone reaches",
        secondsMax: 60,
        async run() {
          server = await desk.serve(effort, "npx rolecast start --host 0.0.0.0");
          return server.terminal;
        },
      },
      {
        does: "sign in at the desk, by the machine's own address",
        secondsMax: 60,
        async run() {
          await page.goto(`http://${away()}/`);
          effort.press(away().length + 1);
          await signIn(hand, server, "paste");
          return page;
        },
      },
      {
        does: "make a stage",
        secondsMax: 60,
        async run() {
          await hand.side("IVS Real-Time", "Stages");
          await hand.button("Create stage");
          const form = page.getByRole("dialog");
          await hand.type(form.getByLabel("Stage name"), "talk");
          await hand.click(form.getByRole("button", { name: "Create", exact: true }));
          await hand.heading("talk");
          return page;
        },
      },
      {
        does: "get the telephone to the stage's page",
        secondsMax: 90,
        async run() {
          const invite = page.getByRole("button", { name: "Copy join link" });
          const join = page.getByRole("button", { name: "Join", exact: true });
          if (await hand.hasFirst(invite, join)) {
            await hand.click(invite);
            const shown = page
              .getByRole("dialog")
              .getByText(/^https?:\S+#\/join/)
              .first();
            await shown.waitFor();
            link = ((await shown.textContent()) ?? "").trim();
            await phone.follow(link);
          } else {
            await phone.page.goto(`https://${away()}/`);
            effort.press(`https://${away()}`.length + 1);
            await signIn(phone, server, "type");
            await phone.side("IVS Real-Time", "Stages");
            await phone.link("talk");
          }
          effort.click(WARNING_CLICKS);
          await phone.heading(/talk|stage/i);
          return phone.page;
        },
      },
      {
        does: "join with camera and microphone",
        secondsMax: 60,
        async run() {
          await phone.button(/^Join/);
          if (link === undefined) await phone.button("Publish this browser's camera");
          await phone.plays("Picture of this browser");
          return phone.page;
        },
      },
      {
        does: "see the telephone at the desk",
        secondsMax: 60,
        async run() {
          const close = page.getByRole("dialog").getByRole("button", { name: /close/i });
          if (link !== undefined) await hand.click(close.first());
          await hand.button("Join");
          await hand.plays("Picture of ");
          return page;
        },
      },
    ];
  },
};

/** The telephone's keyboard is all that it has; at the desk the key is copied from the terminal. */
async function signIn(
  hand: Hand,
  server: DeskServer | undefined,
  by: "paste" | "type",
): Promise<void> {
  const { page } = hand;
  const { AWS_ACCESS_KEY_ID: id = "", AWS_SECRET_ACCESS_KEY: secret = "" } =
    server?.variables ?? {};
  await hand[by](page.getByLabel("Access key ID"), id);
  await hand[by](page.getByLabel("Secret access key"), secret);
  await hand.button("Sign in");
  await hand.heading("Overview");
}

function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = all.find(({ internal, family }) => !internal && family === "IPv4");
  if (own === undefined) throw new Error("This machine has no address that a telephone reaches.");
  return own.address;
}

import type { RunningServer } from "@rolecast/server";
import { explainFailure } from "../command-error.ts";
import { Connection } from "../connection.ts";
import { latestExplanation } from "../explain.ts";
import { print } from "../terminal.ts";
import { openPage } from "./open-page.ts";
import { listenForKeys } from "./terminal-keys.ts";
import { TestPicture } from "./test-picture.ts";

const HINT = "Press o for the console, t for a test picture, ? for all keys, q to stop.";

interface Hotkey {
  readonly does: string;
  /** Resolves to what it says, if anything. */
  readonly press: () => string | undefined | Promise<string>;
}

/** Keys while serving on a terminal, all of them with the root user's key; says that they exist. */
export async function offerHotkeys(
  { endpoint, root }: RunningServer,
  stop: () => undefined,
): Promise<void> {
  const connection = new Connection(
    { endpoint },
    {
      AWS_ACCESS_KEY_ID: root.rootAccessKeyId,
      AWS_SECRET_ACCESS_KEY: root.rootSecretAccessKey,
    },
  );
  const picture = new TestPicture(connection);
  const hotkeys: Readonly<Record<string, Hotkey>> = {
    o: { does: "open the console", press: () => openConsole(`${endpoint}/`) },
    t: {
      does: "stream a test picture to the first channel, or end it",
      press: () => picture.toggle(),
    },
    e: { does: "explain the last denial", press: () => latestExplanation(connection) },
    "?": { does: "show the keys", press: () => helpOf(hotkeys) },
    q: { does: "end streams and recordings, and stop: as Ctrl-C", press: stop },
  };
  const pressed = new Set<string>();
  const press = async (key: string, hotkey: Hotkey) => {
    // What takes its time isn't begun twice.
    if (pressed.has(key)) return;
    pressed.add(key);
    try {
      const said = await hotkey.press();
      if (said !== undefined) print(said);
    } finally {
      pressed.delete(key);
    }
  };
  const isListening = await listenForKeys((key) => {
    // People part the lines of a log by it.
    if (key === "\r") print("");
    const hotkey = Object.hasOwn(hotkeys, key) ? hotkeys[key] : undefined;
    if (hotkey) press(key, hotkey).catch((error: unknown) => print(sentenceOf(error, endpoint)));
  });
  if (isListening) print(HINT);
}

async function openConsole(url: string): Promise<string> {
  return (await openPage(url))
    ? `Opened ${url}`
    : `No browser could be opened. The console: ${url}`;
}

function helpOf(hotkeys: Readonly<Record<string, Hotkey>>): string {
  return Object.entries(hotkeys)
    .map(([key, { does }]) => `  ${key}  ${does}`)
    .join("\n");
}

function sentenceOf(error: unknown, endpoint: string): string {
  return `rolecast: ${explainFailure(error, () => endpoint)?.message ?? String(error)}`;
}

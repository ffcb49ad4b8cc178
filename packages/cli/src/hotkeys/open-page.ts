import { spawn } from "node:child_process";

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: "open" };

/** Opens a page in the user's browser; resolves to whether there is one. */
export function openPage(url: string): Promise<boolean> {
  const opener = spawn(OPENERS[process.platform] ?? "xdg-open", [url], {
    stdio: "ignore",
    detached: true,
  });
  opener.unref();
  return new Promise((resolve) => {
    opener.once("error", () => resolve(false));
    opener.once("exit", (code) => resolve(code === 0));
  });
}

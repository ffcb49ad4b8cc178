import { expect, test } from "vitest";
import { runKills } from "../../scripts/kills/run-kills.ts";

// Longer runs, with several nodes and a database that is killed too: `npm run test:kills`.
test("nothing acknowledged is lost or half done after twenty kills, in any service", async () => {
  const lines: string[] = [];
  const { wrong, kills } = await runKills({
    ...{ kills: 20, seed: 34, minutes: Infinity, services: [""], modelsPerRound: 5 },
    ...{ database: "sqlite", nodes: 1, objects: "folder" },
    log: (line) => lines.push(line),
  });
  expect(wrong, lines.join("\n")).toEqual([]);
  expect(kills).toBeGreaterThanOrEqual(20);
}, 300_000);

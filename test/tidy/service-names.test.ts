import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SERVICE_TITLES } from "../../packages/console/src/service-titles.ts";
import { root } from "./modules.ts";

/*
 * Pages that name the services one by one. Other lists are made from the server's own
 * (`npm run docs`); these have a sentence for each.
 */

const read = (path: string) => readFileSync(join(root, path), "utf8");

/** Endpoints' variables that aren't their services' titles without spaces. */
const VARIABLES: Readonly<Record<string, string>> = { "IVS Real-Time": "IVS_REALTIME" };

/** APIs that belong to another service of AWS's, and the server's own. */
const NO_SERVICE_OF_AWS = ["iam-toolbox", "s3control", "rolecast"];

test("ARCHITECTURE's list has each folder of a service", () => {
  const folders = readdirSync(join(root, "packages/server/src/services"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const list =
    read("ARCHITECTURE.md").match(/^Each folder of `services\/`:[\s\S]*?\n\n(?!-)/m)?.[0] ?? "";
  expect(folders.length).toBeGreaterThan(8);
  expect(folders.filter((name) => !list.includes(`\`${name}\``))).toEqual([]);
});

test("the page about switching names each service and the variable of its endpoint", () => {
  const page = read("docs/switch.md");
  const [, first = ""] = /^## What is here\n\n([\s\S]*?)\n\n/m.exec(page) ?? [];
  const missing = Object.entries(SERVICE_TITLES)
    .filter(([name]) => !NO_SERVICE_OF_AWS.includes(name))
    .flatMap(([, title]) => [
      title,
      `AWS_ENDPOINT_URL_${VARIABLES[title] ?? title.toUpperCase().replace(" ", "")}`,
    ])
    .filter((words) => !first.includes(words));
  expect(missing).toEqual([]);
});

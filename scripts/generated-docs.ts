import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  createServer,
  defaultOf,
  flagOf,
  type OperationCoverage,
  SETTINGS,
  type Setting,
  type SettingName,
  variableOf,
} from "@rolecast/server";
import { wrapMarkdown } from "./markdown-lines.ts";
import { commandsPage, decisionsPage, eventsPage, metricsPage } from "./reference-pages.ts";

/*
 * What the docs say of the code, written by the code: the README's list of what works, the lists
 * of operations, settings, commands, events and metrics; and the console's list of services, since
 * it imports nothing of the server. `npm run docs` writes it, a test holds the files against it.
 */

const root = join(import.meta.dirname, "..");
const BEGIN = "<!-- begin generated: npm run docs -->";
const END = "<!-- end generated -->";

/** Path → contents of every generated file. */
export async function generateDocs(): Promise<ReadonlyMap<string, string>> {
  const server = await createServer({
    data: "memory",
    port: 0,
    rtmpPort: 0,
    rtmpsPort: 0,
    srtPort: 0,
  });
  const metrics = await (await fetch(`${server.endpoint}/_rolecast/metrics`)).text();
  const operations = await server.operations();
  await server.close();
  return new Map([
    [
      "README.md",
      withGenerated(readFileSync(join(root, "README.md"), "utf8"), summary(operations)),
    ],
    ["docs/operations.md", operationsPage(operations)],
    ["packages/console/src/service-titles.ts", serviceTitles(operations)],
    ["docs/settings.md", settingsPage()],
    ["docs/cli-reference.md", await commandsPage()],
    ["docs/event-reference.md", eventsPage()],
    ["docs/metric-reference.md", metricsPage(metrics)],
    ["docs/adr/README.md", decisionsPage(readDecisions())],
    ["rolecast.yml", settingsFile()],
  ]);
}

function readDecisions(): ReadonlyMap<string, string> {
  const folder = join(root, "docs/adr");
  const names = readdirSync(folder).filter((name) => /^\d{4}-.*\.md$/.test(name));
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

function withGenerated(text: string, generated: string): string {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error("README.md lost its markers");
  return `${before}${BEGIN}\n\n${generated}\n${END}${after}`;
}

/** How much of each service works, by its name in the server's list. */
const TIERS: Readonly<Record<string, readonly string[]>> = {
  Whole: ["ivs", "ivs-realtime", "ivschat", "iam"],
  "What they need": [
    ...["s3", "sts", "kms", "organizations", "cloudtrail", "accessanalyzer", "cloudformation"],
  ],
  "Enough to deploy": ["events", "cloudwatch", "ssm", "ecr", "cloudcontrol", "s3control"],
};
/** Rolecast's own operations, and the two that explain a denial, which are a part of IAM. */
const UNLISTED = ["rolecast", "iam-toolbox"];

function summary(operations: Readonly<Record<string, OperationCoverage>>): string {
  const listed = [...Object.values(TIERS).flat(), ...UNLISTED];
  const missing = Object.keys(operations).filter((name) => !listed.includes(name));
  if (missing.length > 0) throw new Error(`No tier of the README has ${missing.join(", ")}`);
  const items = Object.entries(TIERS).map(([tier, names]) => {
    const services = names.map((name) => {
      const coverage = operations[name];
      if (coverage === undefined) throw new Error(`A tier names ${name}, which isn't a service`);
      const { title, implemented, missing: others } = coverage;
      return `${title} ${implemented.length} of ${implemented.length + others.length}`;
    });
    return wrapMarkdown(`- **${tier}**: ${services.join(", ")}`, "  ");
  });
  return ["The operations that work, of those that AWS has:", "", ...items, ""].join("\n");
}

function operationsPage(operations: Readonly<Record<string, OperationCoverage>>): string {
  const parts = Object.values(operations).map(({ title, ...coverage }) => {
    const { implemented, missing, unsupportedMembers: members } = coverage;
    return [
      `## ${title}`,
      "",
      wrapMarkdown(`${implemented.length} work: ${implemented.join(", ")}.`),
      "",
      ...(missing.length === 0
        ? []
        : [
            wrapMarkdown(
              `${missing.length} fail with \`NotImplemented\`, by name: ${missing.join(", ")}.`,
            ),
            "",
          ]),
      ...(members.length === 0
        ? []
        : [wrapMarkdown(`So do requests with one of these: ${members.join(", ")}.`), ""]),
    ].join("\n");
  });
  return [
    "# Operations",
    "",
    "Every operation of these services' APIs is routed and decoded.",
    "Written by `npm run docs` from the code.",
    "",
    parts.join("\n"),
  ].join("\n");
}

function serviceTitles(operations: Readonly<Record<string, OperationCoverage>>): string {
  const lines = Object.entries(operations).map(([name, { title }]) => {
    const key = /^\w+$/.test(name) ? name : JSON.stringify(name);
    return `  ${key}: ${JSON.stringify(title)},`;
  });
  return [
    "/** Every service's title, by its name. Written by `npm run docs` from the server's list. */",
    "export const SERVICE_TITLES: Readonly<Record<string, string>> = {",
    ...lines,
    "};",
    "",
  ].join("\n");
}

function settingsPage(): string {
  const groups = [...new Set(entries().map(([, { group }]) => group))];
  const parts = groups.map((group) =>
    [
      `## ${group}`,
      "",
      ...entries()
        .filter(([, setting]) => setting.group === group)
        .map(settingItem),
      "",
    ].join("\n"),
  );
  return [
    "# Settings",
    "",
    "Each setting by its name in `rolecast.yml`, with its flag, its variable and its default.",
    "A flag wins over a variable, a variable over `rolecast.yml` (`--config FILE` or",
    "`ROLECAST_CONFIG`). With a setting that can't be honoured, the server doesn't start.",
    "Written by `npm run docs` from the code.",
    "",
    parts.join("\n"),
  ].join("\n");
}

function settingItem([name, setting]: [SettingName, Setting]): string {
  const value = defaultOf(setting);
  const facts = [
    ...(setting.structured ? [] : [`\`${flagOf(name)}\``]),
    `\`${variableOf(name)}\`${setting.structured ? " as YAML or JSON" : ""}`,
    ...(value === undefined ? [] : [`default \`${value}\``]),
  ];
  return `- \`${name}\` (${facts.join(", ")}):\n  ${wrapMarkdown(setting.description, "  ")}`;
}

function settingsFile(): string {
  const parts = entries().map(([name, setting]) => {
    const value = defaultOf(setting);
    return `# ${setting.description}\n# ${name}:${value === undefined ? "" : ` ${value}`}\n`;
  });
  return [
    "# Every setting of Rolecast with its default. Use: rolecast start --config rolecast.yml",
    "# Written by `npm run docs` from the code; take the # away from what you change.",
    "",
    parts.join("\n"),
  ].join("\n");
}

function entries(): [SettingName, Setting][] {
  return Object.entries(SETTINGS) as [SettingName, Setting][];
}

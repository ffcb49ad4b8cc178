import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { ServiceConstraints } from "../../packages/server/src/kernel/constraints.ts";
import { workingOperations } from "../support/operations-page.ts";
import { root } from "./modules.ts";
import { type InputSurvey, surveyInputs } from "./unread-inputs/unread-members.ts";

/*
 * Nothing that a request carries is ignored without a word: each member of an implemented
 * operation's input is read by code, refused by its name (`unsupported` in the service's
 * constraints), or listed in unread-inputs.json with the reason why it needn't be read, which the
 * service's page names too where a caller would notice. The list only shrinks.
 */

/** The SDK's packages and the folders of their services. */
const FOLDERS: Readonly<Record<string, string>> = {
  accessanalyzer: "access-analyzer",
  cloudformation: "cloudformation",
  cloudtrail: "cloudtrail",
  cloudwatch: "cloudwatch",
  ecr: "ecr",
  eventbridge: "events",
  iam: "iam",
  ivs: "ivs",
  "ivs-realtime": "ivs-realtime",
  ivschat: "ivs-chat",
  kms: "kms",
  organizations: "organizations",
  s3: "s3",
  ssm: "ssm",
  cloudcontrol: "cloudcontrol",
  sts: "sts",
};

/** Reason → members, as `s3 RestoreObject RestoreRequest.Tier`; `*` stands for any operation. */
const LISTED: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(join(import.meta.dirname, "unread-inputs.json"), "utf8"),
);

let survey: InputSurvey;
let unread: readonly string[];
let refused: readonly string[];

beforeAll(async () => {
  survey = surveyInputs();
  unread = survey.unread.map((each) => `${each.client} ${each.operation} ${each.path}`);
  const all = Object.entries(FOLDERS).map(async ([client, folder]) =>
    (await unsupportedOf(folder)).map((name) => `${client} ${name.replace(".", " ")}`),
  );
  refused = (await Promise.all(all)).flat();
}, 120_000);

async function unsupportedOf(folder: string): Promise<readonly string[]> {
  const file = join(root, "packages/server/src/services", folder, "constraints.ts");
  const exported: Readonly<Record<string, Partial<ServiceConstraints>>> = await import(file);
  return Object.values(exported).flatMap(({ unsupported = [] }) => unsupported);
}

test("every member of an input is read, refused by its name, or listed with a reason", () => {
  const listed = Object.values(LISTED).flat();
  const isKnown = (one: string) =>
    refused.includes(one) || listed.some((name) => matches(name, one));
  const strange = unread.filter((one) => !isKnown(one));
  expect(strange, "Honour these members, or refuse them by name").toEqual([]);
});

test("the list names no member that is read or refused by now", () => {
  const rest = unread.filter((one) => !refused.includes(one));
  const listed = Object.values(LISTED).flat();
  const stale = listed.filter((name) => !rest.some((one) => matches(name, one)));
  expect(stale, "Remove these from test/tidy/unread-inputs.json").toEqual([]);
});

test("all implemented operations are looked at", () => {
  const names = [...workingOperations()]
    .filter(([title]) => !/^(Rolecast|IAM auth)/.test(title))
    .flatMap(([, working]) => working);
  expect(names.length).toBeGreaterThan(300);
  expect(names.filter((name) => !survey.operations.has(name))).toEqual([]);
});

function matches(listed: string, one: string): boolean {
  const [client, operation, path = ""] = listed.split(" ");
  const [itsClient, itsOperation, itsPath = ""] = one.split(" ");
  if (client !== itsClient || (operation !== "*" && operation !== itsOperation)) return false;
  return path.endsWith(".*") ? itsPath.startsWith(path.slice(0, -1)) : itsPath === path;
}

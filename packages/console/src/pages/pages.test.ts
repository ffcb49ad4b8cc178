import type { SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import { describe, expect, test } from "vitest";
import { HELPED_PAGES } from "../help/helped-pages.ts";
import { TOPICS } from "../help/topics.ts";
import { parsePlace } from "../routing/hash-route.ts";
import { navigationOf } from "../routing/navigation.ts";
import { breadcrumbsOf, findPage } from "./pages.ts";

const ARN = encodeURIComponent("arn:aws:ivs:us-east-1:000000000000:kind/abc");

const STACK = encodeURIComponent(
  "arn:aws:cloudformation:us-east-1:000000000000:stack/studio/0f2b1c3d-0000-11f0-8000-0123456789ab",
);

/** Each address with the page's title, and its name below those above it. */
const PAGES = [
  ["/", "Overview", ["Rolecast"]],
  ["/ivs/channels", "Channels", ["IVS", "Channels"]],
  ["/ivs/channels/create", "Create channel", ["IVS", "Channels", "Create channel"]],
  [`/ivs/channels/${ARN}`, "Channel", ["IVS", "Channels", "abc"]],
  [
    "/ivs/recording-configurations",
    "Recording configurations",
    ["IVS", "Recording configurations"],
  ],
  [
    `/ivs/recording-configurations/${ARN}`,
    "Recording configuration",
    ["IVS", "Recording configurations", "abc"],
  ],
  ["/ivs/recordings", "Recordings", ["IVS", "Recordings"]],
  ["/ivs/recordings/films", "Recording", ["IVS", "Recordings", "films"]],
  ["/ivs/playback-keys", "Playback keys", ["IVS", "Playback keys"]],
  [`/ivs/playback-keys/${ARN}`, "Playback key", ["IVS", "Playback keys", "abc"]],
  ["/ivs/playback-tokens", "Make a playback token", ["IVS", "Make a playback token"]],
  ["/ivs/restriction-policies", "Restriction policies", ["IVS", "Restriction policies"]],
  [
    `/ivs/restriction-policies/${ARN}`,
    "Restriction policy",
    ["IVS", "Restriction policies", "abc"],
  ],
  ["/ivs/ad-configurations", "Ad configurations", ["IVS", "Ad configurations"]],
  [`/ivs/ad-configurations/${ARN}`, "Ad configuration", ["IVS", "Ad configurations", "abc"]],
  ["/ivs-realtime/stages", "Stages", ["IVS Real-Time", "Stages"]],
  [`/ivs-realtime/stages/${ARN}`, "Stage", ["IVS Real-Time", "Stages", "abc"]],
  ["/ivs-realtime/compositions", "Compositions", ["IVS Real-Time", "Compositions"]],
  [
    "/ivs-realtime/encoder-configurations",
    "Encoder configurations",
    ["IVS Real-Time", "Encoder configurations"],
  ],
  [
    "/ivs-realtime/storage-configurations",
    "Storage configurations",
    ["IVS Real-Time", "Storage configurations"],
  ],
  ["/ivschat/rooms", "Chat rooms", ["IVS Chat", "Chat rooms"]],
  [`/ivschat/rooms/${ARN}`, "Chat room", ["IVS Chat", "Chat rooms", "abc"]],
  [
    "/ivschat/logging-configurations",
    "Logging configurations",
    ["IVS Chat", "Logging configurations"],
  ],
  [
    `/ivschat/logging-configurations/${ARN}`,
    "Logging configuration",
    ["IVS Chat", "Logging configurations", "abc"],
  ],
  ["/iam/users", "Users", ["IAM", "Users"]],
  ["/iam/users/ann", "User", ["IAM", "Users", "ann"]],
  ["/iam/groups", "Groups", ["IAM", "Groups"]],
  ["/iam/groups/crew", "Group", ["IAM", "Groups", "crew"]],
  ["/iam/policies", "Policies", ["IAM", "Policies"]],
  ["/iam/policies/create", "Create policy", ["IAM", "Policies", "Create policy"]],
  [`/iam/policies/${ARN}`, "Policy", ["IAM", "Policies", "abc"]],
  ["/iam/simulator", "Policy simulator", ["IAM", "Policy simulator"]],
  ["/activity", "Activity", ["Rolecast", "Activity"]],
  ["/kms/keys", "Keys", ["KMS", "Keys"]],
  ["/kms/keys/abc", "Key", ["KMS", "Keys", "abc"]],
  ["/ssm/parameters", "Parameters", ["SSM", "Parameters"]],
  ["/ssm/parameters/%2Fstudio%2Ftitle", "Parameter", ["SSM", "Parameters", "title"]],
  ["/events/buses", "Event buses", ["EventBridge", "Event buses"]],
  ["/events/buses/default", "Event bus", ["EventBridge", "Event buses", "default"]],
  ["/events/buses/default/rules/live", "Rule", ["EventBridge", "Event buses", "default", "live"]],
  ["/cloudwatch/alarms", "Alarms", ["CloudWatch", "Alarms"]],
  ["/cloudwatch/alarms/frozen", "Alarm", ["CloudWatch", "Alarms", "frozen"]],
  ["/cloudwatch/dashboards", "Dashboards", ["CloudWatch", "Dashboards"]],
  ["/cloudwatch/dashboards/studio", "Dashboard", ["CloudWatch", "Dashboards", "studio"]],
  ["/resources", "Resources", ["Rolecast", "Resources"]],
  [`/resources/AWS%3A%3AIVS%3A%3AChannel/${ARN}`, "Resource", ["Rolecast", "Resources", "abc"]],
  ["/authorization-details/1", "Authorization details", ["Rolecast", "1"]],
  ["/iam/roles", "Roles", ["IAM", "Roles"]],
  ["/iam/roles/create", "Role", ["IAM", "Roles", "create"]],
  ["/iam/roles/create/role", "Create role", ["IAM", "Roles", "Create role"]],
  ["/iam/roles/reader", "Role", ["IAM", "Roles", "reader"]],
  ["/organizations/tree", "Organization", ["Organizations", "Organization"]],
  ["/cloudformation/stacks", "Stacks", ["CloudFormation", "Stacks"]],
  ["/cloudformation/stacks/create", "Create stack", ["CloudFormation", "Stacks", "Create stack"]],
  [`/cloudformation/stacks/${STACK}`, "Stack", ["CloudFormation", "Stacks", "studio"]],
  ["/s3/buckets", "Buckets", ["S3", "Buckets"]],
  ["/s3/buckets/films", "Bucket", ["S3", "Buckets", "films"]],
  ["/s3/buckets/films/object", "Object", ["S3", "Buckets", "films", "Object"]],
  ["/no/such/page", "Not found", ["Rolecast", "Not found"]],
  ["/iam", "Not found", ["Rolecast", "Not found"]],
] as const;

test.each(PAGES)("%s is %s", (path, title, names) => {
  const found = findPage(path);
  const crumbs = breadcrumbsOf(found);
  expect(found.route.title).toBe(title);
  expect(crumbs.map(({ text }) => text)).toEqual(names);
  if (title === "Not found") return;
  // Each leads to its page, the last to this one; the first to the service's own.
  for (const { href } of crumbs.slice(0, -1))
    expect(findPage(parsePlace(href).path).route.title).not.toBe("Not found");
  if (path !== "/") expect(parsePlace(crumbs.at(-1)?.href ?? "").path).toBe(path);
});

test("each service's name leads to its first page", () => {
  const homes = PAGES.map(([path]) => breadcrumbsOf(findPage(path))[0]?.href);
  const first = ["#/", "#/ivs/channels", "#/ivschat/rooms", "#/iam/users", "#/s3/buckets"];
  const further = ["#/ivs-realtime/stages", "#/organizations/tree", "#/cloudformation/stacks"];
  const services = ["#/kms/keys", "#/ssm/parameters", "#/events/buses", "#/cloudwatch/alarms"];
  expect(new Set(homes)).toEqual(new Set([...first, ...further, ...services]));
});

describe("the side", () => {
  const side = navigationOf("#/", {});

  /** Links to pages, without those to the docs. */
  const leaves = (items: readonly SideNavigationProps.Item[]): SideNavigationProps.Link[] =>
    items.flatMap((item) => {
      if (item.type === "link") return item.external === true ? [] : [item];
      return "items" in item ? leaves(item.items) : [];
    });

  test("has a link to every list, called like its page", () => {
    const links = leaves(side).map(({ text, href }) => [parsePlace(href).path, text]);
    const lists = PAGES.filter(
      ([path, title]) => path.split("/").length <= 3 && title !== "Not found",
    ).filter(([path]) => !/^\/(?:authorization|ivs\/playback-tokens)/.test(path));
    expect(new Set(links)).toEqual(new Set(lists.map(([path, title]) => [path, title])));
  });

  test("has them below their services", () => {
    const groups = side.flatMap((item) =>
      item.type === "section" && leaves(item.items).length > 0
        ? [[item.text, ...new Set(leaves(item.items).map(({ href }) => href.split("/")[1]))]]
        : [],
    );
    expect(groups).toEqual([
      ["IVS", "ivs"],
      ["IVS Real-Time", "ivs-realtime"],
      ["IVS Chat", "ivschat"],
      ["IAM", "iam"],
      ["Organizations", "organizations"],
      ["S3", "s3"],
      ["KMS", "kms"],
      ["SSM", "ssm"],
      ["CloudWatch", "cloudwatch"],
      ["EventBridge", "events"],
      ["CloudFormation", "cloudformation"],
    ]);
  });
});

test("there is help for every page but the first and a denial's, with links to AWS's pages", () => {
  const patterns = new Set(PAGES.map(([path]) => findPage(path).route.pattern));
  for (const without of ["/", "/authorization-details/:id", ""]) patterns.delete(without);
  expect(new Set<string>(HELPED_PAGES)).toEqual(patterns);
  for (const { title, text, more } of Object.values(TOPICS)) {
    expect(title).toMatch(/^\w/);
    expect(text.length).toBeGreaterThan(1);
    for (const paragraph of text) expect(paragraph).toMatch(/^[A-Z].*\.$/);
    expect(more.length).toBeGreaterThan(0);
    for (const [name, address] of more) {
      expect(name).toMatch(/^\w/);
      expect(address).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/(?:[\w-]+\/){3}[\w-]+\.html$/);
    }
  }
});

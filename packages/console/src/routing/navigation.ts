import type { SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import { SERVICE_TITLES } from "../service-titles.ts";
import { ownValue } from "../shared/own-value.ts";

type PageLink = readonly [text: string, href: string];

/** The pages about all services. */
const FIRST: readonly PageLink[] = [
  ["Overview", "#/"],
  ["Activity", "#/activity"],
  ["Resources", "#/resources"],
];

/** The pages at the side, by the service whose pages they are. */
const PAGES_OF: Readonly<Record<string, readonly PageLink[]>> = {
  ivs: [
    ["Channels", "#/ivs/channels"],
    ["Recording configurations", "#/ivs/recording-configurations"],
    ["Recordings", "#/ivs/recordings"],
    ["Playback keys", "#/ivs/playback-keys"],
    ["Restriction policies", "#/ivs/restriction-policies"],
    ["Ad configurations", "#/ivs/ad-configurations"],
  ],
  "ivs-realtime": [
    ["Stages", "#/ivs-realtime/stages"],
    ["Compositions", "#/ivs-realtime/compositions"],
    ["Encoder configurations", "#/ivs-realtime/encoder-configurations"],
    ["Storage configurations", "#/ivs-realtime/storage-configurations"],
  ],
  ivschat: [
    ["Chat rooms", "#/ivschat/rooms"],
    ["Logging configurations", "#/ivschat/logging-configurations"],
  ],
  iam: [
    ["Users", "#/iam/users"],
    ["Groups", "#/iam/groups"],
    ["Roles", "#/iam/roles"],
    ["Policies", "#/iam/policies"],
    ["Policy simulator", "#/iam/simulator"],
  ],
  organizations: [["Organization", "#/organizations/tree"]],
  s3: [["Buckets", "#/s3/buckets"]],
  kms: [["Keys", "#/kms/keys"]],
  ssm: [["Parameters", "#/ssm/parameters"]],
  cloudwatch: [
    ["Alarms", "#/cloudwatch/alarms"],
    ["Dashboards", "#/cloudwatch/dashboards"],
  ],
  events: [["Event buses", "#/events/buses"]],
  cloudformation: [["Stacks", "#/cloudformation/stacks"]],
};

/** A service's first page; undefined where it has none. */
export function firstPageOf(service: string): string | undefined {
  return ownValue(PAGES_OF, service)?.[0]?.[1];
}

/** The group of services that have no page here, and lead to the docs. */
const WITHOUT_PAGES = "For CLI and SDKs";

/** Groups that are open until somebody folds them: all of them at once are more than a screen. */
const OPEN_AT_FIRST: ReadonlySet<string> = new Set(["IVS", "IAM"]);

/** Groups that somebody has opened (true) or folded (false). */
export type FoldedGroups = Readonly<Record<string, boolean>>;

/**
 * The side: what is asked for most, then each service's pages in a group of its own. The group of
 * the page that is shown is open, unless somebody has folded it.
 */
export function navigationOf(
  activeHref: string,
  chosen: FoldedGroups,
): readonly SideNavigationProps.Item[] {
  const group = (text: string, items: readonly SideNavigationProps.Link[]) => {
    const isActive = items.some(({ href }) => href === activeHref);
    const defaultExpanded = ownValue(chosen, text) ?? (isActive || OPEN_AT_FIRST.has(text));
    return { type: "section", text, defaultExpanded, items } as const;
  };
  const withPages = Object.entries(PAGES_OF).map(([service, pages]) =>
    group(titleOf(service), pages.map(pageLink)),
  );
  const withoutPages = Object.entries(SERVICE_TITLES)
    .filter(([service]) => ownValue(PAGES_OF, service) === undefined)
    .map(([, title]) => operationsLink(title));
  return [
    ...FIRST.map(pageLink),
    { type: "divider" },
    ...withPages,
    group(WITHOUT_PAGES, withoutPages),
  ];
}

function titleOf(service: string): string {
  return ownValue(SERVICE_TITLES, service) ?? service;
}

function pageLink([text, href]: PageLink): SideNavigationProps.Link {
  return { type: "link", text, href };
}

function operationsLink(title: string): SideNavigationProps.Link {
  return {
    type: "link",
    text: title,
    href: `/_rolecast/docs/operations#${title.toLowerCase().replaceAll(" ", "-")}`,
    external: true,
    externalIconAriaLabel: "Opens in a new tab",
  };
}

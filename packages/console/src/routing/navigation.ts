import type { SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import { SERVICE_TITLES } from "../service-titles.ts";
import { ownValue } from "../shared/own-value.ts";

/** The pages at the side, by the service whose pages they are. */
const PAGES_OF: Readonly<Record<string, readonly (readonly [text: string, href: string])[]>> = {
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
  cloudformation: [["Stacks", "#/cloudformation/stacks"]],
};

/** A service's first page; undefined where it has none. */
export function firstPageOf(service: string): string | undefined {
  return ownValue(PAGES_OF, service)?.[0]?.[1];
}

/** The services and their pages, as the side shows them; those without a page lead to the docs. */
export const NAVIGATION: readonly SideNavigationProps.Item[] = [
  ...Object.entries(PAGES_OF).map(
    ([service, pages]): SideNavigationProps.Item => ({
      type: "section-group",
      title: ownValue(SERVICE_TITLES, service) ?? service,
      items: pages.map(([text, href]) => ({ type: "link", text, href })),
    }),
  ),
  { type: "divider" },
  { type: "link", text: "Activity", href: "#/activity" },
  {
    type: "section",
    text: "For CLI and SDKs",
    defaultExpanded: false,
    items: Object.entries(SERVICE_TITLES)
      .filter(([service]) => ownValue(PAGES_OF, service) === undefined)
      .map(([, title]) => ({
        type: "link",
        text: title,
        href: `/_rolecast/docs/operations#${title.toLowerCase().replaceAll(" ", "-")}`,
        external: true,
        externalIconAriaLabel: "Opens in a new tab",
      })),
  },
];

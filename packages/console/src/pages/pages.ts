import { matchPath, type Params, placeOf } from "../routing/hash-route.ts";
import { firstPageOf } from "../routing/navigation.ts";
import { type PageRoute, pageRoute } from "../routing/page-route.ts";
import { SERVICE_TITLES } from "../service-titles.ts";
import { ownValue } from "../shared/own-value.ts";

/** Every page. A pattern's beginning is the page above it. */
const PAGES: readonly PageRoute[] = [
  pageRoute("/", "Overview", () => import("./overview/overview-page.tsx"), "OverviewPage"),
  pageRoute("/ivs/channels", "Channels", () => import("./ivs/channels-page.tsx"), "ChannelsPage"),
  pageRoute(
    "/ivs/channels/create",
    "Create channel",
    () => import("./ivs/create-channel-page.tsx"),
    "CreateChannelPage",
  ),
  pageRoute("/ivs/channels/:arn", "Channel", () => import("./ivs/channel-page.tsx"), "ChannelPage"),
  pageRoute(
    "/ivs/recording-configurations",
    "Recording configurations",
    () => import("./ivs/recording-configurations-page.tsx"),
    "RecordingConfigurationsPage",
  ),
  pageRoute(
    "/ivs/recording-configurations/:arn",
    "Recording configuration",
    () => import("./ivs/recording-configuration-page.tsx"),
    "RecordingConfigurationPage",
  ),
  pageRoute(
    "/ivs/recordings",
    "Recordings",
    () => import("./recordings/recordings-page.tsx"),
    "RecordingsPage",
  ),
  pageRoute(
    "/ivs/recordings/:bucket",
    "Recording",
    () => import("./recordings/recording-page.tsx"),
    "RecordingPage",
  ),
  pageRoute(
    "/ivs/playback-keys",
    "Playback keys",
    () => import("./playback/playback-keys-page.tsx"),
    "PlaybackKeysPage",
  ),
  pageRoute(
    "/ivs/playback-keys/:arn",
    "Playback key",
    () => import("./playback/playback-key-page.tsx"),
    "PlaybackKeyPage",
  ),
  pageRoute(
    "/ivs/playback-tokens",
    "Make a playback token",
    () => import("./playback/playback-tokens-page.tsx"),
    "PlaybackTokensPage",
  ),
  pageRoute(
    "/ivs/restriction-policies",
    "Restriction policies",
    () => import("./playback/restriction-policies-page.tsx"),
    "RestrictionPoliciesPage",
  ),
  pageRoute(
    "/ivs/restriction-policies/:arn",
    "Restriction policy",
    () => import("./playback/restriction-policy-page.tsx"),
    "RestrictionPolicyPage",
  ),
  pageRoute(
    "/ivs/ad-configurations",
    "Ad configurations",
    () => import("./ivs/ad-configurations-page.tsx"),
    "AdConfigurationsPage",
  ),
  pageRoute(
    "/ivs/ad-configurations/:arn",
    "Ad configuration",
    () => import("./ivs/ad-configuration-page.tsx"),
    "AdConfigurationPage",
  ),
  pageRoute(
    "/ivs-realtime/stages",
    "Stages",
    () => import("./ivs-realtime/stages-page.tsx"),
    "StagesPage",
  ),
  pageRoute(
    "/ivs-realtime/stages/:arn",
    "Stage",
    () => import("./ivs-realtime/stage-page.tsx"),
    "StagePage",
  ),
  pageRoute(
    "/ivs-realtime/compositions",
    "Compositions",
    () => import("./ivs-realtime/compositions-page.tsx"),
    "CompositionsPage",
  ),
  pageRoute(
    "/ivs-realtime/encoder-configurations",
    "Encoder configurations",
    () => import("./ivs-realtime/encoder-configurations-page.tsx"),
    "EncoderConfigurationsPage",
  ),
  pageRoute(
    "/ivs-realtime/storage-configurations",
    "Storage configurations",
    () => import("./ivs-realtime/storage-configurations-page.tsx"),
    "StorageConfigurationsPage",
  ),
  pageRoute("/ivschat/rooms", "Chat rooms", () => import("./ivschat/rooms-page.tsx"), "RoomsPage"),
  pageRoute(
    "/ivschat/rooms/:arn",
    "Chat room",
    () => import("./ivschat/room-page.tsx"),
    "RoomPage",
  ),
  pageRoute(
    "/ivschat/logging-configurations",
    "Logging configurations",
    () => import("./ivschat/logging-configurations-page.tsx"),
    "LoggingConfigurationsPage",
  ),
  pageRoute(
    "/ivschat/logging-configurations/:arn",
    "Logging configuration",
    () => import("./ivschat/logging-configuration-page.tsx"),
    "LoggingConfigurationPage",
  ),
  pageRoute("/iam/users", "Users", () => import("./iam/users-page.tsx"), "UsersPage"),
  pageRoute("/iam/users/:name", "User", () => import("./iam/user-page.tsx"), "UserPage"),
  pageRoute("/iam/groups", "Groups", () => import("./iam/groups-page.tsx"), "GroupsPage"),
  pageRoute("/iam/groups/:name", "Group", () => import("./iam/group-page.tsx"), "GroupPage"),
  pageRoute("/iam/policies", "Policies", () => import("./iam/policies-page.tsx"), "PoliciesPage"),
  pageRoute(
    "/iam/policies/create",
    "Create policy",
    () => import("./iam/create-policy-page.tsx"),
    "CreatePolicyPage",
  ),
  pageRoute("/iam/policies/:arn", "Policy", () => import("./iam/policy-page.tsx"), "PolicyPage"),
  pageRoute(
    "/organizations/tree",
    "Organization",
    () => import("./organizations/organization-page.tsx"),
    "OrganizationPage",
  ),
  pageRoute(
    "/cloudformation/stacks",
    "Stacks",
    () => import("./cloudformation/stacks-page.tsx"),
    "StacksPage",
  ),
  pageRoute(
    "/cloudformation/stacks/create",
    "Create stack",
    () => import("./cloudformation/create-stack-page.tsx"),
    "CreateStackPage",
  ),
  pageRoute(
    "/cloudformation/stacks/:arn",
    "Stack",
    () => import("./cloudformation/stack-page.tsx"),
    "StackPage",
  ),
  pageRoute(
    "/iam/simulator",
    "Policy simulator",
    () => import("./simulator/simulator-page.tsx"),
    "SimulatorPage",
  ),
  pageRoute("/activity", "Activity", () => import("./activity/activity-page.tsx"), "ActivityPage"),
  pageRoute("/kms/keys", "Keys", () => import("./kms/keys-page.tsx"), "KeysPage"),
  pageRoute("/kms/keys/:id", "Key", () => import("./kms/key-page.tsx"), "KeyPage"),
  pageRoute(
    "/ssm/parameters",
    "Parameters",
    () => import("./ssm/parameters-page.tsx"),
    "ParametersPage",
  ),
  pageRoute(
    "/ssm/parameters/:name",
    "Parameter",
    () => import("./ssm/parameter-page.tsx"),
    "ParameterPage",
  ),
  pageRoute(
    "/events/buses",
    "Event buses",
    () => import("./events/event-buses-page.tsx"),
    "EventBusesPage",
  ),
  pageRoute(
    "/events/buses/:name",
    "Event bus",
    () => import("./events/event-bus-page.tsx"),
    "EventBusPage",
  ),
  pageRoute(
    "/events/buses/:name/rules/:rule",
    "Rule",
    () => import("./events/rule-page.tsx"),
    "RulePage",
  ),
  pageRoute(
    "/cloudwatch/alarms",
    "Alarms",
    () => import("./cloudwatch/alarms-page.tsx"),
    "AlarmsPage",
  ),
  pageRoute(
    "/cloudwatch/alarms/:name",
    "Alarm",
    () => import("./cloudwatch/alarm-page.tsx"),
    "AlarmPage",
  ),
  pageRoute(
    "/cloudwatch/dashboards",
    "Dashboards",
    () => import("./cloudwatch/dashboards-page.tsx"),
    "DashboardsPage",
  ),
  pageRoute(
    "/cloudwatch/dashboards/:name",
    "Dashboard",
    () => import("./cloudwatch/dashboard-page.tsx"),
    "DashboardPage",
  ),
  pageRoute(
    "/resources",
    "Resources",
    () => import("./resources/resources-page.tsx"),
    "ResourcesPage",
  ),
  pageRoute(
    "/resources/:type/:id",
    "Resource",
    () => import("./resources/resource-page.tsx"),
    "ResourcePage",
  ),
  // The place that IAM's denials name, as AWS's do.
  pageRoute(
    "/authorization-details/:id",
    "Authorization details",
    () => import("./activity/authorization-details-page.tsx"),
    "AuthorizationDetailsPage",
  ),
  pageRoute("/iam/roles", "Roles", () => import("./iam/roles-page.tsx"), "RolesPage"),
  // A role may be called "create".
  pageRoute(
    "/iam/roles/create/role",
    "Create role",
    () => import("./iam/create-role-page.tsx"),
    "CreateRolePage",
  ),
  pageRoute("/iam/roles/:name", "Role", () => import("./iam/role-page.tsx"), "RolePage"),
  pageRoute("/s3/buckets", "Buckets", () => import("./s3/buckets-page.tsx"), "BucketsPage"),
  pageRoute("/s3/buckets/:bucket", "Bucket", () => import("./s3/bucket-page.tsx"), "BucketPage"),
  pageRoute(
    "/s3/buckets/:bucket/object",
    "Object",
    () => import("./s3/object-page.tsx"),
    "ObjectPage",
  ),
];

/** The pages that need nothing to be opened, for the search. */
export function pageEntries(): readonly { kind: string; name: string; href: string }[] {
  return PAGES.filter(({ pattern }) => !pattern.includes(":") && !pattern.endsWith("/object")).map(
    ({ pattern, title }) => ({ kind: "Page", name: title, href: placeOf(pattern) }),
  );
}

const MISSING = pageRoute("", "Not found", () => import("./missing-page.tsx"), "MissingPage");

export interface FoundPage {
  readonly route: PageRoute;
  readonly params: Params;
}

export function findPage(path: string): FoundPage {
  for (const route of PAGES) {
    const params = matchPath(route.pattern, path);
    if (params) return { route, params };
  }
  return { route: MISSING, params: {} };
}

const HOME = { text: "Rolecast", href: "#/" };

/** The pages above this one, and itself. */
export function breadcrumbsOf({ route, params }: FoundPage): { text: string; href: string }[] {
  const above = PAGES.filter(
    ({ pattern }) => pattern !== "/" && route.pattern.startsWith(`${pattern}/`),
  );
  return [
    serviceCrumb(route.pattern) ?? HOME,
    ...[...above, route]
      .filter(({ pattern }) => pattern !== "/")
      .map(({ pattern, title }) => ({
        text: titleOf(pattern, title, params),
        href: placeOf(pattern, params),
      })),
  ];
}

/** The breadcrumbs begin with the service, as in AWS's consoles. */
function serviceCrumb(pattern: string): { text: string; href: string } | undefined {
  const service = pattern.split("/")[1] ?? "";
  const href = firstPageOf(service);
  return href === undefined
    ? undefined
    : { text: ownValue(SERVICE_TITLES, service) ?? service, href };
}

/** ARNs of stacks have an id after the name. */
const UUID_AT_END = /\/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** A page about one thing is called like it. */
function titleOf(pattern: string, title: string, params: Params): string {
  const last = pattern.split("/").at(-1) ?? "";
  if (!last.startsWith(":")) return title;
  const value = ownValue(params, last.slice(1)) ?? title;
  return value.replace(UUID_AT_END, "").split("/").at(-1) ?? value;
}

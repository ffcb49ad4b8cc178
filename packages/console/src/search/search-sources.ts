import {
  paginateListGroups,
  paginateListPolicies,
  paginateListRoles,
  paginateListUsers,
} from "@aws-sdk/client-iam";
import type { ChannelSummary } from "@aws-sdk/client-ivs";
import type { StageSummary } from "@aws-sdk/client-ivs-realtime";
import { paginateListBuckets } from "@aws-sdk/client-s3";
import { resourcePlace } from "../pages/cloudformation/resource-place.ts";
import { listChannels, listRecordingConfigurations } from "../pages/ivs/ivs-lists.ts";
import { ivsName } from "../pages/ivs/ivs-name.ts";
import { pageEntries } from "../pages/pages.ts";
import { latestRecordings, type RecordingEntry } from "../pages/recordings/recording-index.ts";
import {
  type RecordedSource,
  recordedName,
  sourceOf,
} from "../pages/recordings/recording-source.ts";
import { placeOfResource, shortId } from "../pages/resources/resource-names.ts";
import { placeOf } from "../routing/hash-route.ts";
import { inBackground } from "../shared/in-background.ts";
import { ownValue } from "../shared/own-value.ts";
import { shownDate } from "../shared/shown-values.ts";
import { allPages } from "../wire/all-pages.ts";
import type { AwsClients } from "../wire/aws-clients.ts";
import type { SearchEntry } from "./found-entries.ts";

/** Lists that more than one source needs: each is read once for a search. */
interface SharedLists {
  readonly channels: () => Promise<readonly ChannelSummary[]>;
  readonly stages: () => Promise<readonly StageSummary[]>;
}

type Source = (aws: AwsClients, lists: SharedLists) => Promise<readonly SearchEntry[]>;

const RECORDINGS_MAX = 100;
const BUCKETS_MAX = 10;

/** The lists that are searched, by their names; pages are there before any call. */
const SOURCES: Readonly<Record<string, Source>> = {
  channels,
  stages,
  "chat rooms": chatRooms,
  recordings,
  "recordings of stages": stageRecordings,
  buckets,
  users,
  groups,
  roles,
  policies,
  stacks,
  "other resources": otherResources,
  documentation,
};

export interface Searched {
  readonly entries: readonly SearchEntry[];
  /** Lists that couldn't be read. */
  readonly missing: readonly string[];
  /** Some lists aren't read yet. */
  readonly reading: boolean;
}

export const NOTHING_SEARCHED: Searched = { entries: [], missing: [], reading: true };

/**
 * Calls `show` with everything that can be found, again after each list that was read: looking for
 * recordings takes a request for each of their folders, and nothing else waits for that. What may
 * not be listed is left out, by its name.
 */
export function searchEntries(
  aws: AwsClients,
  show: (searched: Searched) => void,
  sources: Readonly<Record<string, Source>> = SOURCES,
): void {
  const lists: SharedLists = {
    channels: once(() => listChannels(aws)),
    stages: once(async () => {
      const { listStages } = await import("../pages/ivs-realtime/real-time-calls.ts");
      return listStages(aws);
    }),
  };
  const pages = pageEntries();
  const names = Object.keys(sources);
  const read = new Map<string, readonly SearchEntry[] | "missing">();
  const showRead = () => {
    const all = names.map((name) => read.get(name));
    show({
      entries: [...pages, ...all.flatMap((one) => (one === "missing" ? [] : (one ?? [])))],
      missing: names.filter((name) => read.get(name) === "missing"),
      reading: read.size < names.length,
    });
  };
  showRead();
  for (const [name, source] of Object.entries(sources)) {
    const shown = source(aws, lists)
      .catch(() => "missing" as const)
      .then((one) => {
        read.set(name, one);
        showRead();
      });
    inBackground("What was found can't be shown", shown);
  }
}

function once<Value>(call: () => Promise<Value>): () => Promise<Value> {
  let called: Promise<Value> | undefined;
  return () => {
    called ??= call();
    return called;
  };
}

async function channels(_aws: AwsClients, lists: SharedLists): Promise<readonly SearchEntry[]> {
  return (await lists.channels()).map((channel) => ({
    kind: "Channel",
    name: ivsName(channel),
    detail: channel.arn ?? "",
    href: placeOf("/ivs/channels/:arn", { arn: channel.arn ?? "" }),
  }));
}

/** The client is loaded with the first search. */
async function chatRooms(aws: AwsClients): Promise<readonly SearchEntry[]> {
  const { listRooms } = await import("../pages/ivschat/chat-calls.ts");
  return (await listRooms(aws)).map((room) => ({
    kind: "Chat room",
    name: ivsName(room),
    detail: room.arn ?? "",
    href: placeOf("/ivschat/rooms/:arn", { arn: room.arn ?? "" }),
  }));
}

async function stages(_aws: AwsClients, lists: SharedLists): Promise<readonly SearchEntry[]> {
  return (await lists.stages()).map((stage) => ({
    kind: "Stage",
    name: ivsName(stage),
    detail: stage.arn ?? "",
    href: placeOf("/ivs-realtime/stages/:arn", { arn: stage.arn ?? "" }),
  }));
}

async function recordings(aws: AwsClients, lists: SharedLists): Promise<readonly SearchEntry[]> {
  const [configurations, known] = await Promise.all([
    listRecordingConfigurations(aws),
    lists.channels(),
  ]);
  const recordedTo = configurations.flatMap(
    ({ destinationConfiguration }) => destinationConfiguration?.s3?.bucketName ?? [],
  );
  const distinct = [...new Set(recordedTo)].slice(0, BUCKETS_MAX);
  const { entries } = await latestRecordings(aws, distinct, {}, RECORDINGS_MAX);
  const of = known.map(sourceOf);
  return entries.map((entry) => recordingEntry(entry, of));
}

async function stageRecordings(
  aws: AwsClients,
  lists: SharedLists,
): Promise<readonly SearchEntry[]> {
  const { readRecordedStages, stageSources } = await import(
    "../pages/recordings/stage-recordings.ts"
  );
  const recorded = await readRecordedStages(aws, lists.stages);
  const sources = await stageSources(aws, recorded, {});
  const { entries } = await latestRecordings(aws, [], {}, RECORDINGS_MAX, sources);
  const of = recorded.stages.map(sourceOf);
  return entries.map((entry) => recordingEntry(entry, of));
}

function recordingEntry(entry: RecordingEntry, sources: readonly RecordedSource[]): SearchEntry {
  const { bucket, prefix, startedAt } = entry;
  return {
    kind: "Recording",
    name: `${recordedName(entry, sources)} ${shownDate(startedAt)}`,
    detail: prefix,
    href: placeOf("/ivs/recordings/:bucket", { bucket }, { prefix }),
  };
}

async function buckets({ s3: client }: AwsClients): Promise<readonly SearchEntry[]> {
  const found = await allPages(paginateListBuckets({ client }, {}), (page) => page.Buckets);
  return found.map(({ Name = "" }) => ({
    kind: "Bucket",
    name: Name,
    href: placeOf("/s3/buckets/:bucket", { bucket: Name }),
  }));
}

async function users({ iam: client }: AwsClients): Promise<readonly SearchEntry[]> {
  const found = await allPages(paginateListUsers({ client }, {}), (page) => page.Users);
  return found.map(({ UserName = "", Arn = "" }) => named("User", "users", UserName, Arn));
}

async function groups({ iam: client }: AwsClients): Promise<readonly SearchEntry[]> {
  const found = await allPages(paginateListGroups({ client }, {}), (page) => page.Groups);
  return found.map(({ GroupName = "", Arn = "" }) => named("Group", "groups", GroupName, Arn));
}

async function roles({ iam: client }: AwsClients): Promise<readonly SearchEntry[]> {
  const found = await allPages(paginateListRoles({ client }, {}), (page) => page.Roles);
  return found.map(({ RoleName = "", Arn = "" }) => named("Role", "roles", RoleName, Arn));
}

async function policies({ iam: client }: AwsClients): Promise<readonly SearchEntry[]> {
  const pages = paginateListPolicies({ client, pageSize: 1_000 }, {});
  const found = await allPages(pages, (page) => page.Policies);
  return found.map(({ PolicyName = "", Arn = "" }) => ({
    kind: "Policy",
    name: PolicyName,
    detail: Arn,
    href: placeOf("/iam/policies/:arn", { arn: Arn }),
  }));
}

/** The client is loaded with the first search. */
async function stacks(aws: AwsClients): Promise<readonly SearchEntry[]> {
  const { activeStacks } = await import("../pages/cloudformation/stack-lists.ts");
  return (await activeStacks(aws)).map(({ StackName = "", StackId = "" }) => ({
    kind: "Stack",
    name: StackName,
    detail: StackId,
    href: placeOf("/cloudformation/stacks/:arn", { arn: StackId }),
  }));
}

/** Types that a list above has, with more to find them by than their identifiers. */
const SEARCHED_ABOVE: ReadonlySet<string> = new Set([
  "AWS::IAM::Group",
  "AWS::IAM::ManagedPolicy",
  "AWS::IAM::Role",
  "AWS::IAM::User",
  "AWS::IVS::Channel",
  "AWS::IVS::Stage",
  "AWS::IVSChat::Room",
  "AWS::S3::Bucket",
]);

const RESOURCES_OF_TYPE_MAX = 200;

/** Everything else that there is: keys, parameters, rules, alarms. */
async function otherResources(aws: AwsClients): Promise<readonly SearchEntry[]> {
  const { listEverything } = await import("../pages/resources/cloud-control.ts");
  const { resources } = await listEverything(aws, RESOURCES_OF_TYPE_MAX);
  return resources
    .filter(({ type }) => !SEARCHED_ABOVE.has(type))
    .map(({ type, id }) => ({
      kind: type,
      name: shortId(id),
      detail: id,
      href: resourcePlace(type, id) ?? placeOfResource(type, id),
    }));
}

function named(kind: string, pages: string, name: string, detail: string): SearchEntry {
  return { kind, name, detail, href: placeOf(`/iam/${pages}/:name`, { name }) };
}

const DOCS = "/_rolecast/docs/";

/** The headings of the documentation, out of its own search's index. */
async function documentation(): Promise<readonly SearchEntry[]> {
  const response = await fetch(`${DOCS}assets/search-index.js`);
  if (!response.ok) throw new Error("The documentation has no index.");
  return documentationEntries(await response.text());
}

/** Reads the script `globalThis.rolecastSearchIndex = "<JSON>";`. */
export function documentationEntries(script: string): readonly SearchEntry[] {
  const text: unknown = JSON.parse(script.slice(script.indexOf("=") + 1).replace(/;\s*$/, ""));
  const { documentIds = {}, storedFields = {} } = JSON.parse(String(text)) as {
    readonly documentIds?: Readonly<Record<string, string>>;
    readonly storedFields?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  return Object.entries(documentIds).map(([id, place]) => {
    const { page = "", heading = "" } = ownValue(storedFields, id) ?? {};
    const detail = page === heading ? {} : { detail: page };
    return { kind: "Documentation", name: heading, ...detail, href: DOCS + place, external: true };
  });
}

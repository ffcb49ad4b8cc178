import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import * as iam from "@aws-sdk/client-iam";
import * as ivs from "@aws-sdk/client-ivs";
import * as s3 from "@aws-sdk/client-s3";
import type { GrownAccount } from "./accounts.ts";

/** Asks for one page and gives the token of the next one; undefined where the list ends. */
export type Page = (token: string | undefined, size: number) => Promise<string | undefined>;

export interface PagedOperation {
  readonly name: string;
  /** The measured page size, and the largest one, which is used to reach the middle. */
  readonly pageSize: number;
  readonly pageSizeMax: number;
  readonly page: Page;
  /** The bucket whose objects it lists; left out, it lists what the account has. */
  readonly bucket?: string;
}

const REGION = "us-east-1";

/** Every paged list of things whose number grows, as one account sees it. */
export function operationsOf(
  endpoint: string,
  account: GrownAccount,
  buckets: { readonly grouped: string; readonly flat: string },
): PagedOperation[] {
  const options = { endpoint, region: REGION, credentials: { ...account.key }, maxAttempts: 1 };
  return [
    ...iamOperations(new iam.IAMClient(options), account),
    ...ivsOperations(new ivs.IvsClient(options), account),
    ...otherOperations(
      new eventbridge.EventBridgeClient(options),
      new cloudwatch.CloudWatchClient(options),
    ),
    ...s3Operations(new s3.S3Client({ ...options, forcePathStyle: true }), buckets),
  ];
}

interface IamPage {
  readonly Marker?: string | undefined;
}

function iamOperations(client: iam.IAMClient, { id }: GrownAccount): PagedOperation[] {
  type Paged = { readonly Marker: string | undefined; readonly MaxItems: number };
  const of = (name: string, send: (paged: Paged) => Promise<IamPage>): PagedOperation => ({
    ...{ name, pageSize: 100, pageSizeMax: 1_000 },
    page: async (Marker, MaxItems) => (await send({ Marker, MaxItems })).Marker,
  });
  const policies = (name: string, filter: iam.ListPoliciesRequest) =>
    of(`ListPolicies ${name}`, (p) =>
      client.send(new iam.ListPoliciesCommand({ ...filter, ...p })),
    );
  const details = (Filter: iam.EntityType[]) =>
    of(`GetAccountAuthorizationDetails ${Filter.join()}`, (p) =>
      client.send(new iam.GetAccountAuthorizationDetailsCommand({ Filter, ...p })),
    );
  return [
    details([]),
    details(["Role"]),
    details(["LocalManagedPolicy"]),
    details(["AWSManagedPolicy"]),
    policies("All", { Scope: "All" }),
    policies("Local", { Scope: "Local" }),
    policies("AWS", { Scope: "AWS" }),
    policies("OnlyAttached", { Scope: "All", OnlyAttached: true }),
    policies("AWS OnlyAttached", { Scope: "AWS", OnlyAttached: true }),
    policies("PathPrefix", { Scope: "Local", PathPrefix: "/rare/" }),
    of("ListUsers", (p) => client.send(new iam.ListUsersCommand(p))),
    of("ListUsers PathPrefix", (p) =>
      client.send(new iam.ListUsersCommand({ PathPrefix: "/rare/", ...p })),
    ),
    of("ListRoles", (p) => client.send(new iam.ListRolesCommand(p))),
    of("ListGroups", (p) => client.send(new iam.ListGroupsCommand(p))),
    of("ListInstanceProfiles", (p) => client.send(new iam.ListInstanceProfilesCommand(p))),
    of("GetGroup", (p) =>
      client.send(new iam.GetGroupCommand({ GroupName: "group-0000000", ...p })),
    ),
    of("ListEntitiesForPolicy", (p) =>
      client.send(
        new iam.ListEntitiesForPolicyCommand({
          PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess",
          ...p,
        }),
      ),
    ),
    of("ListVirtualMFADevices", (p) => client.send(new iam.ListVirtualMFADevicesCommand(p))),
    of("ListVirtualMFADevices Assigned", (p) =>
      client.send(new iam.ListVirtualMFADevicesCommand({ AssignmentStatus: "Assigned", ...p })),
    ),
    of("ListVirtualMFADevices Unassigned", (p) =>
      client.send(new iam.ListVirtualMFADevicesCommand({ AssignmentStatus: "Unassigned", ...p })),
    ),
    of("ListPolicyVersions", (p) =>
      client.send(
        new iam.ListPolicyVersionsCommand({
          PolicyArn: `arn:aws:iam::${id}:policy/policy-0000000`,
          ...p,
        }),
      ),
    ),
  ];
}

function ivsOperations(client: ivs.IvsClient, { id }: GrownAccount): PagedOperation[] {
  type Paged = { readonly nextToken: string | undefined; readonly maxResults: number };
  const of = (
    name: string,
    send: (paged: Paged) => Promise<{ readonly nextToken?: string | undefined }>,
  ): PagedOperation => ({
    ...{ name, pageSize: 100, pageSizeMax: 100 },
    page: async (nextToken, maxResults) => (await send({ nextToken, maxResults })).nextToken,
  });
  const channelArn = `arn:aws:ivs:${REGION}:${id}:channel/id0000000`;
  return [
    of("ListChannels", (p) => client.send(new ivs.ListChannelsCommand(p))),
    of("ListChannels filterByName", (p) =>
      client.send(new ivs.ListChannelsCommand({ filterByName: "usual", ...p })),
    ),
    of("ListRecordingConfigurations", (p) =>
      client.send(new ivs.ListRecordingConfigurationsCommand(p)),
    ),
    of("ListPlaybackKeyPairs", (p) => client.send(new ivs.ListPlaybackKeyPairsCommand(p))),
    of("ListStreams", (p) => client.send(new ivs.ListStreamsCommand(p))),
    of("ListStreamSessions", (p) =>
      client.send(new ivs.ListStreamSessionsCommand({ channelArn, ...p })),
    ),
  ];
}

function otherOperations(
  events: eventbridge.EventBridgeClient,
  metrics: cloudwatch.CloudWatchClient,
): PagedOperation[] {
  return [
    {
      ...{ name: "ListRules", pageSize: 100, pageSizeMax: 100 },
      page: async (NextToken, Limit) =>
        (await events.send(new eventbridge.ListRulesCommand({ NextToken, Limit }))).NextToken,
    },
    {
      ...{ name: "ListApiDestinations", pageSize: 100, pageSizeMax: 100 },
      page: async (NextToken, Limit) =>
        (await events.send(new eventbridge.ListApiDestinationsCommand({ NextToken, Limit })))
          .NextToken,
    },
    {
      ...{ name: "ListMetrics", pageSize: 500, pageSizeMax: 500 },
      page: async (NextToken) =>
        (await metrics.send(new cloudwatch.ListMetricsCommand({ NextToken }))).NextToken,
    },
  ];
}

function s3Operations(
  client: s3.S3Client,
  { grouped, flat }: { readonly grouped: string; readonly flat: string },
): PagedOperation[] {
  const size = { pageSize: 1_000, pageSizeMax: 1_000 };
  const of = (Bucket: string, Delimiter: string | undefined): PagedOperation[] => {
    const name = Delimiter === undefined ? "" : " with a delimiter";
    const pages: readonly PagedOperation[] = [
      {
        ...{ name: `ListObjectsV2${name}`, ...size },
        page: async (ContinuationToken, MaxKeys) => {
          const input = { Bucket, Delimiter, ContinuationToken, MaxKeys };
          const page = await client.send(new s3.ListObjectsV2Command(input));
          return page.NextContinuationToken;
        },
      },
      {
        ...{ name: `ListObjects${name}`, ...size },
        page: async (Marker, MaxKeys) => {
          const input = { Bucket, Delimiter, Marker, MaxKeys };
          const page = await client.send(new s3.ListObjectsCommand(input));
          return page.IsTruncated ? (page.NextMarker ?? page.Contents?.at(-1)?.Key) : undefined;
        },
      },
      {
        ...{ name: `ListObjectVersions${name}`, ...size },
        page: async (token, MaxKeys) => {
          const [KeyMarker, VersionIdMarker] = token?.split("\n") ?? [];
          const input = { Bucket, Delimiter, KeyMarker, VersionIdMarker, MaxKeys };
          const page = await client.send(new s3.ListObjectVersionsCommand(input));
          const { NextKeyMarker: key, NextVersionIdMarker: version } = page;
          return page.IsTruncated ? [key, version].filter((m) => m).join("\n") : undefined;
        },
      },
      {
        ...{ name: `ListMultipartUploads${name}`, ...size },
        page: async (token, MaxUploads) => {
          const [KeyMarker, UploadIdMarker] = token?.split("\n") ?? [];
          const input = { Bucket, Delimiter, KeyMarker, UploadIdMarker, MaxUploads };
          const page = await client.send(new s3.ListMultipartUploadsCommand(input));
          const { NextKeyMarker: key, NextUploadIdMarker: upload } = page;
          return page.IsTruncated ? [key, upload].filter((m) => m).join("\n") : undefined;
        },
      },
    ];
    return pages.map((page) => ({ ...page, bucket: Bucket }));
  };
  return [
    ...of(grouped, "/"),
    ...of(flat, undefined),
    {
      ...{ name: "ListBuckets", ...size },
      page: async (ContinuationToken, MaxBuckets) =>
        (await client.send(new s3.ListBucketsCommand({ ContinuationToken, MaxBuckets })))
          .ContinuationToken,
    },
  ];
}

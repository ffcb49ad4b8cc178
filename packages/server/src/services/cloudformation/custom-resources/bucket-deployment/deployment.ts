import type { ResourceError, ResourceModel } from "../../../../kernel/resources.ts";
import { type Markers, markersOf } from "./markers.ts";
import { invalidDeployment } from "./refusals.ts";

export interface Source {
  readonly bucket: string;
  readonly key: string;
  readonly markers: Markers;
}

/** A `Custom::CDKBucketDeployment` as its properties have it. */
export interface Deployment {
  readonly sources: readonly Source[];
  readonly bucket: string;
  /** The beginning of all its keys: empty, or with a slash at its end. */
  readonly front: string;
  /** The prefix as it is in the tags that say who owns the bucket's contents. */
  readonly prefix: string;
  readonly extracts: boolean;
  readonly prunes: boolean;
  readonly retains: boolean;
  readonly comparesSizes: boolean;
  readonly exclude: readonly string[];
  readonly include: readonly string[];
  /** Members of PutObject's input. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The attribute SourceObjectKeys. */
  readonly shownKeys: readonly string[];
}

/** Options of the AWS CLI's that the construct gives, as PutObject calls them. */
const SYSTEM_METADATA: Texts = {
  acl: "ACL",
  "cache-control": "CacheControl",
  "content-disposition": "ContentDisposition",
  "content-encoding": "ContentEncoding",
  "content-language": "ContentLanguage",
  "content-type": "ContentType",
  expires: "Expires",
  sse: "ServerSideEncryption",
  "sse-kms-key-id": "SSEKMSKeyId",
  "storage-class": "StorageClass",
  "website-redirect": "WebsiteRedirectLocation",
};

/** Throws ResourceError for what isn't here, by its name. */
export function deploymentOf(properties: ResourceModel): Deployment {
  if (given(properties.DistributionId) !== undefined) throw refused("'DistributionId'");
  const names = list(properties.SourceBucketNames);
  const keys = list(properties.SourceObjectKeys);
  const markers = (properties.SourceMarkers ?? names.map(() => ({}))) as readonly ResourceModel[];
  const configs = (properties.SourceMarkersConfig ?? []) as readonly ResourceModel[];
  if (names.length !== keys.length || names.length !== markers.length)
    throw invalidDeployment(
      "SourceBucketNames, SourceObjectKeys and SourceMarkers must have one length.",
    );
  const wanted = given(properties.DestinationBucketKeyPrefix) ?? "";
  const prefix = wanted === "/" ? "" : wanted;
  const isTrue = (name: string, otherwise: boolean) =>
    String(properties[name] ?? otherwise).toLowerCase() === "true";
  return {
    sources: names.map((bucket, at) => ({
      bucket,
      key: keys[at] ?? "",
      markers: markersOf(markers[at] ?? {}, configs[at]),
    })),
    bucket: String(properties.DestinationBucketName),
    front: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
    prefix,
    extracts: isTrue("Extract", true),
    prunes: isTrue("Prune", true),
    retains: isTrue("RetainOnDelete", true),
    comparesSizes: isTrue("SyncWithSizeOnly", false),
    exclude: list(properties.Exclude),
    include: list(properties.Include),
    metadata: metadataOf(textsOf(properties.UserMetadata), textsOf(properties.SystemMetadata)),
    shownKeys: isTrue("OutputObjectKeys", true) ? keys : [],
  };
}

type Texts = Readonly<Record<string, string>>;

function metadataOf(user: Texts, system: Texts): Readonly<Record<string, unknown>> {
  const own = Object.entries(user).map(([name, value]) => [name.toLowerCase(), value]);
  const members = Object.entries(system).map(([name, value]) => {
    const option = name.toLowerCase();
    const member = Object.hasOwn(SYSTEM_METADATA, option) ? SYSTEM_METADATA[option] : undefined;
    if (member === undefined) throw refused(`'SystemMetadata' ${name}`);
    return [member, member === "Expires" ? dateOf(value) : value] as const;
  });
  return {
    ...(own.length > 0 && { Metadata: Object.fromEntries(own) }),
    ...Object.fromEntries(members),
  };
}

function dateOf(value: string): Date {
  const date = new Date(value);
  if (Number.isNaN(date.getTime()))
    throw invalidDeployment(`SystemMetadata expires isn't a date: ${value}`);
  return date;
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function textsOf(value: unknown): Texts {
  const entries = Object.entries((value ?? {}) as Readonly<Record<string, unknown>>);
  return Object.fromEntries(entries.map(([name, each]) => [name, String(each)]));
}

function given(value: unknown): string | undefined {
  return value === undefined || value === "" ? undefined : String(value);
}

function refused(what: string): ResourceError {
  return invalidDeployment(`Rolecast doesn't implement Custom::CDKBucketDeployment's ${what} yet.`);
}

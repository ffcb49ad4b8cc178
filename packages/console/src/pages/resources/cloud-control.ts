import {
  CloudControlClient,
  GetResourceCommand,
  paginateListResources,
} from "@aws-sdk/client-cloudcontrol";
import { paginateListTypes } from "@aws-sdk/client-cloudformation";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { inParallel } from "../../wire/in-parallel.ts";
import { pagesOf, readPages } from "../../wire/read-pages.ts";
import { cloudFormationOf } from "../cloudformation/stack-calls.ts";

export interface ListedResource {
  readonly type: string;
  readonly id: string;
}

/** The resources of all types, and the types that weren't listed. */
export interface Listing {
  readonly resources: readonly ListedResource[];
  readonly refused: readonly { readonly type: string; readonly error: unknown }[];
  /** False if some type has more than were read. */
  readonly complete: boolean;
}

/** Source: Cloud Control API reference, ListResources, MaxResults. */
const PAGE_SIZE = 100;
const TYPES_MAX = 2_000;

/** Another type lists the same: a role, and a key. */
const LISTED_TWICE: ReadonlySet<string> = new Set([
  "AWS::IAM::ServiceLinkedRole",
  "AWS::KMS::ReplicaKey",
]);

/**
 * The codes by which Cloud Control has no list of a type: stacks alone have it, or it is one of
 * Organizations' and there is no organization.
 */
const NO_LIST: ReadonlySet<string> = new Set([
  "TypeNotFoundException",
  "UnsupportedActionException",
  "ResourceConflictException",
]);

/** Aliases of the keys that AWS manages are in every account, whether somebody uses them or not. */
const OF_AWS = /^alias\/aws\//;

export function cloudControlOf(aws: AwsClients): CloudControlClient {
  return aws.client("cloudcontrol", (options) => new CloudControlClient(options));
}

/**
 * Lists the resources of every type that the server has, `perType` of each at most. A type that is
 * refused doesn't hide the others; to be refused ListResources itself does.
 */
export async function listEverything(aws: AwsClients, perType: number): Promise<Listing> {
  const client = cloudFormationOf(aws);
  const pages = paginateListTypes({ client }, { Visibility: "PUBLIC", Type: "RESOURCE" });
  const { items } = await readPages(
    pagesOf(pages, (page) => page.TypeSummaries),
    TYPES_MAX,
  );
  const types = items
    .map(({ TypeName = "" }) => TypeName)
    .filter((type) => !LISTED_TWICE.has(type));
  const [first = "", ...others] = types;
  // Whoever may not list at all is denied once, and not once for each type.
  const answers = [
    await listType(aws, first, perType),
    ...(await inParallel(others, (type) => listType(aws, type, perType))),
  ];
  return {
    resources: answers.flatMap(({ resources }) => resources),
    refused: answers.flatMap(({ type, error }) => (error === undefined ? [] : [{ type, error }])),
    complete: answers.every(({ complete }) => complete),
  };
}

interface Answer {
  readonly type: string;
  readonly resources: readonly ListedResource[];
  readonly complete: boolean;
  readonly error?: unknown;
}

async function listType(aws: AwsClients, type: string, max: number): Promise<Answer> {
  const client = cloudControlOf(aws);
  try {
    const pages = paginateListResources({ client, pageSize: PAGE_SIZE }, { TypeName: type });
    const { items, complete } = await readPages(
      pagesOf(pages, (page) => page.ResourceDescriptions),
      max,
    );
    const resources = items
      .map(({ Identifier: id = "" }) => ({ type, id }))
      .filter(({ id }) => !OF_AWS.test(id));
    return { type, resources, complete };
  } catch (error) {
    if (isListingDenied(error)) throw error;
    const nothing = { type, resources: [], complete: true };
    return error instanceof Error && NO_LIST.has(error.name) ? nothing : { ...nothing, error };
  }
}

/** The operation itself is denied, rather than what it asks of the type's service. */
function isListingDenied(error: unknown): boolean {
  return error instanceof Error && error.message.includes("cloudformation:ListResources");
}

/** A resource's properties, as its type in CloudFormation has them. */
export type Properties = Readonly<Record<string, unknown>>;

export async function readResource(
  aws: AwsClients,
  TypeName: string,
  Identifier: string,
): Promise<Properties> {
  const { ResourceDescription } = await cloudControlOf(aws).send(
    new GetResourceCommand({ TypeName, Identifier }),
  );
  const properties: unknown = JSON.parse(ResourceDescription?.Properties ?? "{}");
  return properties as Properties;
}

import {
  type AliasListEntry,
  DescribeKeyCommand,
  type KeyMetadata,
  KMSClient,
  paginateListAliases,
  paginateListKeys,
} from "@aws-sdk/client-kms";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { inParallel } from "../../wire/in-parallel.ts";

/** A key of the list; what DescribeKey is denied isn't known. */
export interface ListedKey extends Partial<KeyMetadata> {
  readonly KeyId: string;
  readonly aliases: readonly string[];
}

/** Each key of a page is described by itself. */
const KEYS_PER_PAGE = 100;

export function kmsOf(aws: AwsClients): KMSClient {
  return aws.client("kms", (options) => new KMSClient(options));
}

export async function* keyPages(aws: AwsClients): AsyncIterable<readonly ListedKey[]> {
  const client = kmsOf(aws);
  const aliases = await listAliases(aws).catch(() => []);
  for await (const { Keys = [] } of paginateListKeys({ client, pageSize: KEYS_PER_PAGE }, {})) {
    yield await inParallel(Keys, async ({ KeyId = "" }) => ({
      ...(await describe(client, KeyId)),
      KeyId,
      aliases: aliasesOf(aliases, KeyId),
    }));
  }
}

/** A key's policy may let nobody see it who may list keys. */
async function describe(client: KMSClient, KeyId: string): Promise<Partial<KeyMetadata>> {
  try {
    return (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata ?? {};
  } catch (error) {
    if (error instanceof Error && error.name === "AccessDeniedException") return {};
    throw error;
  }
}

export function listAliases(aws: AwsClients): Promise<readonly AliasListEntry[]> {
  return allPages(paginateListAliases({ client: kmsOf(aws) }, {}), (page) => page.Aliases);
}

export function aliasesOf(all: readonly AliasListEntry[], keyId: string): readonly string[] {
  return all
    .filter(({ TargetKeyId }) => TargetKeyId === keyId)
    .map(({ AliasName = "" }) => AliasName);
}

/** The alias as KMS names it, with or without its prefix typed. */
export function aliasName(typed: string): string {
  return typed.startsWith("alias/") ? typed : `alias/${typed}`;
}

import type * as ecr from "@aws-sdk/client-ecr";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Checked } from "../../../kernel/checked.ts";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import { markOf, pageToken, readPageToken } from "../../../kernel/page-token.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { withSystemTags } from "../../../kernel/system-tags.ts";
import {
  changeRepository,
  onRepository,
  placeOf,
  repositoryArn,
  repositoryOperation,
  requestTagKeys,
  writeRepository,
} from "../access/repository-access.ts";
import { checkedTags } from "../access/tags.ts";
import type { EcrDependencies } from "../dependencies.ts";
import {
  invalidParameter,
  kmsRefused,
  repositoryExists,
  repositoryNotFound,
  tooManyRepositories,
} from "../errors.ts";
import { REPOSITORIES_PER_REGION } from "../quotas.ts";
import {
  countRepositories,
  findRepository,
  insertRepository,
  listRepositories,
  removeRepository,
} from "../rows/repositories.ts";
import type { EcrTables, RepositoryPlace, RepositoryRow } from "../tables.ts";
import { mutabilityOf, shownRepository } from "./shown-repository.ts";
import { readMutability } from "./tag-mutability.ts";

type CreateInput = Checked<ecr.CreateRepositoryCommandInput>;

const INVOKED_BY = "ecr.amazonaws.com";
const LIST_DEFAULT = 100;

/**
 * CreateRepository, DescribeRepositories, DeleteRepository, PutImageTagMutability,
 * PutImageScanningConfiguration.
 */
export function repositoryOperations(deps: EcrDependencies): OperationTable {
  return defineOperations<typeof ecr>()({
    CreateRepository: withSubject({
      authorize: (input, context) => {
        const keys = requestTagKeys(input.tags);
        return onRepository("CreateRepository", placeOf(input, context), context, keys);
      },
      async handle(input, context, found) {
        if (found) throw repositoryExists(found);
        const row = await newRepository(input, context, deps);
        return context.transaction<EcrTables, { repository: ecr.Repository }>(async ({ db }) => {
          if (await findRepository(row, db)) throw repositoryExists(row);
          if ((await countRepositories(row, db)) >= REPOSITORIES_PER_REGION)
            throw tooManyRepositories(REPOSITORIES_PER_REGION);
          await insertRepository(row, db);
          return { repository: shownRepository(row) };
        });
      },
    }),
    DescribeRepositories: withSubject({
      async authorize(input, context) {
        const { repositoryNames: names } = input;
        const places = (names ?? []).map((repositoryName) =>
          placeOf({ ...input, repositoryName }, context),
        );
        const all = places.map((place) => onRepository("DescribeRepositories", place, context));
        const found = await Promise.all(all);
        if (names)
          return { pairs: found.flatMap(({ pairs }) => pairs), subject: { found, places } };
        const every = placeOf({ ...input, repositoryName: "*" }, context);
        const resource = repositoryArn(every);
        const pairs = { action: "ecr:DescribeRepositories", resource };
        return {
          pairs: { ...pairs, resourceAccountId: every.account_id },
          subject: { found, places },
        };
      },
      async handle(input, context, { found, places }) {
        if (!input.repositoryNames) return listed(input, context);
        const repositories = found.map(({ subject }, index) => {
          const place = places[index];
          if (!subject && place) throw repositoryNotFound(place);
          return subject;
        });
        return {
          repositories: repositories.filter((row) => row !== undefined).map(shownRepository),
        };
      },
    }),
    // Whether `force` is given makes no difference: there are never images in it.
    DeleteRepository: repositoryOperation("DeleteRepository", (row, _input, context) =>
      changeRepository(row, context, async (current, db) => {
        await removeRepository(current, db);
        return { repository: shownRepository(current) };
      }),
    ),
    PutImageTagMutability: repositoryOperation(
      "PutImageTagMutability",
      async (row, input, context) => {
        const change = readMutability(input);
        await writeRepository(row, change, context);
        const { account_id: registryId, name: repositoryName } = row;
        return { registryId, repositoryName, ...mutabilityOf(change) };
      },
    ),
    PutImageScanningConfiguration: repositoryOperation(
      "PutImageScanningConfiguration",
      async (row, { imageScanningConfiguration: { scanOnPush = false } }, context) => {
        await writeRepository(row, { scan_on_push: scanOnPush ? 1 : 0 }, context);
        const { account_id: registryId, name: repositoryName } = row;
        return { registryId, repositoryName, imageScanningConfiguration: { scanOnPush } };
      },
    ),
  });
}

async function newRepository(
  input: CreateInput,
  context: RequestContext,
  deps: EcrDependencies,
): Promise<RepositoryRow> {
  const place = placeOf(input, context);
  const { encryptionType = "AES256" } = input.encryptionConfiguration ?? {};
  return {
    ...place,
    repository_id: deps.ids.uuid(),
    created_ms: context.nowMs,
    ...readMutability(input),
    scan_on_push: input.imageScanningConfiguration?.scanOnPush ? 1 : 0,
    encryption_type: encryptionType,
    kms_key: await keyOf(input, place, context, deps),
    policy: null,
    lifecycle_policy: null,
    tags: JSON.stringify(withSystemTags(checkedTags(input.tags), context)),
  };
}

/** The key's ARN, of whichever key is named, or the one that ECR uses for the account. */
async function keyOf(
  { encryptionConfiguration }: CreateInput,
  { account_id: accountId, region }: RepositoryPlace,
  context: RequestContext,
  { managedKeys }: EcrDependencies,
): Promise<string | null> {
  const { encryptionType = "AES256", kmsKey: KeyId } = encryptionConfiguration ?? {};
  if (encryptionType === "AES256") {
    if (KeyId === undefined) return null;
    throw invalidParameter("kmsKey", "A KMS key is for encryption with KMS");
  }
  if (KeyId === undefined) return managedKeys.require("ecr", { accountId, region }, context);
  const options = { invokedBy: INVOKED_BY };
  try {
    const { KeyMetadata } = await context.forward<{ KeyMetadata: { Arn: string } }>(
      ...(["kms", "DescribeKey", { KeyId }, options] as const),
    );
    return KeyMetadata.Arn;
  } catch (error) {
    if (!(error instanceof AwsError) || error.fault === "server") throw error;
    throw kmsRefused(error);
  }
}

async function listed(
  input: Checked<ecr.DescribeRepositoriesCommandInput>,
  context: RequestContext,
) {
  const { maxResults = LIST_DEFAULT, nextToken } = input;
  const { account_id, region } = placeOf({ ...input, repositoryName: "*" }, context);
  const mark = markOf(["DescribeRepositories", account_id]);
  const place = nextToken === undefined ? [""] : readPageToken(nextToken, mark, ["string"]);
  if (!place) throw invalidParameter("nextToken", "Invalid token");
  const [after = ""] = place;
  const db = context.db<EcrTables>();
  const rows = await listRepositories({ account_id, region }, after, maxResults + 1, db);
  const page = rows.slice(0, maxResults);
  const last = page.at(-1);
  const isMore = rows.length > page.length && last !== undefined;
  return {
    repositories: page.map(shownRepository),
    ...(isMore ? { nextToken: pageToken(mark, [last.name]) } : {}),
  };
}

import { formatArn, parseArn } from "../../../kernel/arn.ts";
import type { Authorization, ContextEntries } from "../../../kernel/authorization.ts";
import { namedKeys } from "../../../kernel/named-condition-keys.ts";
import { type Decidable, type OperationHandler, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import type { Transaction } from "../../../kernel/store.ts";
import { invalidParameter, repositoryNotFound } from "../errors.ts";
import { findRepository, updateRepository } from "../rows/repositories.ts";
import type { EcrTables, RepositoryPlace, RepositoryRow } from "../tables.ts";
import { decidingPolicy } from "./repository-policy.ts";

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export type Tags = Readonly<Record<string, string>>;

interface RepositoryInput {
  readonly registryId?: string | undefined;
  readonly repositoryName: string;
}

const RESOURCE = "repository/";

/** The place of a repository in the registry that a request names, or in the caller's own. */
export function placeOf(
  { registryId, repositoryName: name }: RepositoryInput,
  { accountId, region }: RequestContext,
): RepositoryPlace {
  return { account_id: registryId ?? accountId, region, name };
}

/** The place that an ARN names. Throws InvalidParameterException. */
export function placeOfArn(text: string): RepositoryPlace {
  const arn = parseArn(text);
  if (arn?.service !== "ecr" || !arn.resource.startsWith(RESOURCE))
    throw invalidParameter("resourceArn", "Invalid ARN");
  const { accountId: account_id, region } = arn;
  return { account_id, region, name: arn.resource.slice(RESOURCE.length) };
}

export function repositoryArn({ account_id: accountId, region, name }: RepositoryPlace): string {
  return formatArn({ service: "ecr", region, accountId, resource: RESOURCE + name });
}

/** Decides on a repository by its own policy too, whether there is one or not. */
export async function onRepository(
  operation: string,
  place: RepositoryPlace,
  context: RequestContext,
  keys: ContextEntries = {},
): Promise<Decidable<RepositoryRow | undefined>> {
  const subject = await findRepository(place, context.db<EcrTables>());
  const own = subject ? tagKeys(subject) : {};
  const pairs = onPlace(operation, place, subject?.policy ?? null, { ...own, ...keys });
  return { pairs, subject };
}

/** One pair of the operation and a repository with that policy. */
export function onPlace(
  operation: string,
  place: RepositoryPlace,
  policy: string | null,
  keys: ContextEntries = {},
): Authorization {
  const id = repositoryArn(place);
  return {
    action: `ecr:${operation}`,
    resource: id,
    resourceAccountId: place.account_id,
    context: keys,
    ...(policy === null
      ? {}
      : { resourcePolicy: { id, text: decidingPolicy(policy), kind: "resource" } }),
  };
}

/** An operation on the repository that its input names, which is decided and handled as one. */
export function repositoryOperation<Input extends RepositoryInput, Output>(
  operation: string,
  handle: (row: RepositoryRow, input: Input, context: RequestContext) => Promise<Output> | Output,
): OperationHandler<Input, Output> {
  return withSubject({
    authorize: (input: Input, context) => onRepository(operation, placeOf(input, context), context),
    handle: (input, context, row) => {
      if (!row) throw repositoryNotFound(placeOf(input, context));
      return handle(row, input, context);
    },
  });
}

/** Changes a repository in a transaction. Throws RepositoryNotFoundException if it is gone. */
export function changeRepository<Output>(
  decided: RepositoryRow,
  context: RequestContext,
  change: (row: RepositoryRow, db: Transaction<EcrTables>["db"]) => Promise<Output>,
): Promise<Output> {
  return context.transaction<EcrTables, Output>(async ({ db }) => {
    const row = await findRepository(decided, db);
    if (row?.repository_id !== decided.repository_id) throw repositoryNotFound(decided);
    return change(row, db);
  });
}

/** Writes some columns of a repository. Throws RepositoryNotFoundException if it is gone. */
export function writeRepository(
  row: RepositoryRow,
  change: Parameters<typeof updateRepository>[1],
  context: RequestContext,
): Promise<void> {
  return changeRepository(row, context, (current, db) => updateRepository(current, change, db));
}

/** The names by which answers say whose repository it is. */
export function namesOf({ account_id, name }: RepositoryPlace) {
  return { registryId: account_id, repositoryName: name };
}

export function tagsOf({ tags }: Pick<RepositoryRow, "tags">): Tags {
  return JSON.parse(tags) as Tags;
}

export function requestTagKeys(tags: readonly Tag[] = []): ContextEntries {
  if (tags.length === 0) return {};
  const pairs = tags.map(({ Key, Value }) => [Key, Value] as const);
  return {
    ...namedKeys("aws:requesttag/", pairs),
    "aws:tagkeys": tags.map(({ Key }) => Key),
  };
}

function tagKeys(row: RepositoryRow): ContextEntries {
  const tags = Object.entries(tagsOf(row));
  return { ...namedKeys("aws:resourcetag/", tags), ...namedKeys("ecr:resourcetag/", tags) };
}

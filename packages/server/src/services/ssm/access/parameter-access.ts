import type { Authorization, ContextEntries } from "../../../kernel/authorization.ts";
import { namedKeys } from "../../../kernel/named-condition-keys.ts";
import { type Decidable, type OperationHandler, withSubject } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { parameterArn } from "../names/parameter-name.ts";
import { findParameter } from "../rows/parameters.ts";
import type { ParameterPlace, ParameterRow, SsmTables } from "../tables.ts";

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export type Tags = Readonly<Record<string, string>>;

/** Decides on a parameter, whether there is one or not, with the keys of its tags. */
export async function onParameter(
  operation: string,
  place: ParameterPlace,
  context: RequestContext,
  keys: ContextEntries = {},
): Promise<Decidable<ParameterRow | undefined>> {
  const subject = await findParameter(place, context.db<SsmTables>());
  return { pairs: onPlace(operation, place, { ...tagKeys(subject), ...keys }), subject };
}

/** One pair of the operation and the place of a parameter. */
export function onPlace(
  operation: string,
  place: ParameterPlace,
  keys: ContextEntries = {},
): Authorization {
  return {
    action: `ssm:${operation}`,
    resource: parameterArn(place),
    resourceAccountId: place.account_id,
    context: keys,
  };
}

/** An operation on one of the caller's parameters, which is decided and handled with its row. */
export function parameterOperation<Input, Output>(
  operation: string,
  placeOf: (input: Input, context: RequestContext) => ParameterPlace,
  handle: (
    found: ParameterRow | undefined,
    input: Input,
    context: RequestContext,
  ) => Promise<Output>,
  keysOf?: (input: Input) => ContextEntries,
): OperationHandler<Input, Output> {
  return withSubject({
    authorize: (input: Input, context) =>
      onParameter(operation, placeOf(input, context), context, keysOf?.(input)),
    handle: (input, context, found) => handle(found, input, context),
  });
}

/**
 * The parameter as a change of it finds it in its own transaction; undefined if it has been removed
 * since it was decided on.
 */
export async function currentParameter(
  decided: ParameterRow | undefined,
  db: Parameters<typeof findParameter>[1],
): Promise<ParameterRow | undefined> {
  if (!decided) return undefined;
  const current = await findParameter(decided, db);
  return current?.parameter_id === decided.parameter_id ? current : undefined;
}

export function tagsOf({ tags }: Pick<ParameterRow, "tags">): Tags {
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

/** `aws:ResourceTag`, and `ssm:resourceTag`, which is older. */
function tagKeys(parameter: ParameterRow | undefined): ContextEntries {
  if (!parameter) return {};
  const tags = Object.entries(tagsOf(parameter));
  return { ...namedKeys("aws:resourcetag/", tags), ...namedKeys("ssm:resourcetag/", tags) };
}

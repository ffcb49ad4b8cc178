import type { Authorization, ContextEntries } from "../../kernel/authorization.ts";
import { namedKeys } from "../../kernel/named-condition-keys.ts";
import { type OperationHandler, withSubject } from "../../kernel/operations.ts";
import type { RequestContext } from "../../kernel/request-context.ts";
import { accessOf } from "./analyzer-type.ts";
import { type AnalyzerName, analyzerArn, readAnalyzerArn } from "./arns.ts";
import { invalidRequest, notFound } from "./errors.ts";
import { type Db, findAnalyzer } from "./rows/analyzers.ts";
import type { AccessAnalyzerTables, AnalyzerRow } from "./tables.ts";

/** A member by which an operation's input names its analyzer. */
type Naming = { readonly analyzerName: string } | { readonly analyzerArn: string };

interface Traits<Input> {
  /** The action, where its name isn't the operation's. */
  readonly action?: string;
  /** The ARN that is decided on, where it isn't the analyzer's. */
  readonly resource?: (input: Input, analyzer: AnalyzerName) => string;
}

export function dbOf(context: Pick<RequestContext, "db">): Db {
  return context.db<AccessAnalyzerTables>();
}

/**
 * An operation on an analyzer that its input names, by name or by ARN; decided on the analyzer, and
 * handled with its row. Whoever may call it learns that there is none.
 */
export function onAnalyzer<Input extends Naming, Output>(
  operation: string,
  { action = operation, resource }: Traits<Input>,
  handle: (
    analyzer: AnalyzerRow,
    input: Input,
    context: RequestContext,
  ) => Promise<Output> | Output,
): OperationHandler<Input, Output> {
  return withSubject({
    authorize: async (input: Input, context) => {
      const name = nameOf(input, context);
      const isHere = name.accountId === context.accountId && name.region === context.region;
      const found = isHere ? await findAnalyzer(name, name.name, dbOf(context)) : undefined;
      const pairs = onArn(action, resource?.(input, name) ?? analyzerArn(name), name, {
        ...resourceTagKeys(found),
      });
      return { pairs, subject: found };
    },
    handle: (input, context, found) => {
      if (!found) throw notFound("Analyzer", analyzerArn(nameOf(input, context)));
      return handle(found, input, context);
    },
  });
}

/** Source: API reference, each such operation. @throws ValidationException */
export function requireExternal({ type }: AnalyzerRow): void {
  if (accessOf(type) !== "external")
    throw invalidRequest(
      `This operation supports analyzers of external access only, not those of type ${type}.`,
      "notSupported",
    );
}

/** An action that knows no resources. */
export function onEverything(operation: string): Authorization {
  return { action: `access-analyzer:${operation}`, resource: "*" };
}

export function onArn(
  action: string,
  resource: string,
  { accountId }: Pick<AnalyzerName, "accountId">,
  context: ContextEntries,
): Authorization {
  return {
    action: `access-analyzer:${action}`,
    resource,
    resourceAccountId: accountId,
    context,
  };
}

function nameOf(input: Naming, { accountId, region }: RequestContext): AnalyzerName {
  return "analyzerArn" in input
    ? readAnalyzerArn(input.analyzerArn, "analyzerArn")
    : { accountId, region, name: input.analyzerName };
}

/** `aws:ResourceTag/…` of an analyzer. */
export function resourceTagKeys(analyzer: AnalyzerRow | undefined): ContextEntries {
  return analyzer ? namedKeys("aws:resourcetag/", Object.entries(tagsOf(analyzer))) : {};
}

/** `aws:RequestTag/…` and `aws:TagKeys`. */
export function requestTagKeys(tags: Tags | undefined): ContextEntries {
  if (!tags || Object.keys(tags).length === 0) return {};
  return {
    ...namedKeys("aws:requesttag/", Object.entries(tags)),
    "aws:tagkeys": Object.keys(tags),
  };
}

export type Tags = Readonly<Record<string, string>>;

export function tagsOf({ tags }: Pick<AnalyzerRow, "tags">): Tags {
  return JSON.parse(tags) as Tags;
}

import { validation } from "../errors.ts";

interface Statement {
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly notActions: boolean;
  readonly resources: readonly string[];
  readonly notResources: boolean;
  readonly types: readonly { readonly patterns: readonly string[]; readonly isLike: boolean }[];
}

/** The statements of a stack policy. Throws ValidationError for what isn't one. */
export function statementsOf(text: string): readonly Statement[] {
  const invalid = validation("Error validating stack policy: Invalid stack policy");
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw invalid;
  }
  if (!isRecord(document)) throw invalid;
  const { Statement = [] } = document;
  const list: readonly unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  return list.map((each: unknown) => {
    if (!isRecord(each) || (each.Effect !== "Allow" && each.Effect !== "Deny")) throw invalid;
    const actions = texts(each.Action ?? each.NotAction);
    const resources = texts(each.Resource ?? each.NotResource);
    if (!actions?.length || !resources?.length || each.Principal !== "*") throw invalid;
    if (!actions.every((action) => /^Update:(Modify|Replace|Delete|\*)$/.test(action)))
      throw invalid;
    return {
      effect: each.Effect,
      actions,
      notActions: each.Action === undefined,
      resources,
      notResources: each.Resource === undefined,
      types: typesOf(each.Condition, invalid),
    };
  });
}

/** Conditions can be on the resource's type alone. Throws `invalid` for others. */
function typesOf(condition: unknown, invalid: Error): Statement["types"] {
  if (condition === undefined) return [];
  if (!isRecord(condition)) throw invalid;
  return Object.entries(condition).map(([operator, keys]) => {
    const isOperator = operator === "StringEquals" || operator === "StringLike";
    const { ResourceType, ...others } = isRecord(keys) ? keys : {};
    const patterns = texts(ResourceType);
    if (!isOperator || !patterns || Object.keys(others).length > 0) throw invalid;
    return { patterns, isLike: operator === "StringLike" };
  });
}

export type UpdateAction = "Update:Modify" | "Update:Replace" | "Update:Delete";

/** Whether a stack policy lets an update do this to a resource; without a policy it does. */
export function isAllowedByPolicy(
  policy: string | null,
  action: UpdateAction,
  { logicalId, type }: { readonly logicalId: string; readonly type: string },
): boolean {
  if (policy === null) return true;
  const matching = statementsOf(policy).filter(
    (statement) =>
      statement.actions.some((each) => matches(each, action)) !== statement.notActions &&
      statement.resources.some((each) => matches(each, `LogicalResourceId/${logicalId}`)) !==
        statement.notResources &&
      statement.types.every(({ patterns, isLike }) =>
        patterns.some((each) => (isLike ? matches(each, type) : each === type)),
      ),
  );
  return (
    matching.some(({ effect }) => effect === "Allow") &&
    !matching.some(({ effect }) => effect === "Deny")
  );
}

function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(text);
}

function texts(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.every((each): each is string => typeof each === "string") ? list : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import {
  type AuthorizationData,
  type CompiledPolicy,
  comparePolicies,
  type NewAccess,
  referenceOptions,
} from "@rolecast/policy";

/** An example of the requests that one version of a policy allows and another doesn't. */
export interface AllowedBeside {
  readonly action: string;
  readonly resource: string;
  /** Condition keys of the request, as `--context` takes them. */
  readonly context: readonly string[];
  /** The place of the statement that allows it, as compilers give it. */
  readonly statement: string;
}

export interface PolicyDifference {
  /** The new version allows this, measured by the old one. */
  readonly relation: "equal" | "less" | "more" | "incomparable";
  /** False: a search was given up, and what it left open counts as a difference. */
  readonly exact: boolean;
  readonly more?: AllowedBeside;
  readonly less?: AllowedBeside;
}

/**
 * Compares all that two versions of a policy may ever allow: it proves, and doesn't try out. The
 * examples are actions of the reference, on resources that they are about.
 */
export function diffPolicies(
  old: CompiledPolicy,
  now: CompiledPolicy,
  data: AuthorizationData,
): PolicyDifference {
  const { relation, exact, more, less } = comparePolicies([now], [old], referenceOptions(data));
  return {
    relation,
    exact,
    ...(more.kind === "found" && { more: allowedBeside(more, data) }),
    ...(less.kind === "found" && { less: allowedBeside(less, data) }),
  };
}

function allowedBeside(
  { request, statement }: NewAccess & { kind: "found" },
  { globalKeys }: AuthorizationData,
): AllowedBeside {
  const { text, source } = statement.policy;
  const before = text.slice(0, statement.start).split("\n");
  const written = statement.written.conditions.map(({ key }) => key);
  const names = new Map(
    [...Object.keys(globalKeys), ...written].map((name) => [name.toLowerCase(), name]),
  );
  const context = [...(request.context as ReadonlyMap<string, string | readonly string[]>)];
  return {
    action: request.action,
    resource: request.resource,
    context: context.flatMap(([key, value]) =>
      [value].flat().map((each) => `${names.get(key) ?? key}=${each}`),
    ),
    statement: `${source.id}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`,
  };
}

/** Lines for people. */
export function differenceLines(
  { relation, exact, more, less }: PolicyDifference,
  names: { readonly old: string; readonly now: string },
): readonly string[] {
  const verdicts = {
    equal: `${names.now} allows what ${names.old} allows.`,
    less: `${names.now} allows less than ${names.old}.`,
    more: `${names.now} allows more than ${names.old}.`,
    incomparable: `${names.now} and ${names.old} each allow something that the other doesn't.`,
  };
  return [
    verdicts[relation],
    ...(more ? [`${names.now} also allows ${exampleText(more)}.`] : []),
    ...(less ? [`${names.now} no longer allows ${exampleText(less)}.`] : []),
    ...(exact ? [] : ["Not all was settled: what stays open counts as a difference."]),
  ];
}

function exampleText({ action, resource, context, statement }: AllowedBeside): string {
  const keys = context.length === 0 ? "" : `, with ${context.join(", ")}`;
  return `\`${action}\` on \`${resource}\`${keys} (${statement})`;
}

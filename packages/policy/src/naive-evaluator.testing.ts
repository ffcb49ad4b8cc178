import type { Effect } from "./decide/policy-layers.ts";
import {
  type Json,
  listOf,
  naiveArn,
  naiveCondition,
  naiveGlob,
  symbolsOf,
  textsOf,
} from "./naive-matching.testing.ts";
import type { Principal } from "./principal.ts";
import type { DecisionRequest } from "./request.ts";

/**
 * The second evaluator, for comparison in tests: it reads the policies' JSON anew for every request
 * and follows AWS's tables literally. It shares types with the engine and nothing else.
 */
export interface NaiveLayers {
  identity?: readonly string[] | undefined;
  boundary?: readonly string[] | undefined;
  session?: readonly string[] | undefined;
  resource?: readonly string[] | undefined;
  resourceKind?: "trust" | "key" | "resource";
  scpLevels?: readonly (readonly string[])[] | undefined;
  rcpLevels?: readonly (readonly string[])[] | undefined;
  endpoint?: readonly string[] | undefined;
}

type Statement = { [key: string]: Json };
interface Dated {
  statement: Statement;
  variables: boolean;
}

function statementsOf(policies: readonly string[]): readonly Dated[] {
  return policies.flatMap((text) => {
    const policy: { [key: string]: Json } = JSON.parse(text);
    return listOf(policy.Statement).flatMap((statement) =>
      typeof statement === "object" && statement !== null && !Array.isArray(statement)
        ? [{ statement: statement as Statement, variables: policy.Version === "2012-10-17" }]
        : [],
    );
  });
}

function actionFits(statement: Statement, action: string): boolean {
  const [service = "", name = ""] = action.toLowerCase().split(":");
  const fits = (pattern: string): boolean => {
    if (pattern === "*") {
      return true;
    }
    const [patternService = "", patternName = ""] = pattern.toLowerCase().split(":");
    const symbols = symbolsOf(patternName, { variables: false, wildcards: true }, new Map());
    return (
      patternService === service &&
      patternName !== "" &&
      symbols !== undefined &&
      naiveGlob(symbols, name)
    );
  };
  return "Action" in statement
    ? textsOf(statement.Action).some(fits)
    : !textsOf(statement.NotAction).some(fits);
}

function resourceFits({ statement, variables }: Dated, request: DecisionRequest): boolean {
  if (!("Resource" in statement) && !("NotResource" in statement)) {
    return true;
  }
  const patterns = textsOf(statement.Resource ?? statement.NotResource).map((pattern) =>
    symbolsOf(pattern, { variables, wildcards: true }, request.context),
  );
  const fits = patterns.some(
    (symbols) => symbols !== undefined && naiveArn(symbols, request.resource),
  );
  if ("Resource" in statement) {
    return fits;
  }
  const unresolved = patterns.some((symbols) => symbols === undefined);
  return statement.Effect === "Allow" && unresolved ? false : !fits;
}

function conditionsHold({ statement, variables }: Dated, request: DecisionRequest): boolean {
  return Object.entries(objectOf(statement.Condition)).every(([operator, keys]) =>
    Object.entries(objectOf(keys)).every(([key, values]) =>
      naiveCondition(
        operator,
        key,
        textsOf(values),
        { variables, effect: statement.Effect },
        request.context,
      ),
    ),
  );
}

function objectOf(value: Json | undefined): { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as { [key: string]: Json })
    : {};
}

type Grant = "none" | "account" | "behind" | "direct";

/** How one list of principals names the caller. */
function grantOf(list: Json | undefined, caller: Principal): Grant {
  if (list === "*") {
    return "direct";
  }
  const named = objectOf(list);
  const aws = textsOf(named.AWS);
  if (aws.includes("*")) {
    return "direct";
  }
  switch (caller.kind) {
    case "anonymous":
      return "none";
    case "service":
      return textsOf(named.Service).includes(caller.serviceName) ? "direct" : "none";
    case "federated-provider":
      return textsOf(named.Federated).includes(caller.provider) ? "direct" : "none";
    case "root":
      break;
    case "user":
      if (aws.includes(caller.arn) || aws.includes(caller.id)) {
        return "direct";
      }
      break;
    case "role-session":
      if (aws.includes(caller.arn)) {
        return "direct";
      }
      if (
        aws.includes(caller.roleId) ||
        aws.some((arn) =>
          new RegExp(`^arn:[^:]*:iam::${caller.accountId}:role/(.*/)?${caller.roleName}$`).test(
            arn,
          ),
        )
      ) {
        return "behind";
      }
      break;
    case "federated-user":
      if (aws.includes(caller.arn)) {
        return "direct";
      }
      if (caller.userArn !== undefined && aws.includes(caller.userArn)) {
        return "behind";
      }
      break;
    default:
      caller satisfies never;
  }
  const account = aws.some(
    (value) => value === caller.accountId || value === `arn:aws:iam::${caller.accountId}:root`,
  );
  return account ? "account" : "none";
}

function denies(policies: readonly string[], request: DecisionRequest, bounded: boolean): boolean {
  return statementsOf(policies).some((dated) => {
    const { statement } = dated;
    if (statement.Effect !== "Deny" || !fits(dated, request)) {
      return false;
    }
    if ("Principal" in statement) {
      return grantOf(statement.Principal, request.principal) !== "none";
    }
    if ("NotPrincipal" in statement) {
      return bounded || grantOf(statement.NotPrincipal, request.principal) === "none";
    }
    return true;
  });
}

function fits(dated: Dated, request: DecisionRequest): boolean {
  return (
    actionFits(dated.statement, request.action) &&
    resourceFits(dated, request) &&
    conditionsHold(dated, request)
  );
}

function grants(policies: readonly string[], request: DecisionRequest): readonly Grant[] {
  return statementsOf(policies)
    .filter((dated) => dated.statement.Effect === "Allow" && fits(dated, request))
    .map(({ statement }) => {
      if ("NotPrincipal" in statement) {
        return "none";
      }
      return "Principal" in statement ? grantOf(statement.Principal, request.principal) : "direct";
    });
}

function allows(policies: readonly string[], request: DecisionRequest): boolean {
  return grants(policies, request).some((grant) => grant !== "none");
}

/** Which of identity, boundary and session can still block, by how the resource policy names. */
const STILL_BLOCK: Record<Grant, readonly ("identity" | "boundary" | "session")[]> = {
  direct: [],
  behind: ["boundary", "session"],
  account: ["identity", "boundary", "session"],
  none: ["identity", "boundary", "session"],
};

export function naiveDecide(request: DecisionRequest, layers: NaiveLayers): Effect {
  const { principal } = request;
  const outside = ["service", "anonymous", "federated-provider"].includes(principal.kind);
  const linked = principal.kind === "role-session" && principal.serviceLinked;
  const root =
    principal.kind === "root" ||
    (principal.kind === "federated-user" && principal.userArn === undefined);
  const identity = outside || root ? undefined : (layers.identity ?? []);
  const boundary = outside || root || linked ? undefined : layers.boundary;
  const session = outside ? undefined : layers.session;
  const scps = outside || linked ? [] : (layers.scpLevels ?? []);
  const rcps = linked ? [] : (layers.rcpLevels ?? []);

  const everything = [
    ...scps,
    ...rcps,
    layers.resource,
    identity,
    boundary,
    session,
    layers.endpoint,
  ];
  if (everything.some((set) => denies(set ?? [], request, boundary !== undefined))) {
    return "explicitDeny";
  }
  if (![...scps, ...rcps].every((level) => allows(level, request))) {
    return "implicitDeny";
  }
  if (layers.endpoint !== undefined && !allows(layers.endpoint, request)) {
    return "implicitDeny";
  }
  const given = grants(layers.resource ?? [], request);
  const best = (["direct", "behind", "account"] as const).find((grant) => given.includes(grant));
  if (outside) {
    return best === undefined ? "implicitDeny" : "allow";
  }
  const owner = request.resourceAccountId;
  const caller = "accountId" in principal ? principal.accountId : undefined;
  const crossAccount = owner !== undefined && owner !== caller;
  if (
    best === undefined &&
    (crossAccount || ["trust", "key"].includes(layers.resourceKind ?? ""))
  ) {
    return "implicitDeny";
  }
  const blockers = STILL_BLOCK[crossAccount ? "account" : (best ?? "none")];
  if (blockers.includes("identity") && identity !== undefined && !allows(identity, request)) {
    return "implicitDeny";
  }
  if (blockers.includes("boundary") && boundary !== undefined && !allows(boundary, request)) {
    return "implicitDeny";
  }
  if (blockers.includes("session") || principal.kind === "root") {
    const nothing = principal.kind === "federated-user" ? [] : undefined;
    const effective = session ?? nothing;
    if (effective !== undefined && !allows(effective, request)) {
      return "implicitDeny";
    }
  }
  return "allow";
}

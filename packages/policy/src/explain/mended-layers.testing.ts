import type { NaiveLayers } from "../naive-evaluator.testing.ts";
import type { Json } from "../naive-matching.testing.ts";
import type { DecisionRequest } from "../request.ts";
import type { ExplainedStatement } from "./explanation.ts";
import type { MissedPart, MissingAllow } from "./obstacle.ts";

type Statement = { [element: string]: Json };
type Change = (statement: Statement) => Statement | undefined;

/** Layers of `compileLayers` with one statement changed, or left out. */
export function withChanged(
  layers: NaiveLayers,
  { policy: { id }, index }: ExplainedStatement,
  change: Change,
): NaiveLayers {
  const [kind = "", level = "", place = ""] = id.split("-");
  const mend = (text: string, at: number): string => {
    if (at !== Number(place)) return text;
    const document = JSON.parse(text) as { Statement: Statement[] };
    const Statement = document.Statement.flatMap((each, position) =>
      position === index ? (change(each) ?? { ...NEVER, ...principalOf(each) }) : each,
    );
    return JSON.stringify({ ...document, Statement });
  };
  if (kind === "scp" || kind === "rcp") {
    const levels = layers[`${kind}Levels`] ?? [];
    const mended = levels.map((texts, at) => (at === Number(level) ? texts.map(mend) : texts));
    return { ...layers, [`${kind}Levels`]: mended };
  }
  const name = kind === "trust" || kind === "key" ? "resource" : (kind as "identity");
  return { ...layers, [name]: layers[name]?.map(mend) };
}

/** Layers of `compileLayers` with the statement that is proposed for one of them. */
export function withProposed(
  layers: NaiveLayers,
  { layer, policies, proposal }: MissingAllow,
): NaiveLayers {
  const text = JSON.stringify({ Version: "2012-10-17", Statement: [proposal?.statement as Json] });
  if (layer === "scp" || layer === "rcp") {
    const level = Number(policies[0]?.id.split("-")[1]);
    const levels = layers[`${layer}Levels`] ?? [];
    const mended = levels.map((texts, at) => (at === level ? [...texts, text] : texts));
    return { ...layers, [`${layer}Levels`]: mended };
  }
  const name = layer === "trust" || layer === "key" ? "resource" : layer;
  return { ...layers, [name]: [...(layers[name] ?? []), text] };
}

/** Takes the place of a statement, so that the others keep theirs. */
const NEVER: Statement = { Effect: "Deny", Action: "none:None", Resource: "*" };

function principalOf(statement: Statement): Statement {
  const { Principal, NotPrincipal, Resource, NotResource } = statement;
  const names = Principal !== undefined || NotPrincipal !== undefined;
  const isTrust = Resource === undefined && NotResource === undefined;
  const named: Statement = names ? { Principal: "*" } : {};
  return isTrust ? { ...named, Resource: undefined as never } : named;
}

/** A statement that lacks nothing of what was missed. */
export function withoutMisses(
  statement: Statement,
  missed: readonly MissedPart[],
  { action, resource, principal }: DecisionRequest,
): Statement {
  const mended: { [element: string]: Json | undefined } = { ...statement };
  for (const miss of missed) {
    switch (miss.part) {
      case "action":
        Object.assign(mended, { Action: action, NotAction: undefined });
        break;
      case "resource":
        Object.assign(mended, { Resource: resource, NotResource: undefined });
        break;
      case "principal": {
        const own: Json =
          principal.kind === "service"
            ? { Service: principal.serviceName }
            : principal.kind === "federated-provider"
              ? { Federated: principal.provider }
              : principal.kind === "anonymous"
                ? "*"
                : { AWS: principal.arn };
        Object.assign(mended, { Principal: own, NotPrincipal: undefined });
        break;
      }
      case "condition": {
        const conditions = { ...(mended.Condition as { [operator: string]: object } | undefined) };
        const { [miss.key]: _gone, ...others } = { ...conditions[miss.operator] } as Statement;
        conditions[miss.operator] = others;
        if (Object.keys(others).length === 0) delete conditions[miss.operator];
        mended.Condition = conditions as Json;
        break;
      }
      default:
        miss satisfies never;
    }
  }
  return JSON.parse(JSON.stringify(mended)) as Statement;
}

import { type AuthorizationData, policySizeWithoutWhitespace } from "@rolecast/policy";
import { ownValue } from "../../../kernel/own-value.ts";

/** The actions that a job has found. Its policies are written when they are asked for. */
export interface GeneratedActions {
  /** As AWS spells them, in order. */
  readonly actions: readonly string[];
  /** Services of which calls were found, but no action for them. */
  readonly services: readonly string[];
  /** Whether everything that was to be read has been. */
  readonly isComplete: boolean;
}

export interface TemplateOptions {
  readonly includeResourcePlaceholders?: boolean | undefined;
  readonly includeServiceLevelTemplate?: boolean | undefined;
}

/** Source: IAM's quotas: longer results are split. */
const DOCUMENT_CHARS_MAX = 6_144;
/** Room for a document's own brackets. */
const STATEMENTS_CHARS_MAX = DOCUMENT_CHARS_MAX - 64;
const ACTIONS_AT_ONCE = 100;

interface Statement {
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
}

/**
 * Policies in AWS's form: all actions on every resource, or by `includeResourcePlaceholders` on the
 * ARNs of their types, whose parts are left to be filled in. Source: IAM user guide, "IAM Access
 * Analyzer policy generation".
 */
export function generatedPolicies(
  { actions, services }: GeneratedActions,
  data: AuthorizationData,
  options: TemplateOptions,
): readonly string[] {
  const statements = options.includeResourcePlaceholders
    ? withPlaceholders(actions, data)
    : [{ Action: actions, Resource: "*" }];
  const wide =
    options.includeServiceLevelTemplate && services.length > 0
      ? [{ Action: services.map((service) => `${service}:*`), Resource: "*" }]
      : [];
  const all = [...statements, ...wide].filter(({ Action }) => Action.length > 0);
  return documentsOf(all.flatMap(chunksOf));
}

/** A statement for the actions of each list of resources' types. */
function withPlaceholders(
  actions: readonly string[],
  { services }: AuthorizationData,
): readonly Statement[] {
  const groups = new Map<string, string[]>();
  for (const action of actions) {
    const [prefix = "", name = ""] = action.split(":");
    const service = ownValue(services, prefix);
    const types = ownValue(service?.actions, name)?.resources ?? [];
    const templates = types.flatMap((type) => ownValue(service?.resources, type) ?? []);
    const resources = [...new Set(templates.map(withPartition))].sort();
    const key = JSON.stringify(resources.length === 0 ? "*" : resources);
    groups.set(key, [...(groups.get(key) ?? []), action]);
  }
  return [...groups].map(([key, Action]) => ({ Action, Resource: JSON.parse(key) }));
}

function withPartition(template: string): string {
  return template.replace("${Partition}", "aws");
}

function chunksOf({ Action, Resource }: Statement): readonly Statement[] {
  const chunks: Statement[] = [];
  for (let at = 0; at < Action.length; at += ACTIONS_AT_ONCE)
    chunks.push({ Action: Action.slice(at, at + ACTIONS_AT_ONCE), Resource });
  return chunks;
}

function documentsOf(statements: readonly Statement[]): readonly string[] {
  const documents: object[][] = [];
  let chars = Number.POSITIVE_INFINITY;
  for (const { Action, Resource } of statements) {
    const of = (number: number) => {
      return { Sid: `SupportedServiceSid${number}`, Effect: "Allow", Action, Resource };
    };
    const length = policySizeWithoutWhitespace(JSON.stringify(of(0))) + 4;
    if (chars + length > STATEMENTS_CHARS_MAX) {
      documents.push([]);
      chars = 0;
    }
    const last = documents.at(-1);
    last?.push(of(last.length));
    chars += length;
  }
  return documents.map((Statement) => JSON.stringify({ Version: "2012-10-17", Statement }));
}

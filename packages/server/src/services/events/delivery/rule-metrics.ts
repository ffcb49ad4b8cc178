import type { Clock } from "../../../kernel/clock.ts";
import type { Contributions } from "../../../kernel/contributions.ts";
import { type Location, ruleNameOf } from "../arns.ts";

/** Source: EventBridge user guide, "Monitoring Amazon EventBridge". */
type RuleMetric =
  | "TriggeredRules"
  | "Invocations"
  | "FailedInvocations"
  | "InvocationAttempts"
  | "SuccessfulInvocationAttempts"
  | "RetryInvocationAttempts";

/** Metrics that count over all rules, too. */
const OF_ALL_RULES: ReadonlySet<string> = new Set<RuleMetric | "MatchedEvents">([
  "MatchedEvents",
  "Invocations",
  "InvocationAttempts",
  "SuccessfulInvocationAttempts",
  "RetryInvocationAttempts",
]);

/** A rule by its path: `live`, or `studio/live` of the bus `studio`. */
interface RulePlace extends Location {
  readonly rule_name: string;
}

export interface RuleMetricsParts {
  readonly contributed: Pick<Contributions, "metricSinks">;
  readonly clock: Clock;
}

/** Counts in CloudWatch what rules do; a webhook has no rule, and isn't counted. */
export class RuleMetrics {
  readonly #parts: RuleMetricsParts;

  constructor(parts: RuleMetricsParts) {
    this.#parts = parts;
  }

  /** An event matched these rules of one bus; one may stand there for each of its targets. */
  matched(places: readonly RulePlace[]): void {
    const rules = new Map(places.map((place) => [place.rule_name, place]));
    const [first] = rules.values();
    if (!first) return;
    this.#put(first, "MatchedEvents", {});
    for (const rule of rules.values()) this.#count(rule, ["TriggeredRules"]);
  }

  /** A target was invoked, once more after `attempts` failures. */
  attempted(rule: RulePlace & { readonly attempts: number }, isDelivered: boolean): void {
    this.#count(rule, [
      "InvocationAttempts",
      ...(rule.attempts > 0 ? (["RetryInvocationAttempts"] as const) : []),
      ...(isDelivered ? (["SuccessfulInvocationAttempts", "Invocations"] as const) : []),
    ]);
  }

  /** An event never reaches its target. */
  givenUp(rule: RulePlace): void {
    this.#count(rule, ["Invocations", "FailedInvocations"]);
  }

  #count(rule: RulePlace, names: readonly RuleMetric[]): void {
    if (rule.rule_name === "") return;
    const RuleName = ruleNameOf(rule.rule_name);
    const bus = rule.rule_name.slice(0, -RuleName.length - 1);
    for (const name of names) {
      this.#put(rule, name, bus === "" ? { RuleName } : { EventBusName: bus, RuleName });
      if (OF_ALL_RULES.has(name)) this.#put(rule, name, {});
    }
  }

  #put(
    { account_id: accountId, region }: Location,
    name: RuleMetric | "MatchedEvents",
    dimensions: Readonly<Record<string, string>>,
  ): void {
    const { contributed, clock } = this.#parts;
    const sample = { accountId, region, namespace: "AWS/Events", name, unit: "Count", dimensions };
    for (const sink of contributed.metricSinks)
      sink.put([{ ...sample, value: 1, atMs: clock.nowMs() }]);
  }
}

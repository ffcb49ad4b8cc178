import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";

/** A widget of a dashboard's body, as far as it is drawn. */
export interface Widget {
  readonly key: string;
  readonly kind: string;
  readonly title: string;
  readonly region: string | undefined;
  /** A text's Markdown. */
  readonly text: string;
  readonly queries: MetricDataQuery[];
  readonly alarms: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

const PERIOD_SECONDS = 300;

/** The widgets of a body, from top to bottom. Throws SyntaxError for what isn't JSON. */
export function widgetsOf(body: string): readonly Widget[] {
  const { widgets } = JSON.parse(body) as Json;
  const all = Array.isArray(widgets) ? (widgets as Json[]) : [];
  const at = (place: unknown) => Number(place ?? 0);
  const ordered = all.toSorted((one, other) => at(one.y) - at(other.y) || at(one.x) - at(other.x));
  return ordered.map((widget, index) => {
    const properties = recordOf(widget.properties);
    const kind = String(widget.type ?? "text");
    const title = String(properties.title ?? "");
    return {
      key: `${index} ${kind} ${title}`,
      kind,
      title,
      region: typeof properties.region === "string" ? properties.region : undefined,
      text: String(properties.markdown ?? ""),
      queries: kind === "metric" ? queriesOfWidget(properties) : [],
      alarms: listOf(properties.alarms).map(String),
    };
  });
}

/**
 * The queries of a metric widget. A metric is `[namespace, name, dimension, value …, options]`; "."
 * stands for what the metric before has in this place, "..." for all of it but what follows.
 *
 * Source: CloudWatch API reference, "Dashboard body structure and syntax".
 */
function queriesOfWidget(properties: Json): MetricDataQuery[] {
  let before: readonly string[] = [];
  return listOf(properties.metrics).map((entry, index): MetricDataQuery => {
    const parts = listOf(entry);
    const last = parts.at(-1);
    const options = recordOf(last);
    const words = parts.filter((part) => typeof part === "string");
    const Id = typeof options.id === "string" ? options.id : `m${index}`;
    const shown = { Id, ReturnData: options.visible !== false };
    const Label = typeof options.label === "string" ? { Label: options.label } : {};
    const Period = Number(options.period ?? properties.period ?? PERIOD_SECONDS);
    if (typeof options.expression === "string")
      return { ...shown, ...Label, Expression: options.expression, Period };
    before = completed(words, before);
    const [Namespace, MetricName, ...rest] = before;
    const Dimensions = rest.flatMap((Name, at) =>
      at % 2 === 0 ? [{ Name, Value: rest[at + 1] ?? "" }] : [],
    );
    const Stat = String(options.stat ?? properties.stat ?? "Average");
    const Metric = { Namespace, MetricName, Dimensions };
    return { ...shown, ...Label, MetricStat: { Metric, Period, Stat } };
  });
}

function completed(words: readonly string[], before: readonly string[]): readonly string[] {
  const dots = words.indexOf("...");
  const missing = before.length - (words.length - 1);
  const whole =
    dots < 0
      ? words
      : [...words.slice(0, dots), ...before.slice(dots, dots + missing), ...words.slice(dots + 1)];
  return whole.map((word, index) => (word === "." ? (before[index] ?? "") : word));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function recordOf(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Json)
    : {};
}

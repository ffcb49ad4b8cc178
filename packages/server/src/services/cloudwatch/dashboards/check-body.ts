import { ownValue } from "../../../kernel/own-value.ts";
import { type DashboardFinding, invalidDashboard } from "../errors.ts";

/*
 * Source: CloudWatch API reference, "Dashboard body structure and syntax". Sentences:
 * PutDashboard's errors in public reports.
 */

const WIDGETS_MAX = 500;
/** Ours: AWS names no limit, and a request may be as large. */
const BODY_BYTES_MAX = 1024 * 1024;
const TYPES = ["alarm", "chart", "custom", "explorer", "log", "metric", "text", "trace"];

/** The property that a widget of a type can't be without. */
const NEEDED: Readonly<Record<string, string>> = {
  alarm: "alarms",
  custom: "endpoint",
  log: "query",
  text: "markdown",
};

/** Throws DashboardInvalidInputError with all that is wrong with a dashboard's body. */
export function checkBody(text: string): void {
  if (Buffer.byteLength(text) > BODY_BYTES_MAX)
    throw invalidDashboard(`The field DashboardBody is longer than ${BODY_BYTES_MAX} bytes`);
  const body = parsed(text);
  if (!isObject(body))
    throw invalidDashboard("The field DashboardBody must be a valid JSON object");
  const findings = findingsOf(body);
  if (findings.length === 0) return;
  const list = findings.map(({ path, message }) => ({ dataPath: path, message }));
  const count = `${findings.length} validation error${findings.length === 1 ? "" : "s"}`;
  throw invalidDashboard(
    `The dashboard body is invalid, there are ${count}:\n${JSON.stringify(list, undefined, 2)}`,
    findings,
  );
}

function findingsOf({ widgets }: Body): readonly DashboardFinding[] {
  if (widgets === undefined) return [missing("", "widgets")];
  if (!Array.isArray(widgets)) return [{ path: "/widgets", message: "Should be array" }];
  if (widgets.length > WIDGETS_MAX)
    return [{ path: "/widgets", message: `Should NOT have more than ${WIDGETS_MAX} items` }];
  return widgets.flatMap((widget, index) => widgetFindings(widget, `/widgets/${index}`));
}

function widgetFindings(widget: unknown, path: string): readonly DashboardFinding[] {
  if (!isObject(widget)) return [{ path, message: "Should be object" }];
  const { type, properties } = widget;
  if (type === undefined) return [missing(path, "type")];
  if (typeof type !== "string" || !TYPES.includes(type))
    return [{ path: `${path}/type`, message: "Should be equal to one of the allowed values" }];
  if (!isObject(properties)) return [missing(path, "properties")];
  const needed = ownValue(NEEDED, type);
  if (needed !== undefined && properties[needed] === undefined)
    return [missing(`${path}/properties`, needed)];
  return type === "metric" ? metricFindings(properties, `${path}/properties`) : [];
}

function metricFindings({ metrics, annotations }: Body, path: string): readonly DashboardFinding[] {
  // A widget may show an alarm, which its annotations name.
  if (metrics === undefined) return annotations === undefined ? [missing(path, "metrics")] : [];
  if (!Array.isArray(metrics)) return [{ path: `${path}/metrics`, message: "Should be array" }];
  return metrics.flatMap((metric, index) => fieldFindings(metric, `${path}/metrics/${index}`));
}

/** Namespace, name, and dimensions by turns; an object of options or an expression comes last. */
function fieldFindings(metric: unknown, path: string): readonly DashboardFinding[] {
  if (!Array.isArray(metric)) return [{ path, message: "Should be array" }];
  if (metric.length === 0) return [{ path, message: "Should NOT have less than 1 items" }];
  const names = isObject(metric.at(-1)) ? metric.slice(0, -1) : metric;
  const wrong = names.findIndex((field) => typeof field !== "string");
  if (wrong < 0) return [];
  const message = "Invalid metric field type, only 'String' type is allowed";
  return [{ path: `${path}/${wrong}`, message }];
}

type Body = Readonly<Record<string, unknown>>;

function missing(path: string, name: string): DashboardFinding {
  return { path: path === "" ? "/" : path, message: `Should have required property '${name}'` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller is answered that it is none.
    return undefined;
  }
}

function isObject(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

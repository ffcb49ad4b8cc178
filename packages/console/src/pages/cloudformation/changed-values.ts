import { ownValue } from "../../shared/own-value.ts";

/** One value of a resource's properties, before and after; undefined where it isn't there. */
export interface ChangedValue {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The values that differ between the contexts of a change, JSON texts with `Properties`. */
export function changedValues(
  before: string | undefined,
  after: string | undefined,
): readonly ChangedValue[] {
  const [was, will] = [propertiesOf(before), propertiesOf(after)];
  const names = [...new Set([...Object.keys(was), ...Object.keys(will)])];
  return names.flatMap((path) => {
    const change = {
      path,
      before: textOf(ownValue(was, path)),
      after: textOf(ownValue(will, path)),
    };
    return change.before === change.after ? [] : [change];
  });
}

function propertiesOf(context: string | undefined): Readonly<Record<string, unknown>> {
  if (context === undefined) return {};
  const { Properties = {} } = JSON.parse(context) as {
    readonly Properties?: Readonly<Record<string, unknown>>;
  };
  return Properties;
}

function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

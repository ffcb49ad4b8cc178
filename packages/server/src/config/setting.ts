import type { z } from "zod";

/** One setting: flag, `ROLECAST_*` variable, YAML key and documentation all follow from it. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  readonly description: string;
  /** The name of the flag's value in the help; absent for a switch. */
  readonly placeholder?: string;
  /** A list or object: it has no flag, and its variable holds YAML. */
  readonly structured?: boolean;
  /** Never shown, not even in errors; structured settings aren't either. */
  readonly secret?: boolean;
  /** The heading that it is under in the help and the docs. */
  readonly group: string;
}

export function setting<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  rest: Omit<Setting, "schema" | "description" | "group"> = {},
): Omit<Setting<Schema>, "group"> {
  return { schema, description, ...rest };
}

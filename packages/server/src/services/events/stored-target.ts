import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { Checked } from "../../kernel/checked.ts";
import type { TargetRow } from "./tables.ts";

export type Target = Checked<eventbridge.Target>;

/** A row's target. The text is our own. */
export function readTarget({ target }: TargetRow): Target {
  const read: Target = JSON.parse(target);
  return read;
}

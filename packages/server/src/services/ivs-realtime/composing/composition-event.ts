import { isoSeconds } from "../../../kernel/clock.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
import { arnOf } from "../resource-arn.ts";
import type { CompositionRow } from "../tables.ts";

/**
 * The events that compositions send. Source: IVS Real-Time user guide, "Using Amazon EventBridge
 * with IVS Real-Time Streaming".
 */
export const COMPOSITION_EVENTS = {
  "IVS Composition State Change": {
    nameField: "event_name",
    names: {
      "Session Start": "A composition has begun: somebody publishes on the stage.",
      "Session End": "A composition has ended.",
      "Session Failure": "A composition has failed; `reason` says why.",
      "Destination Start": "A destination gets the composition.",
      "Destination End": "A destination has got the whole of it.",
      "Destination Failure": "A destination has failed for good; `reason` says why.",
      "Destination Reconnecting": "A destination was lost, and is tried again.",
    },
  },
} as const;

type Names = (typeof COMPOSITION_EVENTS)["IVS Composition State Change"]["names"];

/** A change of a composition, as EventBridge gets it. */
export interface CompositionUpdate {
  readonly name: keyof Names;
  /** The destination's id; left out for the composition itself. */
  readonly destination?: string | undefined;
  readonly reason?: string | undefined;
}

export function compositionEvent(
  row: CompositionRow,
  { name, destination, reason }: CompositionUpdate,
  { id, atMs }: { readonly id: string; readonly atMs: number },
): AwsEvent {
  return {
    ...{ version: "0", id, "detail-type": "IVS Composition State Change", source: "aws.ivs" },
    ...{ account: row.account_id, time: isoSeconds(atMs), region: row.region },
    resources: [arnOf("composition", row)],
    detail: {
      event_name: name,
      stage_arn: row.stage_arn,
      ...(destination === undefined ? {} : { id: destination }),
      ...(reason === undefined ? {} : { reason }),
    },
  };
}

import { AwsError } from "../../../kernel/aws-error.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
import { type BusPlace, busArn } from "../arns.ts";
import { type IncomingEvent, incoming } from "../put-event.ts";
import type { DeliveryRow } from "../tables.ts";
import type { Delivered } from "./send-request.ts";
import { assumeTargetRole, type TargetRoleParts } from "./target-role.ts";

export interface BusTargetParts extends TargetRoleParts {
  /** Puts an event on another bus. Resolves to false if too much waits. */
  readonly forward: (event: IncomingEvent) => Promise<boolean>;
}

/**
 * Puts events on other buses, as the target's role: its policies, and the policy of a bus in
 * another account, must allow it. The event stays as it is, its account and Region too.
 */
export class BusTargets {
  readonly #parts: BusTargetParts;

  constructor(parts: BusTargetParts) {
    this.#parts = parts;
  }

  async deliver(row: DeliveryRow, roleArn: string, bus: BusPlace): Promise<Delivered> {
    // Source: EventBridge user guide, "Sending events between event buses": no third bus.
    if (row.is_forwarded === 1)
      return refused("an event can be sent to an event bus target only once", false);
    const session = await assumeTargetRole(row, roleArn, this.#parts);
    if ("delivered" in session) return session;
    const event = JSON.parse(row.event) as AwsEvent;
    const entry = {
      Source: event.source,
      DetailType: event["detail-type"],
      Detail: "{}",
      EventBusName: busArn(bus),
    };
    const options = { as: session, region: bus.region, isOnlyDecided: true };
    try {
      await this.#parts.invoke("events", "PutEvents", { Entries: [entry] }, options);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return refused(`PutEvents: ${error.code}`, true);
    }
    const isTaken = await this.#parts.forward({ ...incoming(event, bus), isForwarded: true });
    return isTaken ? { delivered: true } : refused("too many events wait there", true);
  }
}

function refused(reason: string, retry: boolean): Delivered {
  return { delivered: false, retry, reason };
}

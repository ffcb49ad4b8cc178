import type { MediaEvent } from "@rolecast/media";
import { LruMap } from "../../../kernel/lru-map.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { DecidedPublish } from "./publish-decision.ts";

const ASKED_FOR_MAX = 1_000;

/** Logs the publishers that are refused, with the channels that they asked for. */
export class RefusedPublishers {
  readonly #log: Log;
  /** ARNs by connection. */
  readonly #askedFor = new LruMap<string, string>(ASKED_FOR_MAX);

  constructor(log: Log) {
    this.#log = log;
  }

  decided(connectionId: string, decision: DecidedPublish): void {
    const channelArn = decision.allow ? decision.streamName : decision.channelArn;
    if (channelArn) this.#askedFor.set(connectionId, channelArn);
  }

  note(event: Extract<MediaEvent, { type: "publish-refused" }>): void {
    const { connectionId, remoteAddress, reason } = event;
    logRefusal(this.#log, { remoteAddress, reason, channelArn: this.#askedFor.get(connectionId) });
  }
}

interface Refusal {
  readonly reason: string;
  readonly remoteAddress: string;
  readonly channelArn?: string | undefined;
}

/** Logs in one sentence whom the server refused, and why. */
export function logRefusal(log: Log, refusal: Refusal): void {
  const { reason, remoteAddress, channelArn } = refusal;
  const asked = channelArn === undefined ? "" : `${channelArn}, `;
  log.warn({ ...refusal }, `a publisher was refused: ${reason} (${asked}from ${remoteAddress})`);
}

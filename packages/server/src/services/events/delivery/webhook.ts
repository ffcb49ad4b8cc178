import { createHash, createHmac } from "node:crypto";
import type { AwsEvent } from "../../../kernel/events.ts";

/** A webhook in the form of `rolecast.yml`. */
export interface WebhookSettings {
  readonly url: string;
  /** Signs the requests. */
  readonly secret: string;
  /** Only events with one of these sources; left out, all. */
  readonly sources?: readonly string[] | undefined;
  /** Only events with one of these detail-types; left out, all. */
  readonly detailTypes?: readonly string[] | undefined;
}

/** A receiver of the configuration: every account's and Region's events, signed. */
export interface Webhook {
  /** A hash of its URL, so that waiting deliveries find it after a restart. */
  readonly id: string;
  readonly url: string;
  matches(event: Pick<AwsEvent, "source" | "detail-type">): boolean;
  /** Returns headers that prove to the receiver the sender, the body and the time. */
  sign(deliveryId: string, body: string, nowMs: number): Readonly<Record<string, string>>;
}

export function webhookOf({ url, secret, sources, detailTypes }: WebhookSettings): Webhook {
  return {
    id: `webhook-${createHash("sha256").update(url).digest("hex").slice(0, 16)}`,
    url,
    matches: (event) =>
      (sources?.includes(event.source) ?? true) &&
      (detailTypes?.includes(event["detail-type"]) ?? true),
    // Source: Standard Webhooks specification, "Signature scheme".
    sign(deliveryId, body, nowMs) {
      const timestamp = String(Math.floor(nowMs / 1000));
      const signed = createHmac("sha256", secret).update(`${deliveryId}.${timestamp}.${body}`);
      return {
        "webhook-id": deliveryId,
        "webhook-timestamp": timestamp,
        "webhook-signature": `v1,${signed.digest("base64")}`,
      };
    },
  };
}

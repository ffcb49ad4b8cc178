import Alert from "@cloudscape-design/components/alert";
import { useState } from "react";
import { Moment } from "../../shared/moment.tsx";
import { keptItems } from "../../wire/kept-items.ts";
import { useCall } from "../../wire/use-call.ts";

/** Encoders try again every few seconds. */
const POLL_MS = 5_000;
const SHOWN_MAX = 3;

interface Refusal {
  readonly at: string;
  readonly reason: string;
  readonly remoteAddress: string;
}

/**
 * The latest encoders that were refused with one of the channel's keys, from the server's log.
 * Nothing is shown to those who may not read it.
 */
export function RefusedPublishers({ channelArn }: { readonly channelArn: string }) {
  const [mayRead, setMayRead] = useState(true);
  const refused = useCall(
    `refused publishers of ${channelArn}`,
    async (aws) => {
      try {
        return refusalsOf(await keptItems(aws, "/_rolecast/logs"), channelArn);
      } catch {
        // Asked again, it would be refused again, and be in the log each time.
        setMayRead(false);
        return [];
      }
    },
    { everyMs: mayRead ? POLL_MS : undefined },
  );
  if (!refused.data || refused.data.length === 0) return null;
  return (
    <Alert type="warning" header="An encoder was refused">
      <ul>
        {refused.data.map(({ at, reason, remoteAddress }) => (
          <li key={at}>
            {reason}, from {remoteAddress}, <Moment at={new Date(at)} />
          </li>
        ))}
      </ul>
    </Alert>
  );
}

function refusalsOf(lines: readonly unknown[], channelArn: string): readonly Refusal[] {
  const refusals = lines.flatMap((line) => {
    const fields = line as Readonly<Record<string, unknown>>;
    const { time, reason, remoteAddress, channelArn: named } = fields;
    if (named !== channelArn || reason === undefined || remoteAddress === undefined) return [];
    return [{ at: String(time), reason: String(reason), remoteAddress: String(remoteAddress) }];
  });
  return refusals.slice(-SHOWN_MAX).reverse();
}

import type { CloudControl, ProgressEvent } from "@aws-sdk/client-cloudcontrol";
import { until } from "../../support/until.ts";

interface Sent {
  readonly ProgressEvent?: ProgressEvent | undefined;
}

/** The request's last state: on a busy machine its answer comes before its end. */
export function endOf(client: CloudControl, { ProgressEvent: sent }: Sent): Promise<ProgressEvent> {
  const isPending = (event: ProgressEvent | undefined) =>
    event?.OperationStatus === "PENDING" || event?.OperationStatus === "IN_PROGRESS";
  let event = sent;
  return until(async () => {
    if (!isPending(event)) return event;
    const { RequestToken } = sent ?? {};
    event = (await client.getResourceRequestStatus({ RequestToken })).ProgressEvent;
    return !isPending(event) && event;
  }, "the end of a resource request");
}

import {
  GetServiceLinkedRoleDeletionStatusCommand,
  type GetServiceLinkedRoleDeletionStatusResponse,
  type IAMClient,
} from "@aws-sdk/client-iam";
import { until } from "./until.ts";

/**
 * Waits for the end of a service-linked role's deletion. Polls as clients do: there is no waiter.
 */
export function endOfDeletion(
  iam: IAMClient,
  DeletionTaskId: string | undefined,
): Promise<GetServiceLinkedRoleDeletionStatusResponse> {
  const ask = async () => {
    const command = new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId });
    const status = await iam.send(command);
    return (status.Status === "SUCCEEDED" || status.Status === "FAILED") && status;
  };
  return until(ask, `the end of ${DeletionTaskId}`, { everyMs: 10 });
}

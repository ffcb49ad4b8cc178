import { LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import Spinner from "@cloudscape-design/components/spinner";
import type { ReactNode } from "react";
import { CallFailure } from "../../shared/call-failure.tsx";
import { useCall } from "../../wire/use-call.ts";

/**
 * The server's feeds know no callers: whoever is on its machine reads them. What this page shows of
 * them is for callers only who may look up events too, and of their own account.
 */
export function AuditorsOnly(props: {
  readonly what: string;
  readonly children: (accountId: string) => ReactNode;
}) {
  const { what, children } = props;
  const allowed = useCall("auditor", async ({ cloudtrail, sts }) => {
    await cloudtrail.send(new LookupEventsCommand({ MaxResults: 1 }));
    const { Account = "" } = await sts.send(new GetCallerIdentityCommand({}));
    return Account;
  });
  if (allowed.error !== undefined) {
    return <CallFailure title={`${what} can't be shown`} error={allowed.error} />;
  }
  if (allowed.data === undefined) return <Spinner />;
  return children(allowed.data);
}

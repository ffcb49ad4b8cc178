import { createContext, type ReactNode, useContext, useMemo } from "react";
import type { SignedIn } from "../session/signed-in.ts";
import { type AwsClients, awsClients } from "./aws-clients.ts";
import { CallLog } from "./call-log.ts";

export interface Aws extends AwsClients {
  readonly key: SignedIn;
  readonly calls: CallLog;
  /** The clients of another Region. */
  readonly inRegion: (region: string) => AwsClients;
  readonly signOut: () => void;
}

const AwsContext = createContext<Aws | undefined>(undefined);

export function AwsProvider(props: {
  readonly signedIn: SignedIn;
  readonly region: string;
  readonly onSignOut: () => void;
  readonly children: ReactNode;
}) {
  const { signedIn, region, onSignOut: signOut, children } = props;
  const aws = useMemo(() => {
    const calls = new CallLog();
    const inRegion = (name: string) => awsClients(signedIn, name, calls);
    return { ...inRegion(region), inRegion, key: signedIn, calls, signOut };
  }, [signedIn, region, signOut]);
  return <AwsContext value={aws}>{children}</AwsContext>;
}

/** The clients of who is signed in, in the Region that is picked. */
export function useAws(): Aws {
  const aws = useContext(AwsContext);
  if (!aws) throw new Error("a page was shown to nobody");
  return aws;
}

/** The same key's clients of another Region, for a part of a page. */
export function InRegion(props: { readonly region: string; readonly children: ReactNode }) {
  const { region, children } = props;
  const aws = useAws();
  const there = useMemo(
    () => (region === aws.region ? aws : { ...aws, ...aws.inRegion(region) }),
    [aws, region],
  );
  return <AwsContext value={there}>{children}</AwsContext>;
}

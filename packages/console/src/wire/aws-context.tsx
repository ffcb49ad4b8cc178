import { createContext, type ReactNode, use, useContext, useMemo } from "react";
import type { SignedIn } from "../session/signed-in.ts";
import type { AwsClients } from "./aws-clients.ts";
import { CallLog } from "./call-log.ts";
import { type Late, withSdk } from "./sdk.ts";

/** The user who is signed in, and the Region that is picked. */
export interface Session {
  readonly key: SignedIn;
  readonly region: string;
  readonly calls: CallLog;
  readonly signOut: () => void;
  /** The clients, which the first page is shown without. */
  readonly late: Late<Aws>;
}

export interface Aws extends AwsClients {
  readonly key: SignedIn;
  readonly calls: CallLog;
  /** The clients of another Region. */
  readonly inRegion: (region: string) => AwsClients;
  readonly signOut: () => void;
}

const SessionContext = createContext<Session | undefined>(undefined);

export function AwsProvider(props: {
  readonly signedIn: SignedIn;
  readonly region: string;
  readonly onSignOut: () => void;
  readonly children: ReactNode;
}) {
  const { signedIn: key, region, onSignOut: signOut, children } = props;
  const session = useMemo(() => {
    const calls = new CallLog();
    const late = withSdk(({ awsClients }): Aws => {
      const inRegion = (name: string) => awsClients(key, name, calls);
      return { ...inRegion(region), inRegion, key, calls, signOut };
    });
    return { key, region, calls, signOut, late };
  }, [key, region, signOut]);
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("a page was shown to nobody");
  return session;
}

/**
 * The clients of who is signed in, in the Region that is picked. What the first page shows at once
 * doesn't use it: it waits for them.
 */
export function useAws(): Aws {
  const { late } = useSession();
  return late.now ?? use(late.coming);
}

/** The same key's clients of another Region, for a part of a page. */
export function InRegion(props: { readonly region: string; readonly children: ReactNode }) {
  const { region, children } = props;
  const session = useSession();
  const aws = useAws();
  const there = useMemo(() => {
    if (region === session.region) return session;
    const now = { ...aws, ...aws.inRegion(region) };
    return { ...session, region, late: { now, coming: Promise.resolve(now) } };
  }, [session, aws, region]);
  return <SessionContext value={there}>{children}</SessionContext>;
}

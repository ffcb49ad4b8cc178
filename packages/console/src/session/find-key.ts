import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { isLoopbackHost, LOOPBACK_ROOT, type SignedIn } from "./signed-in.ts";
import { askOtherTabs } from "./tab-handover.ts";

interface FoundKey {
  /** Undefined: somebody has to sign in. */
  readonly key: SignedIn | undefined;
  readonly isHandedOver: boolean;
}

/**
 * Finds the key of a tab that was opened without one: another tab's, else, on the server's own
 * machine, the root user's if the server takes it.
 */
export async function findKey(): Promise<FoundKey> {
  const loopback = isLoopbackHost(window.location.hostname);
  const [handed, root] = await Promise.all([askOtherTabs(), loopback ? isTaken() : false]);
  if (handed) return { key: handed, isHandedOver: true };
  return { key: root ? LOOPBACK_ROOT : undefined, isHandedOver: false };
}

/** Asks STS whose the key is. @throws what refuses it. */
export async function checkKey(key: SignedIn): Promise<void> {
  const endpoint = window.location.origin;
  const sts = new STSClient({ endpoint, region: "us-east-1", credentials: { ...key } });
  await sts.send(new GetCallerIdentityCommand({}));
}

function isTaken(): Promise<boolean> {
  return checkKey(LOOPBACK_ROOT).then(
    () => true,
    // A server that has another root key refuses this one: that is what is asked here.
    () => false,
  );
}

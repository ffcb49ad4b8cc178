import { WATCH_PATH } from "../pages/ivs/watch-link.ts";
import { JOIN_PATH } from "../pages/ivs-realtime/join-link.ts";
import { SIGN_IN_PATH } from "../routing/hash-route.ts";
import {
  isLoopbackHost,
  LOOPBACK_ROOT,
  rememberedKey,
  rememberKey,
  type SignedIn,
  wasSignedOut,
} from "./signed-in.ts";
import { askOtherTabs } from "./tab-handover.ts";

/** The session that a tab begins with. */
export interface Session {
  /** Undefined: somebody has to sign in. */
  readonly key: SignedIn | undefined;
  /** The tab was signed in as the root user without having been asked. */
  readonly isGreeted: boolean;
}

/**
 * Finds the key of a tab that opens at `path`: its own, another tab's, else, on the server's own
 * machine, the root user's if the server said with the page that it takes it.
 */
export async function openSession(path: string): Promise<Session> {
  const remembered = rememberedKey();
  if (remembered) return { key: remembered, isGreeted: false };
  const isForGuests = path === WATCH_PATH || path === JOIN_PATH;
  if (path === SIGN_IN_PATH || isForGuests || wasSignedOut())
    return { key: undefined, isGreeted: false };
  const handed = await askOtherTabs();
  const key = handed ?? (isTestRootTaken() ? LOOPBACK_ROOT : undefined);
  if (key) rememberKey(key);
  return { key, isGreeted: key !== undefined && handed === undefined };
}

/** The server writes it into the page (packages/server/src/gateway/console-files.ts). */
function isTestRootTaken(): boolean {
  const isTaken = document.querySelector('[data-test-root="taken"]') !== null;
  return isTaken && isLoopbackHost(window.location.hostname);
}

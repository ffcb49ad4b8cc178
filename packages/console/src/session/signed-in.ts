/**
 * The user who is signed in: the key stays in the browser's tabs, and is only used for signatures.
 */
export interface SignedIn {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The root user's key of a server that listens on its own machine only. */
export const LOOPBACK_ROOT: SignedIn = { accessKeyId: "test", secretAccessKey: "test" };

const KEY_ITEM = "rolecast.key";
const REGION_ITEM = "rolecast.region";
/** Says that this tab was signed out by hand: it isn't signed in again by itself. */
const SIGNED_OUT_ITEM = "rolecast.signed-out";

/** The key that this tab keeps while it is open. */
export function rememberedKey(): SignedIn | undefined {
  const text = window.sessionStorage.getItem(KEY_ITEM);
  if (text === null) return undefined;
  const value: unknown = JSON.parse(text);
  return isSignedIn(value) ? value : undefined;
}

export function rememberKey(key: SignedIn | undefined): void {
  const { sessionStorage } = window;
  if (key) {
    sessionStorage.setItem(KEY_ITEM, JSON.stringify(key));
    sessionStorage.removeItem(SIGNED_OUT_ITEM);
  } else {
    sessionStorage.removeItem(KEY_ITEM);
    sessionStorage.setItem(SIGNED_OUT_ITEM, "true");
  }
}

export function wasSignedOut(): boolean {
  return window.sessionStorage.getItem(SIGNED_OUT_ITEM) !== null;
}

/** The Region isn't secret: it is kept for the next visit. */
export function rememberedRegion(): string {
  return window.localStorage.getItem(REGION_ITEM) ?? "us-east-1";
}

export function rememberRegion(region: string): void {
  window.localStorage.setItem(REGION_ITEM, region);
}

export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(host);
}

export function isSignedIn(value: unknown): value is SignedIn {
  return (
    typeof value === "object" &&
    value !== null &&
    "accessKeyId" in value &&
    typeof value.accessKeyId === "string" &&
    "secretAccessKey" in value &&
    typeof value.secretAccessKey === "string"
  );
}

type Sdk = typeof import("./aws-clients.ts");

/** A value that is there now, or comes. */
export interface Late<Value> {
  readonly now: Value | undefined;
  readonly coming: Promise<Value>;
}

let loading: Promise<Sdk> | undefined;
let loaded: Sdk | undefined;

/**
 * Loads the SDK's clients. They are a file of their own, so that the first page is shown while they
 * are on their way.
 */
export function loadSdk(): Promise<Sdk> {
  loading ??= import("./aws-clients.ts").then((sdk) => {
    loaded = sdk;
    return sdk;
  });
  return loading;
}

/** What `make` makes of the clients' module. */
export function withSdk<Value>(make: (sdk: Sdk) => Value): Late<Value> {
  if (loaded) {
    const now = make(loaded);
    return { now, coming: Promise.resolve(now) };
  }
  const coming = loadSdk().then(make);
  // Each call that waits for it fails with it.
  coming.catch(() => {});
  return { now: undefined, coming };
}

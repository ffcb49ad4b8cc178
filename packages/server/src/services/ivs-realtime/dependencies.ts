import type { ServiceDependencies } from "../../kernel/service.ts";

/** IVS Real-Time's parts are made with these. */
export interface RealTimeDependencies extends ServiceDependencies {
  /** `http://localhost:4566`, without a slash at its end. */
  readonly publicBaseUrl: string;
  /** The host that encoders publish to. */
  readonly ingestHost: string;
  /** The ports that encoders publish to; 0 for one that isn't served. */
  readonly ingestPorts: () => { readonly rtmp: number; readonly rtmps: number };
  /** The server's own secret, from which the tokens' key is derived. */
  readonly sealingKey: Uint8Array;
}

import type { CredentialSource, ServiceLinkedRoles } from "../../kernel/ports/identity.ts";
import type { MetricSink } from "../../kernel/ports/metric-sink.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import type { MediaPort } from "./media-port.ts";
import type { IvsQuotas } from "./quotas.ts";

/** What IVS's parts are made with. */
export interface IvsDependencies extends ServiceDependencies {
  readonly media: MediaPort;
  readonly metrics: MetricSink;
  readonly linkedRoles: ServiceLinkedRoles;
  /** Finds the caller behind the temporary credentials that STS gave. */
  readonly sessions: CredentialSource;
  /** `http://localhost:4566`, without a slash at its end. */
  readonly publicBaseUrl: string;
  /** Stays with this node's folder, whichever process has it. */
  readonly folderId: string;
  /** The other nodes on the same database reach this one here. */
  readonly nodeUrl: string;
  /** The ingest endpoint that channels give: a bare host. */
  readonly ingestHost: string;
  /** Live streams that this node carries at the same time; undefined for no limit. */
  readonly streamsMax?: number | undefined;
  /** Seals what viewers of private channels carry in their URLs. */
  readonly sealingKey: Uint8Array;
  /** The quotas that the server's settings name; the others are AWS's. */
  readonly quotas: Partial<IvsQuotas>;
  /** How long a recording configuration is CREATING; AWS takes a few seconds. */
  readonly creatingMs?: number;
}

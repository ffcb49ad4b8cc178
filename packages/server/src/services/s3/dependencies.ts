import type { IdentityDirectory } from "../../kernel/ports/identity.ts";
import type { ManagedKeys } from "../../kernel/ports/managed-keys.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import type { BlobLeases } from "./blobs/blob-leases.ts";
import type { BlobStore } from "./blobs/blob-store.ts";
import type { DigestThreads } from "./checksums/digest-threads.ts";
import type { ObjectCommits } from "./object-commits.ts";

/** What S3's operations are made with. */
export interface S3Dependencies extends ServiceDependencies {
  readonly directory: IdentityDirectory;
  /** The keys that S3 uses for accounts that name none. */
  readonly managedKeys: ManagedKeys;
  readonly blobs: BlobStore;
  readonly leases: BlobLeases;
  readonly commits: ObjectCommits;
  readonly digests: DigestThreads;
}

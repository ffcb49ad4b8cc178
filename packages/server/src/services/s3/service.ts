import { join } from "node:path";
import type { ServiceDefinition } from "@rolecast/wire";
import type { IdentityDirectory } from "../../kernel/identity.ts";
import type { Service, ServiceDependencies } from "../../kernel/service.ts";
import { accessControlListOperations } from "./access/access-control-lists.ts";
import { s3AccessDenied } from "./access/authorization.ts";
import { bucketPolicyOperations } from "./access/bucket-policies.ts";
import { objectOwnershipOperations } from "./access/object-ownership.ts";
import { publicAccessBlockOperations } from "./access/public-access-block.ts";
import { restoreOperations } from "./archive/restores.ts";
import { s3Audit } from "./audit.ts";
import { BLOBS_FOLDER, BlobFiles } from "./blobs/blob-files.ts";
import { BlobLeases } from "./blobs/blob-leases.ts";
import { findReferencedBlobs } from "./blobs/referenced-blobs.ts";
import { bucketAbacOperations } from "./buckets/bucket-abac.ts";
import { bucketEncryptionOperations } from "./buckets/bucket-encryption.ts";
import { bucketSettingOperations } from "./buckets/bucket-settings.ts";
import { bucketOperations } from "./buckets/buckets.ts";
import { listedConfigurationOperations } from "./buckets/listed-configurations.ts";
import { DigestThreads } from "./checksums/digest-threads.ts";
import { s3Constraints } from "./constraints.ts";
import { bucketCorsOperations } from "./cors/bucket-cors.ts";
import { corsHeaders, preflightHeaders } from "./cors/cors-headers.ts";
import type { S3Dependencies } from "./dependencies.ts";
import { type FormDependencies, formUpload } from "./forms/form-uploads.ts";
import { GroupCommit } from "./group-commit.ts";
import { bucketLifecycleOperations } from "./lifecycle/bucket-lifecycle.ts";
import { LifecycleWorker } from "./lifecycle/lifecycle-worker.ts";
import { objectListingOperations } from "./listing/object-listings.ts";
import { s3Migrations } from "./migrations.ts";
import { multipartListingOperations } from "./multipart/multipart-listings.ts";
import { multipartUploadOperations } from "./multipart/multipart-uploads.ts";
import { partOperations } from "./multipart/parts.ts";
import { bucketNotificationOperations } from "./notifications/bucket-notifications.ts";
import { bucketLockOperations } from "./object-lock/bucket-lock.ts";
import { objectLockOperations } from "./object-lock/object-locks.ts";
import { attributeReadOperations } from "./objects/attribute-reads.ts";
import { objectCopyOperations } from "./objects/object-copies.ts";
import { objectDeletionOperations } from "./objects/object-deletions.ts";
import { objectOperations } from "./objects/objects.ts";
import { s3Schemas } from "./schema.ts";
import type { S3Tables } from "./tables.ts";
import { taggingOperations } from "./tags/taggings.ts";
import { bucketVersioningOperations } from "./versions/bucket-versioning.ts";
import { versionListingOperations } from "./versions/version-listings.ts";
import { bucketWebsiteOperations } from "./website/bucket-website.ts";
import { visitWebsite, websiteOf } from "./website/website-endpoint.ts";

const definition: ServiceDefinition = {
  name: "s3",
  signingName: "s3",
  protocol: "restXml",
  version: "2006-03-01",
  xmlNamespace: "http://s3.amazonaws.com/doc/2006-03-01/",
  schemas: s3Schemas,
  s3Addressing: true,
};

/** Amazon S3: buckets and objects, rows in the store and bytes in files below `s3/`. */
export function createS3Service(
  dependencies: ServiceDependencies & FormDependencies & { readonly directory: IdentityDirectory },
): Service {
  const { hosts, store, clock, ids, log, durable } = dependencies;
  const blobs = new BlobFiles({
    dir: join(dependencies.dataDir, BLOBS_FOLDER),
    durable,
    clock,
    ids,
    log,
  });
  const digests = new DigestThreads();
  const leases = new BlobLeases((blobIds) => blobs.remove(blobIds));
  const deps: S3Dependencies & FormDependencies = {
    ...dependencies,
    blobs,
    leases,
    commits: new GroupCommit(store),
    digests,
  };
  const lifecycle = new LifecycleWorker(deps);
  const { db } = store.tables<S3Tables>();
  let sweeping: Promise<void> | undefined;
  return {
    definition,
    operations: {
      ...bucketOperations(deps),
      ...objectOperations(deps),
      ...objectListingOperations(),
      ...versionListingOperations(),
      ...objectDeletionOperations(deps),
      ...objectCopyOperations(deps),
      ...multipartUploadOperations(deps),
      ...partOperations(deps),
      ...multipartListingOperations(),
      ...taggingOperations(deps),
      ...bucketPolicyOperations(deps),
      ...bucketCorsOperations(),
      ...bucketAbacOperations(),
      ...bucketWebsiteOperations(),
      ...bucketVersioningOperations(),
      ...bucketNotificationOperations(),
      ...bucketEncryptionOperations(),
      ...bucketSettingOperations(),
      ...bucketLockOperations(),
      ...objectLockOperations(deps),
      ...bucketLifecycleOperations(deps, lifecycle),
      ...listedConfigurationOperations(),
      ...publicAccessBlockOperations(),
      ...objectOwnershipOperations(),
      ...accessControlListOperations(deps),
      ...attributeReadOperations(),
      ...restoreOperations(deps),
    },
    constraints: s3Constraints,
    migrations: s3Migrations,
    audit: s3Audit,
    admitsAnonymous: true,
    accessDenied: s3AccessDenied,
    hasPlainHost: (host) => websiteOf(host, hosts) !== undefined,
    plainRequest: (request) => visitWebsite(request, deps) ?? formUpload(request, definition, deps),
    preflight: (request) => preflightHeaders(request, store, hosts),
    corsHeaders: (request) => corsHeaders(request, store, hosts),
    async start() {
      lifecycle.start();
      // Beside other nodes nobody can tell a dead node's files from those of an upload under way.
      if (store.shared) return;
      // Not waited for: what it removes is invisible, and nobody else touches those files.
      sweeping = blobs
        .sweep((blobIds) => findReferencedBlobs(blobIds, db))
        .catch((error: unknown) => log.warn({ err: error }, "The sweep of S3 files has failed."));
    },
    async close() {
      await lifecycle.close();
      await sweeping;
      await blobs.close();
      await digests.close();
    },
    async reset() {
      await sweeping;
      await blobs.clear();
    },
  };
}

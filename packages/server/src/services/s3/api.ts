import type { ServiceApi } from "../../kernel/service.ts";
import { restoreOperations } from "./archive/restores.ts";
import { bucketAbacOperations } from "./buckets/bucket-abac.ts";
import { bucketEncryptionOperations } from "./buckets/bucket-encryption.ts";
import { bucketSettingOperations } from "./buckets/bucket-settings.ts";
import { bucketOperations } from "./buckets/buckets.ts";
import { listedConfigurationOperations } from "./buckets/listed-configurations.ts";
import { s3Constraints } from "./constraints.ts";
import { bucketCorsOperations } from "./cors/bucket-cors.ts";
import type { S3Dependencies } from "./dependencies.ts";
import { bucketLifecycleOperations } from "./lifecycle/bucket-lifecycle.ts";
import type { LifecycleWorker } from "./lifecycle/lifecycle-worker.ts";
import { objectListingOperations } from "./listing/object-listings.ts";
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
import { accessControlListOperations } from "./permissions/access-control-lists.ts";
import { bucketPolicyOperations } from "./permissions/bucket-policies.ts";
import { objectOwnershipOperations } from "./permissions/ownership-controls.ts";
import { publicAccessBlockOperations } from "./permissions/public-access-blocks.ts";
import { s3Schemas } from "./schema.ts";
import { taggingOperations } from "./tags/taggings.ts";
import { bucketVersioningOperations } from "./versions/bucket-versioning.ts";
import { versionListingOperations } from "./versions/version-listings.ts";
import { bucketWebsiteOperations } from "./website/bucket-website.ts";

export function s3Api(deps: S3Dependencies, lifecycle: LifecycleWorker): ServiceApi {
  return {
    schemas: s3Schemas,
    constraints: s3Constraints,
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
  };
}

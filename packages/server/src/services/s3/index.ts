import { type ApiDefinition, requestHeaders } from "@rolecast/wire";
import { defineService } from "../../kernel/define-service.ts";
import type { IdentityDirectory } from "../../kernel/ports/identity.ts";
import type { ManagedKeys } from "../../kernel/ports/managed-keys.ts";
import type { PlainRequest, PlainResponse, ServiceDependencies } from "../../kernel/service.ts";
import { inBackground } from "../../kernel/work/in-background.ts";
import { s3AccessDenied } from "./access/authorization.ts";
import { s3Audit } from "./audit.ts";
import { type BlobPlace, openBlobPlace } from "./blob-place.ts";
import type { InlineLimits } from "./blobs/inline-blobs.ts";
import { reportMissingFolder } from "./check/missing-folder.ts";
import { ObjectScrubber } from "./check/object-scrubber.ts";
import { notePlace } from "./check/other-place.ts";
import { DigestThreads } from "./checksums/digest-threads.ts";
import { answerPreflight, corsHeaders } from "./cors/cors-headers.ts";
import type { S3Dependencies } from "./dependencies.ts";
import { ELEMENT_ORDER, MIXED_LISTS } from "./element-order.ts";
import { type FormDependencies, formUpload } from "./forms/form-uploads.ts";
import { LifecycleWorker } from "./lifecycle/lifecycle-worker.ts";
import { s3Migrations } from "./migrations.ts";
import { ObjectCommits } from "./object-commits.ts";
import { SHAREABLE_BUCKETS } from "./permissions/shareable-buckets.ts";
import type { ObjectStoreSettings } from "./remote/object-store-settings.ts";
import { s3ResourceTypes } from "./resources/s3-type-names.ts";
import { s3HostsOf } from "./s3-hosts.ts";
import { visitWebsite } from "./website/website-endpoint.ts";
import { websiteOf } from "./website-host.ts";

/** S3 tells its name; a client may tell it from others by that. */
const S3_HEADERS = { server: "AmazonS3" };

/** Bodies beside an object store that a node of its own keeps in its database by default. */
const INLINE_BYTES = 4096;
/** A recording's playlists, for its first half hour; later they are written less often. */
const INLINE_ESSENTIAL_BYTES = 16 * 1024;

const definition: ApiDefinition = {
  name: "s3",
  signingName: "s3",
  protocol: "restXml",
  version: "2006-03-01",
  xmlNamespace: "http://s3.amazonaws.com/doc/2006-03-01/",
  s3Addressing: true,
  headers: S3_HEADERS,
  leadingMembers: ELEMENT_ORDER,
  mixedLists: MIXED_LISTS,
};

interface S3Needs extends ServiceDependencies, Pick<FormDependencies, "authenticator"> {
  readonly directory: IdentityDirectory;
  readonly managedKeys: ManagedKeys;
  readonly address: {
    /** The URL at which the other nodes reach this one. */
    readonly nodeUrl: string;
  };
  /** The store that objects' bytes are written to or read from, beside the data folder. */
  readonly objectStore: ObjectStoreSettings | undefined;
  readonly settings: {
    readonly publicBaseUrl?: string | undefined;
    readonly scrubBytesPerSecond: number;
    readonly inlineObjectBytes?: number | undefined;
  };
}

/** Amazon S3: buckets and objects, rows in the store and bytes in files below `s3/`. */
export const s3 = defineService({
  title: "S3",
  definition,
  migrations: s3Migrations,
  audit: s3Audit,
  admitsAnonymous: true,
  create: createS3,
});

function createS3(needs: S3Needs) {
  const hosts = s3HostsOf(needs.settings.publicBaseUrl);
  const { store, log, durable } = needs;
  const place = openBlobPlace({
    ...needs,
    nodeUrl: () => needs.address.nodeUrl,
    objects: needs.objectStore,
    inlineLimits: inlineLimitsOf(needs),
  });
  const { blobs, leases, writers, sweeper, dir, remote } = place;
  // An object store compares what it keeps by itself.
  const bytesPerSecond = durable && dir && !remote ? needs.settings.scrubBytesPerSecond : 0;
  const scrubber = new ObjectScrubber({ store, dir: dir ?? "", bytesPerSecond, log });
  const digests = new DigestThreads();
  const deps: S3Dependencies & FormDependencies = {
    ...needs,
    hosts,
    blobs,
    leases,
    commits: new ObjectCommits(writers),
    digests,
  };
  const lifecycle = new LifecycleWorker(deps);
  /** An answer that isn't an operation's names its request too. */
  const withS3Headers = ({ headers, ...answer }: PlainResponse): PlainResponse => ({
    ...answer,
    headers: { ...requestHeaders(needs.ids.uuid(), definition), ...headers },
  });
  return {
    api: async () => (await import("./api.ts")).s3Api(deps, lifecycle),
    accessDenied: s3AccessDenied,
    hasPlainHost: (host: string) => websiteOf(host, hosts) !== undefined,
    plainRequest: (request: PlainRequest) => visitWebsite(request, deps)?.then(withS3Headers),
    // Any path may be a bucket's.
    lastPlainRequest: (request: PlainRequest) =>
      formUpload(request, definition, deps)?.then(withS3Headers),
    preflight: (request: PlainRequest) =>
      answerPreflight(request, store, hosts).then(withS3Headers),
    corsHeaders: (request: PlainRequest) => corsHeaders(request, store, hosts),
    async start() {
      lifecycle.start();
      if (dir && !remote) await reportMissingFolder(dir, store.tables(), log);
      await notePlace(needs.objectStore, store.tables(), log);
      await writers.start();
      // Not waited for: the files that it removes are invisible, and no request touches them.
      if (durable) sweeper.start();
      scrubber.start();
      remote?.removals.start();
      inBackground(remote?.client.probe());
    },
    async close() {
      await lifecycle.close();
      await sweeper.close();
      await scrubber.close();
      await remote?.removals.close();
      await writers.close();
      await blobs.close();
      await digests.close();
    },
    async reset() {
      await blobs.clear();
      await writers.marks.clear();
      sweeper.clear();
    },
    health: async () => ({
      ...sweeper.health(),
      ...scrubber.health(),
      ...(remote ? { objectStore: storeFacts(remote) } : {}),
    }),
    provides: { bucketHosts: hosts },
    contributes: { resourceTypes: [s3ResourceTypes], shareableResources: [SHAREABLE_BUCKETS] },
  };
}

function storeFacts({ client, cache }: NonNullable<BlobPlace["remote"]>) {
  return { ...client.health(), ...(cache ? { cache: cache.facts } : {}) };
}

/**
 * Beside a folder a small file costs little more than a row, and people may look for it there. A
 * database that nodes share may have one of the release before, which reads no such rows.
 */
function inlineLimitsOf({ settings, objectStore, store }: S3Needs): InlineLimits {
  const { inlineObjectBytes } = settings;
  if (inlineObjectBytes !== undefined)
    return { bytesMax: inlineObjectBytes, essentialBytesMax: inlineObjectBytes };
  if (store.shared) return { bytesMax: 0, essentialBytesMax: 0 };
  const bytesMax = objectStore?.type === "s3" ? INLINE_BYTES : 0;
  return { bytesMax, essentialBytesMax: INLINE_ESSENTIAL_BYTES };
}

/** Somebody's object store, as the settings name it. */
export interface ObjectStoreSettings {
  /**
   * `s3`: new bytes are written there. `folder`: new bytes are written to the data folder, and what
   * the store holds is read there.
   */
  readonly type: "s3" | "folder";
  /** Left out: AWS's own, of the Region. */
  readonly endpoint?: string | undefined;
  readonly bucket: string;
  readonly region: string;
  /** All keys begin with it. */
  readonly prefix: string;
  /** Requests that wait for an answer at the same time. */
  readonly concurrency: number;
  /** The memory of blobs that were read before; 0: each read is a request. */
  readonly cacheBytes: number;
  /** The bucket is named in the path rather than in the host name. */
  readonly pathStyle?: boolean | undefined;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Names the store for people: no part of it is secret. */
export function placeOf({ bucket, prefix, endpoint, region }: ObjectStoreSettings): string {
  return `s3://${bucket}/${prefix} at ${endpoint ? new URL(endpoint).host : `AWS in ${region}`}`;
}

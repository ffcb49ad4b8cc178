/** A recording's media in its JSON files. Source: IVS user guide, "Auto-Record to Amazon S3". */
export interface RecordedHls {
  readonly duration_ms: number;
  readonly path?: string;
  readonly playlist?: string;
  readonly byte_range_playlist?: string;
  readonly renditions?: readonly {
    readonly path: string;
    readonly playlist: string;
    readonly byte_range_playlist?: string;
  }[];
}

/** One picture of a publisher, in milliseconds. */
export interface VideoFrame {
  /** 0 but for the further tracks of a multitrack stream. */
  readonly track: number;
  readonly keyframe: boolean;
  /** pts − dts. */
  readonly compositionMs: number;
  /** NAL units in scratch memory. */
  readonly units: readonly Buffer[];
}

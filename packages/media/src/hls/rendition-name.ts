/** Names have one of two classes of frame rates: 50 counts as 60, 24 and 25 as 30. */
const HIGH_FRAME_RATE_LEAST = 40;

/** Such as `720p30` or `1080p60`. */
export function renditionName(height: number, frameRate: number): string {
  return `${height}p${frameRate >= HIGH_FRAME_RATE_LEAST ? 60 : 30}`;
}

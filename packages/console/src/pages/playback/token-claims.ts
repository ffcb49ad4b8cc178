/** The form's fields; an empty text leaves the claim out. */
export interface TokenSettings {
  readonly channelArn: string;
  readonly minutes: string;
  readonly origins: string;
  readonly viewerId: string;
  readonly resolution: string;
}

export const NEW_TOKEN: TokenSettings = {
  channelArn: "",
  minutes: "10",
  origins: "",
  viewerId: "",
  resolution: "",
};

/** The claims that IVS knows. Source: IVS user guide, "Generate and sign playback tokens". */
export function tokenClaims(
  settings: TokenSettings,
  nowMs: number,
): Readonly<Record<string, string | number>> {
  const { channelArn, minutes, origins, viewerId, resolution } = settings;
  return {
    "aws:channel-arn": channelArn,
    "aws:access-control-allow-origin": origins === "" ? "*" : origins,
    exp: Math.floor(nowMs / 1_000) + Number(minutes) * 60,
    ...(viewerId === "" ? {} : { "aws:viewer-id": viewerId }),
    ...(resolution === "" ? {} : { "aws:maximum-resolution": resolution }),
  };
}

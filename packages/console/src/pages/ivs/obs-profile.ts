/** The settings of an encoder that a channel takes. */
export interface ObsSettings {
  readonly name: string;
  /** `rtmp://host:1935/app/`. */
  readonly server: string;
  readonly streamKey: string;
}

/** 720 lines at this rate are within what channels of every type take. */
const VIDEO_KBPS = 2_500;
const AUDIO_KBPS = 128;
const KEYFRAME_SECONDS = 2;

/**
 * The files of a profile of OBS Studio, by their names in its folder: "Profile, Import" takes it.
 * Source: OBS's own profiles (`basic.ini`, `service.json`, `streamEncoder.json`).
 */
export function obsProfile({ name, server, streamKey }: ObsSettings): Record<string, string> {
  return {
    "basic.ini": [
      "[General]",
      `Name=${name}`,
      "[Output]",
      "Mode=Advanced",
      "[AdvOut]",
      "Encoder=obs_x264",
      "ApplyServiceSettings=false",
      "TrackIndex=1",
      `Track1Bitrate=${AUDIO_KBPS}`,
      "[Video]",
      "BaseCX=1280",
      "BaseCY=720",
      "OutputCX=1280",
      "OutputCY=720",
      "FPSType=0",
      "FPSCommon=30",
      "[Audio]",
      "SampleRate=48000",
      "ChannelSetup=Stereo",
      "",
    ].join("\n"),
    "service.json": JSON.stringify({
      type: "rtmp_custom",
      settings: { server, key: streamKey, use_auth: false, bwtest: false },
    }),
    "streamEncoder.json": JSON.stringify({
      rate_control: "CBR",
      bitrate: VIDEO_KBPS,
      keyint_sec: KEYFRAME_SECONDS,
      preset: "veryfast",
      profile: "main",
    }),
  };
}

import { commandLine } from "../../shared/command-line.ts";
/** Stands for a secret that isn't shown. */
export const HIDDEN = "••••••••";

/** A shell's line that streams to a channel. */
export interface EncoderCommand {
  readonly needsKey: boolean;
  /** The line; with its secrets hidden where no stream key is given. */
  readonly line: (streamKey: string | undefined) => string;
}

const ENCODING =
  "-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 60 -b:v 2500k -c:a aac -b:a 128k";
const TEST_PICTURE = "-f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=frequency=440";

/** Source: the command's own help; it reads the stream key itself. */
export function broadcastCommand(channelArn: string): EncoderCommand {
  return {
    needsKey: false,
    line: () => commandLine("broadcast", channelArn, "--test-pattern"),
  };
}

/** `url` gets the stream key, without which the line would stream nothing. */
export function ffmpegCommand(
  url: (streamKey: string | undefined) => string,
  { generated = false, format = "flv" }: { generated?: boolean; format?: "flv" | "mpegts" } = {},
): EncoderCommand {
  const input = generated ? TEST_PICTURE : "-i film.mp4";
  return {
    needsKey: true,
    line: (streamKey) => `ffmpeg -re ${input} ${ENCODING} -f ${format} '${url(streamKey)}'`,
  };
}

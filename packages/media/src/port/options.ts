import type { MediaLimits } from "./limits.ts";

export interface MediaEngineOptions {
  /** Address to listen on, such as `127.0.0.1`. */
  readonly host: string;
  /** Ports of the protocols, by name; one that isn't named here isn't opened. */
  readonly ports: Readonly<Record<string, PortChoice>>;
  /**
   * Addresses or host names that answers to encoders name where others don't lead here: in a
   * container, or behind NAT. Default: those that are listened on.
   */
  readonly announcedAddresses?: readonly string[] | undefined;
  /**
   * Addresses and blocks (`10.0.0.0/8`) of proxies that begin encoders' connections with a PROXY
   * header, which names the client. Headers from other addresses aren't read.
   */
  readonly proxies?: readonly string[] | undefined;
  /** PEM texts. */
  readonly tls: { readonly key: string; readonly cert: string };
  /** The path below which streams are published, in protocols whose URLs have one. */
  readonly path: string;
  readonly limits?: Partial<MediaLimits>;
  /** Path of the ffmpeg program, see `findFfmpeg`; without it nothing is encoded or decoded. */
  readonly ffmpeg?: string | undefined;
  /** Cores that ffmpeg may take for ladders, all streams together; 0 makes none. Default 0. */
  readonly transcodeCores?: number;
  /**
   * Processes that carry the streams; 0 carries them in this one. Clocks can't be handed to them:
   * with `workers` there is no `now`. Default 0.
   */
  readonly workers?: number;
  /**
   * Folders where recorded files wait when the host is slow; without it they wait in memory only.
   */
  readonly spill?: SpillOptions | undefined;
  /** Wall clock in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** A port to listen on. */
export interface PortChoice {
  /** 0 takes any free one. */
  readonly port: number;
  /** Whether any free port will do where `port` is taken. Default false. */
  readonly orFree?: boolean;
  /**
   * Whether the process that asks listens itself, also where another one accepts the connections of
   * all: they belong to something that this process has. Default false.
   */
  readonly own?: boolean;
}

/** Folders in which recorded media waits while the host is slow. */
export interface SpillOptions {
  /** Emptied when the engine starts: the media that waits there is kept in `segments` too. */
  readonly folder: string;
  /**
   * A folder for each recording's last segments, until they are in the bucket; it outlives the
   * process.
   */
  readonly segments?: string | undefined;
  /** Over all recordings and both folders. */
  readonly bytesMax: number;
  /** Nothing is kept while less than this would be free on its disk; left out, 0. */
  readonly freeBytesMin?: number | undefined;
}

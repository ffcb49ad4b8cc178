/** A part of the server, and whether it does what it should. */
export interface HealthFact {
  readonly label: string;
  readonly text: string;
  readonly type: "success" | "warning" | "error" | "stopped";
}

const PROTOCOLS = ["rtmps", "rtmp", "srt", "webrtc"] as const;
const TITLES = { rtmps: "RTMPS", rtmp: "RTMP", srt: "SRT", webrtc: "WebRTC" } as const;

/** The server's health as people ask about it; what a stranger isn't shown is left out. */
export function healthFacts(health: unknown): readonly HealthFact[] {
  const { services, store, disk, ivs } = asRecord(health);
  const states = Object.entries(asRecord(services));
  const stopped = states.filter(([, state]) => state !== "running").map(([name]) => name);
  const facts: (HealthFact | undefined)[] = [
    states.length === 0
      ? undefined
      : stopped.length === 0
        ? fact("Services", `${states.length} running`)
        : fact("Services", `Not running: ${stopped.join(", ")}`, "error"),
    databaseFact(asRecord(store)),
    diskFact(asRecord(disk)),
    ingestFact(asRecord(ivs)),
    encoderFact(asRecord(ivs)),
  ];
  return facts.filter((each) => each !== undefined);
}

function databaseFact({ condition }: Fields): HealthFact | undefined {
  if (typeof condition !== "string") return undefined;
  return condition === "ok" ? fact("Database", "Writable") : fact("Database", condition, "error");
}

function diskFact({ freeBytes, takesBodies }: Fields): HealthFact | undefined {
  if (typeof freeBytes !== "number") return undefined;
  const free = `${(freeBytes / 1e9).toFixed(1)} GB free`;
  return takesBodies === 0 ? fact("Disk", `Full: ${free}`, "error") : fact("Disk", free);
}

function ingestFact(ivs: Fields): HealthFact | undefined {
  const open = PROTOCOLS.flatMap((name) => {
    const port = ivs[`${name}Port`];
    return typeof port === "number" && port > 0 ? [`${TITLES[name]} ${port}`] : [];
  });
  if (open.length === 0) return undefined;
  return fact("Ingest", open.join(", "), ivs.listening === false ? "error" : "success");
}

/** Without ffmpeg channels serve their source alone, and recordings have no thumbnails. */
function encoderFact({ ffmpeg, transcoding }: Fields): HealthFact | undefined {
  if (typeof ffmpeg !== "string") return undefined;
  if (ffmpeg === "none")
    return fact("ffmpeg", "Not found: no renditions, no thumbnails", "stopped");
  return fact("ffmpeg", transcoding === "on" ? "Encodes renditions" : "Thumbnails only");
}

function fact(label: string, text: string, type: HealthFact["type"] = "success"): HealthFact {
  return { label, text, type };
}

type Fields = Readonly<Record<string, unknown>>;

function asRecord(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

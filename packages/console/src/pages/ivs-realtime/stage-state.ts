/** A participant as the stage's events socket shows it. */
export interface StagePerson {
  readonly id: string;
  readonly userId: string;
  readonly isPublishing: boolean;
  readonly audioMuted: boolean;
  readonly videoStopped: boolean;
}

/** A message of the stage, as far as a page makes something of it. */
export type StageMessage =
  | { readonly type: "state"; readonly people: readonly StagePerson[] }
  | { readonly type: "out"; readonly reason: string };

/** Returns what a frame says; undefined for frames that change nothing here. */
export function stageMessage(frame: string): StageMessage | undefined {
  const { type, payload = {} } = JSON.parse(frame) as {
    readonly type?: string;
    readonly payload?: Readonly<Record<string, unknown>>;
  };
  switch (type) {
    case "STAGE_STATE":
    case "aws:ivs:STAGE_STATE":
      return { type: "state", people: peopleOf(payload.participants) };
    case "aws:ivs:DISCONNECT":
    case "aws:ivs:JOIN_ERROR":
      return { type: "out", reason: reasonOf(payload) };
    default:
      return undefined;
  }
}

function peopleOf(participants: unknown): readonly StagePerson[] {
  if (!Array.isArray(participants)) return [];
  return participants.map((each: Readonly<Record<string, unknown>>) => ({
    id: String(each.id ?? ""),
    userId: String(each.userId ?? ""),
    isPublishing: each.isPublishing === true,
    audioMuted: each.audioMuted === true,
    videoStopped: each.videoStopped === true,
  }));
}

function reasonOf(payload: Readonly<Record<string, unknown>>): string {
  const said = [payload.code, payload.reason ?? payload.message];
  return said.filter((part) => typeof part === "string" && part !== "").join(": ");
}

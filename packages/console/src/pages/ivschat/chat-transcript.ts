/** A room's message, as a member gets it. */
export interface ChatMessage {
  readonly kind: "message";
  readonly id: string;
  readonly userId: string;
  readonly content: string;
  readonly at: Date;
  readonly attributes: Readonly<Record<string, string>>;
  readonly isDeleted: boolean;
}

/** Something else that happened: an event, a refusal, a connection that ended. */
export interface ChatNote {
  readonly kind: "note";
  readonly id: string;
  readonly at: Date;
  readonly text: string;
  readonly isFailure: boolean;
}

export type ChatEntry = ChatMessage | ChatNote;

/** The oldest entries beyond this many are forgotten. */
export const ENTRIES_MAX = 200;

type Member = Readonly<Record<string, unknown>>;

/**
 * The transcript after a frame of the socket. Source: IVS Chat Messaging API reference. Frames of
 * other types are passed over, as AWS asks of clients.
 */
export function withFrame(
  entries: readonly ChatEntry[],
  frame: string,
  now: Date,
): readonly ChatEntry[] {
  const member = JSON.parse(frame) as Member;
  switch (member.Type) {
    case "MESSAGE":
      return withEntry(entries, message(member));
    case "EVENT":
      return withEntry(withoutContent(entries, member), event(member));
    case "ERROR":
      return withEntry(entries, {
        ...{ kind: "note", id: text(member.Id), at: now, isFailure: true },
        text: refusal(Number(member.ErrorCode), text(member.ErrorMessage)),
      });
    default:
      return entries;
  }
}

export function withEntry(entries: readonly ChatEntry[], entry: ChatEntry): readonly ChatEntry[] {
  return [...entries, entry].slice(-ENTRIES_MAX);
}

function message(member: Member): ChatMessage {
  const sender = (member.Sender ?? {}) as Member;
  return {
    kind: "message",
    id: text(member.Id),
    userId: text(sender.UserId),
    content: text(member.Content),
    at: new Date(text(member.SendTime)),
    attributes: (member.Attributes ?? {}) as Readonly<Record<string, string>>,
    isDeleted: false,
  };
}

function event(member: Member): ChatNote {
  const attributes = (member.Attributes ?? {}) as Readonly<Record<string, string>>;
  const base = { kind: "note", id: text(member.Id), isFailure: false } as const;
  const at = new Date(text(member.SendTime));
  const because = attributes.Reason ? `: ${attributes.Reason}` : "";
  switch (member.EventName) {
    case "aws:DELETE_MESSAGE":
      return { ...base, at, text: `A message was deleted${because}` };
    case "aws:DISCONNECT_USER":
      return { ...base, at, text: `${attributes.UserId} was disconnected${because}` };
    default:
      return { ...base, at, text: `${text(member.EventName)} ${JSON.stringify(attributes)}` };
  }
}

/** Clients hide a message that an event names as deleted. */
function withoutContent(entries: readonly ChatEntry[], member: Member): readonly ChatEntry[] {
  if (member.EventName !== "aws:DELETE_MESSAGE") return entries;
  const { MessageID: id } = (member.Attributes ?? {}) as Member;
  return entries.map((entry) =>
    entry.kind === "message" && entry.id === id
      ? { ...entry, content: "", attributes: {}, isDeleted: true }
      : entry,
  );
}

/** 406 is the review handler's own answer. */
function refusal(code: number, reason: string): string {
  return code === 406
    ? `The message review handler refused the message: ${reason}`
    : `Refused with ${code}: ${reason}`;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

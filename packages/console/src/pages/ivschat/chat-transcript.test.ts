import { describe, expect, test } from "vitest";
import { type ChatEntry, ENTRIES_MAX, withFrame } from "./chat-transcript.ts";

const NOW = new Date("2026-11-28T18:00:00Z");
const AT = "2026-11-28T17:59:00.5Z";

function after(...frames: readonly object[]): readonly ChatEntry[] {
  return frames.reduce<readonly ChatEntry[]>(
    (entries, frame) => withFrame(entries, JSON.stringify(frame), NOW),
    [],
  );
}

const message = (Id: string, Content: string) => ({
  ...{ Type: "MESSAGE", Id, RequestId: "", Attributes: null, Content, SendTime: AT },
  Sender: { UserId: "ann", Attributes: {} },
});

const event = (EventName: string, Attributes: object) => ({
  ...{ Type: "EVENT", Id: "e", RequestId: "", EventName, Attributes, SendTime: AT },
});

const error = (ErrorCode: number, ErrorMessage: string) => ({
  ...{ Type: "ERROR", Id: "f", RequestId: "", ErrorCode, ErrorMessage },
});

describe("a room's transcript", () => {
  test("shows messages in their order, with who sent them and when", () => {
    const entries = after(message("1", "hello"), message("2", "again"));
    expect(entries).toMatchObject([
      { id: "1", userId: "ann", content: "hello", at: new Date(AT), attributes: {} },
      { id: "2", content: "again" },
    ]);
  });

  test("keeps nothing of a message that an event deletes, and says why", () => {
    const deletion = event("aws:DELETE_MESSAGE", { MessageID: "1", Reason: "rude" });
    expect(after(message("1", "oh no"), message("2", "stays"), deletion)).toMatchObject([
      { id: "1", content: "", isDeleted: true },
      { id: "2", content: "stays", isDeleted: false },
      { text: "A message was deleted: rude" },
    ]);
  });

  test.each([
    [event("aws:DISCONNECT_USER", { UserId: "bob" }), "bob was disconnected", false],
    [event("goal", { by: "ann" }), 'goal {"by":"ann"}', false],
    [
      error(406, "No spoilers"),
      "The message review handler refused the message: No spoilers",
      true,
    ],
    [error(429, "Too many"), "Refused with 429: Too many", true],
  ])("says what else happened: %j", (frame, text, isFailure) => {
    expect(after(frame)).toMatchObject([{ kind: "note", text, isFailure }]);
  });

  test("passes over frames of types that it doesn't know, and forgets the oldest", () => {
    const many = Array.from({ length: ENTRIES_MAX + 5 }, (_, index) => message(`${index}`, ""));
    const entries = after({ Type: "STICKER", Id: "9" }, ...many);
    expect(entries).toHaveLength(ENTRIES_MAX);
    expect(entries[0]?.id).toBe("5");
  });
});

import { ChatConnection, type ChatFrame } from "../chat-connection.ts";
import { fetchSigned } from "../signed-request.ts";
import { Difference, expect } from "./report.ts";
import { ROOT, type Stage } from "./stage.ts";

const FRAME_TIMEOUT_MS = 10_000;

/** 6. A chat room beside the stream, whose moderator has what a viewer hasn't. */
export async function moderateChat(stage: Stage): Promise<void> {
  const { report } = stage;
  report.section("6. A chat beside the stream is moderated");
  const { arn: roomIdentifier = "" } = await chat(stage, "CreateRoom", { name: "demo" });
  const join = async (userId: string, ...capabilities: string[]) => {
    const input = { roomIdentifier, userId, capabilities };
    const { token = "" } = await chat(stage, "CreateChatToken", input);
    return new Member(await ChatConnection.open(stage.server.endpoint, token));
  };
  const viewer = await join("viewer", "SEND_MESSAGE");
  const moderator = await join("moderator", "SEND_MESSAGE", "DELETE_MESSAGE");
  let Id = "";
  await report.show("what a viewer sends, the moderator gets", async () => {
    viewer.send({ Action: "SEND_MESSAGE", Content: "First!" });
    const message = await moderator.next("MESSAGE");
    expect(message.Content === "First!", `the moderator got ${message.Content}`);
    ({ Id } = await viewer.next("MESSAGE"));
    return `${message.Sender?.UserId}: ${message.Content}`;
  });
  await report.show("a viewer's token doesn't allow it to delete", async () => {
    viewer.send({ Action: "DELETE_MESSAGE", Id });
    const { ErrorCode, ErrorMessage } = await viewer.next("ERROR");
    expect(ErrorCode === 403, `the viewer got ${ErrorCode}`);
    return `${ErrorCode}: ${ErrorMessage}`;
  });
  await report.show("the moderator's does, and the viewer is told", async () => {
    moderator.send({ Action: "DELETE_MESSAGE", Id, Reason: "spoiler" });
    const { EventName, Attributes } = await viewer.next("EVENT");
    expect(Attributes?.MessageID === Id, `the viewer got ${EventName}`);
    return `${EventName}: ${Attributes?.Reason}`;
  });
  await report.show("DisconnectUser ends the viewer's connection", async () => {
    await chat(stage, "DisconnectUser", { roomIdentifier, userId: "viewer" });
    return viewer.connection.closed;
  });
  moderator.connection.close();
}

/** A connection whose frames are taken one after the other. */
class Member {
  readonly connection: ChatConnection;
  readonly #frames: ChatFrame[] = [];
  #arrived: () => void = () => {};

  constructor(connection: ChatConnection) {
    this.connection = connection;
    connection.onFrame = (frame) => {
      this.#frames.push(frame);
      this.#arrived();
    };
  }

  send(request: object): void {
    this.connection.send(request);
  }

  /** The next frame, which must be of that type. */
  async next(type: ChatFrame["Type"]): Promise<ChatFrame> {
    const late = AbortSignal.timeout(FRAME_TIMEOUT_MS);
    while (this.#frames.length === 0 && !late.aborted)
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
        late.addEventListener("abort", () => resolve(), { once: true });
      });
    const frame = this.#frames.shift();
    if (frame?.Type !== type) throw new Difference(`${type} was expected, ${frame?.Type} came`);
    return frame;
  }
}

async function chat(
  { server: { endpoint } }: Stage,
  operation: string,
  json: object,
): Promise<Readonly<Record<string, string>>> {
  const request = { path: `/${operation}`, method: "POST", service: "ivschat", json } as const;
  const response = await fetchSigned({ endpoint, credentials: ROOT }, request);
  const answer = (await response.json()) as Readonly<Record<string, string>>;
  if (!response.ok) throw new Difference(`ivschat ${operation}: ${answer.message}`);
  return answer;
}

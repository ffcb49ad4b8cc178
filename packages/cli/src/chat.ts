import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import { commandLine } from "@rolecast/server";
import { Command, Option } from "commander";
import { ChatConnection, type ChatFrame } from "./chat-connection.ts";
import { CommandError, EXIT } from "./command-error.ts";
import { Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import { helpNotes } from "./help-notes.ts";
import { callOperation } from "./json-operation.ts";
import { print, warn } from "./terminal.ts";

interface ChatFlags extends ConnectionFlags {
  readonly user: string;
  readonly follow?: boolean;
  readonly json?: boolean;
}

interface Room {
  readonly arn: string;
  readonly name: string;
}

const HELP = `
Each line of the input is a message. /delete ID [REASON] deletes one,
/disconnect USER [REASON] ends a user's connections. The end of the input ends
the command, unless --follow is given.

Examples:
  $0 chat lobby
  echo "Welcome!" | $0 chat lobby --user host
  $0 chat lobby --follow --json < /dev/null | jq .Content`;

/** `rolecast chat`: a member of a chat room, at the terminal. */
export function chatCommand(): Command {
  return withConnection(new Command("chat"))
    .description("Join a chat room: show what is said, and send what is typed.")
    .argument("<ROOM>", "the room's ARN, or its name")
    .addOption(new Option("--user <NAME>", "whom the others see").default("rolecast"))
    .option("--follow", "stay when the input ends")
    .option("--json", "each frame as it comes, for programs")
    .addHelpText("after", helpNotes(HELP))
    .action(async (name: string, flags: ChatFlags) => {
      const connection = new Connection(flags);
      const room = await findRoom(connection, name);
      const { token } = await call<{ readonly token: string }>(connection, "CreateChatToken", {
        ...{ roomIdentifier: room.arn, userId: flags.user },
        capabilities: ["SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER"],
      });
      const chat = await ChatConnection.open(connection.endpoint, token);
      chat.onFrame = (frame, text) => print(flags.json ? text : lineOf(frame));
      const ended = chat.closed.then((reason) => {
        throw new CommandError(`the server ended the connection: ${reason}.`);
      });
      const input = createInterface({ input: process.stdin });
      try {
        await Promise.race([ended, sendLines(chat, input, flags.follow === true)]);
      } finally {
        // A terminal's input has no end of its own: it would keep the process from ending.
        input.close();
      }
      chat.close();
    });
}

async function sendLines(chat: ChatConnection, input: Interface, follow: boolean): Promise<void> {
  input.on("line", (line) => {
    if (line.trim() === "") return;
    const request = requestOf(line);
    if (request) chat.send(request);
    else warn("There are /delete ID [REASON] and /disconnect USER [REASON].");
  });
  await once(input, "close");
  if (follow) await new Promise(() => {});
  await chat.answered();
}

function requestOf(line: string): object | undefined {
  if (!line.startsWith("/")) return { Action: "SEND_MESSAGE", Content: line };
  const [command, object, ...words] = line.trim().split(/\s+/);
  const reason = words.length > 0 ? { Reason: words.join(" ") } : {};
  if (object === undefined) return undefined;
  if (command === "/delete") return { Action: "DELETE_MESSAGE", Id: object, ...reason };
  if (command === "/disconnect") return { Action: "DISCONNECT_USER", UserId: object, ...reason };
  return undefined;
}

function lineOf(frame: ChatFrame): string {
  switch (frame.Type) {
    case "MESSAGE":
      return `${frame.Sender?.UserId ?? ""}: ${frame.Content ?? ""}  [${frame.Id}]`;
    case "EVENT":
      return `* ${frame.EventName ?? ""} ${JSON.stringify(frame.Attributes ?? {})}`;
    default:
      return `! ${frame.ErrorCode ?? ""} ${frame.ErrorMessage ?? ""}`;
  }
}

/** A name needn't be unique: then the ARN must be given. */
async function findRoom(connection: Connection, name: string): Promise<Room> {
  if (name.startsWith("arn:")) return { arn: name, name };
  const { rooms } = await call<{ readonly rooms: readonly Room[] }>(connection, "ListRooms", {
    name,
  });
  const [room, other] = rooms;
  if (other) throw new CommandError(`several rooms are called ${name}: give an ARN.`, EXIT.usage);
  if (!room)
    throw new CommandError(
      `there is no room called ${name}. ` +
        `Make one: ${commandLine("aws ivschat create-room --name", name)}`,
    );
  return room;
}

function call<Answer>(connection: Connection, operation: string, json: object): Promise<Answer> {
  return callOperation<Answer>(connection, "ivschat", operation, json);
}

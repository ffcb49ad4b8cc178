import type { ChannelSummary } from "@aws-sdk/client-ivs";
import { listChannels, listLiveStreams } from "../channel-lists.ts";
import { type Connection, jsonOf } from "../connection.ts";
import { fetchSigned, refusal } from "../signed-request.ts";

/** The channel that is made where there is none; BASIC: nothing is encoded for it. */
const FIRST = { name: "first", type: "BASIC" } as const;

/** The test picture that a key starts and ends. */
export class TestPicture {
  readonly #connection: Connection;
  #channelArn: string | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Streams to the first channel, or ends the stream that it began; says what it did. */
  async toggle(): Promise<string> {
    const [channel = await this.#createChannel()] = await listChannels(this.#connection);
    const { arn = "" } = channel;
    const name = channel.name || arn;
    const { streams } = await listLiveStreams(this.#connection);
    const isLive = streams.some(({ channelArn }) => channelArn === arn);
    if (isLive && this.#channelArn === arn) {
      await this.#stop(arn);
      return `The test picture on channel ${name} has ended.`;
    }
    const watch = await this.#watchAddress(arn);
    if (isLive) return `Channel ${name} is live already. Watch it:\n  ${watch}`;
    await this.#start(arn);
    const until = "for an hour or until t is pressed";
    return `A test picture is on channel ${name}, ${until}. Watch it:\n  ${watch}`;
  }

  async #createChannel(): Promise<ChannelSummary> {
    const { CreateChannelCommand } = await import("@aws-sdk/client-ivs");
    const client = await this.#connection.ivs();
    const { channel = {} } = await client.send(new CreateChannelCommand(FIRST));
    return channel;
  }

  async #start(ChannelArn: string): Promise<void> {
    const { region } = this.#connection;
    const request = { path: "/_rolecast/test-pictures", method: "POST", region } as const;
    const response = await fetchSigned(this.#connection, { ...request, json: { ChannelArn } });
    if (!response.ok) throw refusal(response, await jsonOf(response));
    this.#channelArn = ChannelArn;
  }

  async #stop(channelArn: string): Promise<void> {
    const { StopStreamCommand } = await import("@aws-sdk/client-ivs");
    await (await this.#connection.ivs()).send(new StopStreamCommand({ channelArn }));
    this.#channelArn = undefined;
  }

  /** The console's page for viewers. */
  async #watchAddress(arn: string): Promise<string> {
    const { GetChannelCommand } = await import("@aws-sdk/client-ivs");
    const { channel } = await (await this.#connection.ivs()).send(new GetChannelCommand({ arn }));
    const play = new URL(channel?.playbackUrl ?? "", this.#connection.endpoint).pathname;
    return `${this.#connection.endpoint}/#/watch?play=${play}`;
  }
}

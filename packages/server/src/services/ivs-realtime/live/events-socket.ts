import type { Clock } from "../../../kernel/clock.ts";
import { errorTrace } from "../../../kernel/error-class.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { NodePlaces } from "../../../kernel/ports/node-places.ts";
import {
  HANDED_ON_HEADER,
  textFrame,
  type WebSocketAnswer,
  type WebSocketConnection,
  type WebSocketRequest,
} from "../../../kernel/web-sockets.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { EVENTS_PATH } from "../stages/endpoints.ts";
import type { StageToken, TokenReader, TokenRefusal } from "../tokens/stage-token.ts";
import { clientFactsOf } from "./client-facts.ts";
import type { Admitted, LiveStages } from "./live-stages.ts";
import type { OfferAnswerer } from "./offer-answerer.ts";
import { messageFrame } from "./participant.ts";
import type { ParticipantRates } from "./participant-rates.ts";
import type { StageAnalytics } from "./stage-analytics.ts";

/** An offer of 64 KiB in JSON, and what goes with it. */
const MESSAGE_BYTES_MAX = 128 * 1024;
const NORMAL_CLOSURE = 1000;
const PONG = textFrame(JSON.stringify({ type: "PONG" }));

export interface EventsSocketOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly tokens: TokenReader;
  readonly stages: LiveStages;
  readonly offers: OfferAnswerer;
  readonly nodePlaces: Pick<NodePlaces, "provenUrl">;
  readonly analytics: StageAnalytics;
  readonly rates: ParticipantRates;
}

/**
 * The socket by which Amazon's clients join a stage. The token is its subprotocol; a token that is
 * refused is answered on the socket, since browsers show pages nothing of a refused handshake.
 */
export class EventsSocket {
  readonly #options: EventsSocketOptions;

  constructor(options: EventsSocketOptions) {
    this.#options = options;
  }

  /** Undefined for handshakes of other paths. */
  answer(request: WebSocketRequest): Promise<WebSocketAnswer> | undefined {
    const { path, protocols } = request;
    if (path !== EVENTS_PATH && !path.startsWith(`${EVENTS_PATH}/`)) return undefined;
    const [token] = protocols;
    return token === undefined ? undefined : this.#answer(request, token);
  }

  async #answer({ headers }: WebSocketRequest, protocol: string): Promise<WebSocketAnswer> {
    const { clock, tokens, stages } = this.#options;
    const token = await tokens.read(protocol, clock.nowMs());
    if ("code" in token) return refusal(protocol, token);
    const admission = await stages.admit(token, clientFactsOf(headers["user-agent"] ?? ""));
    if ("code" in admission) return refusal(protocol, admission);
    if ("elsewhere" in admission) {
      const { elsewhere } = admission;
      // The token is shown to a node only, whatever has its address by now.
      if (headers[HANDED_ON_HEADER] === undefined)
        return { handOn: await this.#options.nodePlaces.provenUrl(elsewhere) };
      return refusal(protocol, { code: "INTERNAL", message: "The stage is changing hands" });
    }
    return {
      protocol,
      messageBytesMax: MESSAGE_BYTES_MAX,
      open: (connection) => this.#open(connection, token, admission),
    };
  }

  #open(connection: WebSocketConnection, token: StageToken, admitted: Admitted) {
    const { stage, participant } = admitted;
    participant.connect(connection, token);
    stage.sendStateTo(participant);
    // As Amazon's clients read it: an address in base64.
    const address = Buffer.from(this.#options.analytics.addressOf(stage, participant));
    participant.send(messageFrame("aws:ivs:SSU", { A: address.toString("base64") }));
    const logged = (work: Promise<void>, what: string): Promise<void> => {
      const { log } = this.#options;
      return work.catch((error) => log.error({ error: errorTrace(error) }, what));
    };
    return {
      received: (text: string) =>
        logged(this.#received(text, admitted), "A message of a stage's participant failed"),
      closed: () => {
        participant.lose(connection);
        inBackground(
          logged(this.#options.stages.leaveIfGone(admitted), "A participant can't leave"),
        );
      },
    };
  }

  async #received(text: string, admitted: Admitted): Promise<void> {
    const { stage, participant } = admitted;
    const message = readMessage(text);
    const payload = asObject(message?.payload) ?? {};
    switch (message?.type) {
      case "PING":
        return participant.send(PONG);
      case "SET_STATE":
        return this.#options.stages.change(stage, () => {
          const audioMuted = message.audioMuted === true;
          const videoStopped = message.videoStopped === true;
          const isNew =
            audioMuted !== participant.audioMuted || videoStopped !== participant.videoStopped;
          Object.assign(participant, { audioMuted, videoStopped });
          if (participant.isPublishing && isNew) stage.isStale = true;
          return [];
        });
      case "aws:ivs:SDP_OFFER":
        return participant.send(
          messageFrame(
            "aws:ivs:SDP_ANSWER",
            await this.#options.offers.bySocket(payload, admitted),
          ),
        );
      case "aws:ivs:EXCHANGE_TOKEN":
        return this.#exchange(payload, admitted);
      default:
        return undefined;
    }
  }

  async #exchange(payload: Payload, admitted: Admitted): Promise<void> {
    const { requestId, traceId, newToken } = payload;
    const reason = await this.#reasonAgainst(String(newToken), admitted);
    const answer = { requestId, traceId, ...(reason && { error: { message: reason } }) };
    admitted.participant.send(messageFrame("aws:ivs:EXCHANGE_TOKEN", answer));
  }

  /** Gives a participant the new token; resolves to the reason why it isn't taken. */
  async #reasonAgainst(newToken: string, admitted: Admitted): Promise<string | undefined> {
    const { clock, tokens, stages, rates } = this.#options;
    if (!rates.take("exchange", admitted.participant.token))
      return "Too many exchanges within a second";
    const token = await tokens.read(newToken, clock.nowMs());
    return "code" in token ? token.message : stages.exchange(admitted, token);
  }
}

type Payload = Readonly<Record<string, unknown>>;

/** Says on the open socket why the token isn't taken. */
function refusal(protocol: string, { code, message }: TokenRefusal): WebSocketAnswer {
  return {
    protocol,
    messageBytesMax: MESSAGE_BYTES_MAX,
    open(connection) {
      const payload = { code, message, fatal: true, nominal: code !== "INTERNAL" };
      connection.send(messageFrame("aws:ivs:JOIN_ERROR", payload));
      connection.close(NORMAL_CLOSURE, "");
      return { received: () => undefined, closed: () => undefined };
    },
  };
}

function readMessage(text: string): Payload | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    // What isn't JSON asks for nothing.
    return undefined;
  }
}

function asObject(value: unknown): Payload | undefined {
  return typeof value === "object" && value !== null ? { ...value } : undefined;
}

import type { StageEndpoints } from "@aws-sdk/client-ivs-realtime";
import { inBackground } from "../../shared/in-background.ts";
import { type OfferAnswer, sendOffer } from "../../wire/send-offer.ts";
import { type StagePerson, stageMessage } from "./stage-state.ts";

/** Amazon's clients ask as often whether the connection lives. */
const PING_MS = 15_000;

/** A layer of a publisher's picture, as the stage offers it. */
export interface PictureLayer {
  readonly encodingId: string;
  readonly width: number;
  readonly height: number;
  /** In kilobits per second. */
  readonly bitrate: number;
  readonly selected: boolean;
}

/** The media of one peer: this browser's own, or another participant's. */
export interface StageMedia {
  readonly stream: MediaStream;
  readonly connection: RTCPeerConnection;
  readonly answer: OfferAnswer;
}

interface Hears {
  readonly people: (people: readonly StagePerson[]) => void;
  readonly joined: () => void;
  /** The reason is empty after `leave`. */
  readonly out: (reason: string) => void;
}

/** This browser's participation in a stage, by a token of its own. */
export class StageConnection {
  readonly participantId: string;
  readonly #token: string;
  readonly #whipPath: string;
  readonly #socket: WebSocket;
  readonly #pings: ReturnType<typeof setInterval>;
  readonly #hears: Hears;
  readonly #media = new Set<StageMedia>();
  #isOver = false;

  constructor(
    { token, participantId }: { readonly token: string; readonly participantId: string },
    endpoints: StageEndpoints,
    hears: Hears,
  ) {
    this.participantId = participantId;
    this.#token = token;
    this.#hears = hears;
    // The page may be open by another of the server's names: it asks where it came from.
    this.#whipPath = pathOf(endpoints.whip);
    const { protocol, host } = window.location;
    const scheme = protocol === "https:" ? "wss" : "ws";
    this.#socket = new WebSocket(`${scheme}://${host}${pathOf(endpoints.events)}`, token);
    this.#socket.onopen = () => {
      this.say({ audioMuted: false, videoStopped: false });
      hears.joined();
    };
    this.#socket.onmessage = ({ data }) => this.#hear(String(data));
    this.#socket.onclose = ({ code }) => this.#end(`The connection ended with code ${code}.`);
    this.#pings = setInterval(() => this.#send({ type: "PING" }), PING_MS);
  }

  /** Shows the others what this browser has muted. */
  say(muted: { readonly audioMuted: boolean; readonly videoStopped: boolean }): void {
    this.#send({ type: "SET_STATE", version: "0", ...muted });
  }

  async publish(stream: MediaStream): Promise<StageMedia> {
    const connection = new RTCPeerConnection();
    for (const track of stream.getTracks())
      connection.addTransceiver(track, { direction: "sendonly" });
    return this.#open(connection, stream, `publish/${this.participantId}`);
  }

  async subscribe(participantId: string): Promise<StageMedia> {
    const connection = new RTCPeerConnection();
    for (const kind of ["audio", "video"])
      connection.addTransceiver(kind, { direction: "recvonly" });
    const stream = new MediaStream();
    connection.ontrack = ({ track }) => stream.addTrack(track);
    return this.#open(connection, stream, `subscribe/${participantId}`);
  }

  async #open(connection: RTCPeerConnection, stream: MediaStream, target: string) {
    try {
      const answer = await sendOffer(connection, `${this.#whipPath}/${target}`, this.#token);
      const media = { stream, connection, answer };
      this.#media.add(media);
      if (this.#isOver) this.close(media);
      return media;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  close(media: StageMedia): void {
    this.#media.delete(media);
    media.connection.close();
    for (const track of media.stream.getTracks()) track.stop();
    // The server sees it by itself where the page doesn't get so far.
    const told = fetch(media.answer.location, { method: "DELETE", keepalive: true });
    inBackground("The server wasn't told that this has ended", told);
  }

  leave(): void {
    this.#end("");
  }

  #hear(frame: string): void {
    const message = stageMessage(frame);
    if (message?.type === "state") this.#hears.people(message.people);
    if (message?.type === "out") this.#end(message.reason);
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#pings);
    for (const media of [...this.#media]) this.close(media);
    this.#socket.close();
    this.#hears.out(reason);
  }

  #send(message: object): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

/** The layers of a publisher's picture; none where the stage offers no choice. */
export async function layersOf({ answer }: StageMedia): Promise<readonly PictureLayer[]> {
  const { layer } = answer.links;
  if (layer === undefined) return [];
  const response = await fetch(layer);
  if (!response.ok) return [];
  const { layers }: { readonly layers: readonly PictureLayer[] } = await response.json();
  return layers;
}

/** Asks for a layer from now on; undefined leaves the choice to the stage. */
export async function chooseLayer(
  { answer }: StageMedia,
  encodingId: string | undefined,
): Promise<void> {
  const { layer = "" } = answer.links;
  const body = JSON.stringify(encodingId === undefined ? {} : { encodingId });
  const response = await fetch(layer, { method: "POST", body });
  if (!response.ok) throw new Error(`The stage answered ${response.status}.`);
}

function pathOf(address: string | undefined): string {
  return new URL(address ?? "", window.location.href).pathname;
}

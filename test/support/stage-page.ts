import { type BroadcastPage, openBroadcastPage } from "./broadcast-page.ts";

/** A page's view of a stage, from its join until now. */
export interface StageView {
  /** In order: `connection connected`, `joined <user>`, `left <user>`, `error <code>`. */
  readonly events: readonly string[];
  readonly framesDecoded: number;
  readonly audioEnergy: number;
  /** Heights of the pictures that it gets, which are of one of the layers. */
  readonly heights: readonly number[];
  readonly layers: readonly string[];
}

/** Pages in chromium on stages, by Amazon's Web Broadcast SDK as it is. */
export interface StagePages {
  /** Joins with the token on a page of its own. */
  join(token: string, want?: JoinWish): Promise<StagePage>;
  close(): Promise<void>;
}

export interface JoinWish {
  /** Default: true. */
  readonly publishes?: boolean;
  /** Sends three layers of the picture. Default: false. */
  readonly simulcast?: boolean;
}

export interface StagePage {
  /** `joined`, or the SDK's error. */
  readonly joined: string;
  readonly page: BroadcastPage["page"];
  view(): Promise<StageView>;
  /** Asks for the layer of a name from now on. */
  prefer(layer: string): Promise<void>;
  leave(): Promise<void>;
}

/** `sdk` is the text of Amazon's bundle. */
export async function openStagePages(sdk: string): Promise<StagePages> {
  const first = await openBroadcastPage(`(${beforeSdk})();\n${sdk}\n;(${afterSdk})();`);
  const url = first.page.url();
  const browser = first.page.context().browser();
  if (!browser) throw new Error("the page has no browser");
  return {
    async join(token, { publishes = true, simulcast = false } = {}) {
      const page = await browser.newPage();
      await page.goto(url);
      const options = JSON.stringify([token, publishes, simulcast]);
      const joined = String(await page.evaluate(`joinStage(...${options})`));
      return {
        ...{ joined, page },
        view: () => page.evaluate("viewStage()"),
        prefer: (layer) => page.evaluate(`preferLayer(${JSON.stringify(layer)})`),
        leave: () => page.evaluate("stage.leave()"),
      };
    },
    close: first.close,
  };
}

/** Runs in the page: remembers the connections that the SDK makes. */
function beforeSdk(): void {
  const connections: RTCPeerConnection[] = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args: ConstructorParameters<typeof RTCPeerConnection>) {
      super(...args);
      connections.push(this);
    }
  };
  Object.assign(window, { connections });
}

/** Runs in the page, where the SDK's classes are `IVSBroadcastClient`. */
function afterSdk(): void {
  const events: string[] = [];
  const sdk = Reflect.get(window, "IVSBroadcastClient");
  const connections: RTCPeerConnection[] = Reflect.get(window, "connections");

  let wanted: string | undefined;
  let layers: readonly string[] = [];
  type Layer = { readonly label?: string; readonly height?: number };
  type Who = { readonly userId: string; readonly isLocal: boolean };
  type Remote = { getLayers(): readonly Layer[] };
  const nameOf = ({ label = "", height = 0 }: Layer) => `${label} ${height}`;

  async function joinStage(token: string, publishes: boolean, simulcast: boolean): Promise<string> {
    const video = { width: 1280, height: 720 };
    const media = publishes
      ? await navigator.mediaDevices.getUserMedia({ video, audio: true })
      : new MediaStream();
    const config = { simulcast: { enabled: simulcast } };
    const streams = media.getTracks().map((track) => new sdk.LocalStageStream(track, config));
    const stage = new sdk.Stage(token, {
      stageStreamsToPublish: () => streams,
      shouldPublishParticipant: () => publishes,
      shouldSubscribeToParticipant: () => sdk.SubscribeType.AUDIO_VIDEO,
      preferredLayerForStream: (_who: Who, stream: Remote) =>
        stream.getLayers().find((layer) =>
          nameOf(layer)
            .split(" ")
            .includes(wanted ?? "none"),
        ),
    });
    Object.assign(window, { stage });
    const { StageEvents: on } = sdk;
    const note = (what: string) => (who: Who) => {
      if (!who.isLocal) events.push(`${what} ${who.userId}`);
    };
    stage.on(on.STAGE_CONNECTION_STATE_CHANGED, (state: string) =>
      events.push(`connection ${state}`),
    );
    stage.on(on.STAGE_PARTICIPANT_JOINED, note("joined"));
    stage.on(on.STAGE_PARTICIPANT_LEFT, note("left"));
    stage.on(on.STAGE_LEFT, (reason: string) => events.push(`out ${reason}`));
    stage.on(on.STAGE_STREAM_LAYERS_CHANGED, (_who: Who, _of: Remote, all: readonly Layer[]) => {
      layers = all.map(nameOf);
    });
    stage.on(on.ERROR, ({ code }: { code: number }) => events.push(`error ${code}`));
    stage.on(
      on.STAGE_PARTICIPANT_STREAMS_ADDED,
      (who: Who, added: readonly { readonly mediaStreamTrack: MediaStreamTrack }[]) => {
        if (who.isLocal) return;
        const video = document.createElement("video");
        const tracks = added.map(({ mediaStreamTrack }) => mediaStreamTrack);
        Object.assign(video, { autoplay: true, srcObject: new MediaStream(tracks) });
        document.body.append(video);
      },
    );
    try {
      await stage.join();
      return "joined";
    } catch (error) {
      const { name, code, message } = error as { name: string; code?: number; message: string };
      return `${name} ${code ?? ""} ${message}`;
    }
  }

  async function viewStage(): Promise<StageView> {
    let framesDecoded = 0;
    let audioEnergy = 0;
    const heights: number[] = [];
    for (const connection of connections) {
      if (connection.connectionState === "closed") continue;
      for (const report of (await connection.getStats()).values()) {
        if (report.type !== "inbound-rtp") continue;
        framesDecoded += report.framesDecoded ?? 0;
        audioEnergy += report.totalAudioEnergy ?? 0;
        if (report.frameHeight) heights.push(report.frameHeight);
      }
    }
    return { events, framesDecoded, audioEnergy, heights, layers };
  }

  function preferLayer(layer: string): void {
    wanted = layer;
    Reflect.get(window, "stage").refreshStrategy();
  }

  Object.assign(window, { joinStage, viewStage, preferLayer });
}

import { type BroadcastPage, openBroadcastPage } from "./broadcast-page.ts";

/** What a page on a stage has seen and heard so far. */
export interface StageView {
  /** In order: `connection connected`, `joined <user>`, `left <user>`, `error <code>`. */
  readonly events: readonly string[];
  /** Of all participants that it is subscribed to. */
  readonly framesDecoded: number;
  readonly audioEnergy: number;
}

/** Pages in chromium on stages, by Amazon's Web Broadcast SDK as it is. */
export interface StagePages {
  /** Joins with the token on a page of its own. */
  join(token: string, want?: { readonly publishes?: boolean }): Promise<StagePage>;
  close(): Promise<void>;
}

export interface StagePage {
  /** `joined`, or the SDK's error. */
  readonly joined: string;
  readonly page: BroadcastPage["page"];
  view(): Promise<StageView>;
  leave(): Promise<void>;
}

/** `sdk` is the text of Amazon's bundle. */
export async function openStagePages(sdk: string): Promise<StagePages> {
  const first = await openBroadcastPage(`(${beforeSdk})();\n${sdk}\n;(${afterSdk})();`);
  const url = first.page.url();
  const browser = first.page.context().browser();
  if (!browser) throw new Error("the page has no browser");
  return {
    async join(token, { publishes = true } = {}) {
      const page = await browser.newPage();
      await page.goto(url);
      const options = JSON.stringify([token, publishes]);
      const joined = String(await page.evaluate(`joinStage(...${options})`));
      return {
        ...{ joined, page },
        view: () => page.evaluate("viewStage()"),
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

  async function joinStage(token: string, publishes: boolean): Promise<string> {
    const media = publishes
      ? await navigator.mediaDevices.getUserMedia({ video: true, audio: true })
      : new MediaStream();
    const streams = media.getTracks().map((track) => new sdk.LocalStageStream(track));
    const stage = new sdk.Stage(token, {
      stageStreamsToPublish: () => streams,
      shouldPublishParticipant: () => publishes,
      shouldSubscribeToParticipant: () => sdk.SubscribeType.AUDIO_VIDEO,
    });
    Object.assign(window, { stage });
    const { StageEvents: on } = sdk;
    type Who = { readonly userId: string; readonly isLocal: boolean };
    const note = (what: string) => (who: Who) => {
      if (!who.isLocal) events.push(`${what} ${who.userId}`);
    };
    stage.on(on.STAGE_CONNECTION_STATE_CHANGED, (state: string) =>
      events.push(`connection ${state}`),
    );
    stage.on(on.STAGE_PARTICIPANT_JOINED, note("joined"));
    stage.on(on.STAGE_PARTICIPANT_LEFT, note("left"));
    stage.on(on.STAGE_LEFT, (reason: string) => events.push(`out ${reason}`));
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
    for (const connection of connections) {
      if (connection.connectionState === "closed") continue;
      for (const report of (await connection.getStats()).values()) {
        if (report.type !== "inbound-rtp") continue;
        framesDecoded += report.framesDecoded ?? 0;
        audioEnergy += report.totalAudioEnergy ?? 0;
      }
    }
    return { events, framesDecoded, audioEnergy };
  }

  Object.assign(window, { joinStage, viewStage });
}

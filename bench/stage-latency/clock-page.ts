/*
 * Runs in pages: a picture that shows the wall clock, and reading it where it is seen. The clock is
 * a row of squares, one for each of its lowest bits, black or white.
 */

/** Defines the functions that the benchmark calls; `IVSBroadcastClient` holds the SDK's classes. */
export function clockPage(): void {
  const BITS = 20;
  const SQUARE = 32;
  const FRAME_MS = 33;
  const sdk = Reflect.get(window, "IVSBroadcastClient");
  let connection: RTCPeerConnection | undefined;
  let video: HTMLVideoElement | undefined;
  let asked = 0;
  let first: number | undefined;
  const delays: number[] = [];

  const nowMs = () => Math.round(performance.timeOrigin + performance.now());
  const clock = () => nowMs() % 2 ** BITS;

  function canvasOf(): readonly [HTMLCanvasElement, CanvasRenderingContext2D] {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: BITS * SQUARE, height: 360 });
    const drawing = canvas.getContext("2d", { willReadFrequently: true });
    if (!drawing) throw new Error("no canvas");
    return [canvas, drawing];
  }

  function clockTrack(): MediaStreamTrack | undefined {
    const [canvas, drawing] = canvasOf();
    const draw = () => {
      const time = clock();
      for (let bit = 0; bit < BITS; bit += 1) {
        drawing.fillStyle = (time >> bit) & 1 ? "white" : "black";
        drawing.fillRect(bit * SQUARE, 0, SQUARE, canvas.height);
      }
    };
    draw();
    setInterval(draw, FRAME_MS);
    return canvas.captureStream(1_000 / FRAME_MS).getVideoTracks()[0];
  }

  function watch(track: MediaStreamTrack): void {
    const [canvas, drawing] = canvasOf();
    const shown = document.createElement("video");
    video = shown;
    Object.assign(shown, { autoplay: true, muted: true, srcObject: new MediaStream([track]) });
    document.body.append(shown);
    const read = () => {
      const at = clock();
      first ??= performance.now() - asked;
      drawing.drawImage(shown, 0, 0, canvas.width, canvas.height);
      const { data } = drawing.getImageData(0, canvas.height / 2, canvas.width, 1);
      let time = 0;
      for (let bit = 0; bit < BITS; bit += 1)
        if ((data[(bit + 0.5) * SQUARE * 4] ?? 0) > 127) time += 2 ** bit;
      delays.push((at - time + 2 ** BITS) % 2 ** BITS);
      shown.requestVideoFrameCallback(read);
    };
    shown.requestVideoFrameCallback(read);
  }

  async function join(token: string, publishes: boolean): Promise<void> {
    const streams = publishes ? [new sdk.LocalStageStream(clockTrack())] : [];
    const stage = new sdk.Stage(token, {
      stageStreamsToPublish: () => streams,
      shouldPublishParticipant: () => publishes,
      shouldSubscribeToParticipant: () => sdk.SubscribeType.AUDIO_VIDEO,
    });
    type Added = readonly { readonly mediaStreamTrack: MediaStreamTrack }[];
    stage.on(
      sdk.StageEvents.STAGE_PARTICIPANT_STREAMS_ADDED,
      (who: { readonly isLocal: boolean }, added: Added) => {
        if (who.isLocal) return;
        for (const { mediaStreamTrack: track } of added) if (track.kind === "video") watch(track);
      },
    );
    Object.assign(window, { leave: () => stage.leave() });
    asked = performance.now();
    await stage.join();
  }

  async function gathered(peer: RTCPeerConnection): Promise<string> {
    await peer.setLocalDescription();
    if (peer.iceGatheringState !== "complete")
      await new Promise<void>((resolve) => {
        peer.addEventListener("icegatheringstatechange", () => {
          if (peer.iceGatheringState === "complete") resolve();
        });
      });
    return peer.localDescription?.sdp ?? "";
  }

  /** Without a server: the offer of a page that shows its clock. */
  async function offer(): Promise<string> {
    const track = clockTrack();
    connection = new RTCPeerConnection();
    if (track) {
      const transceiver = connection.addTransceiver(track, { direction: "sendonly" });
      const { codecs = [] } = RTCRtpSender.getCapabilities("video") ?? {};
      transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => /H264|rtx/.test(mimeType)));
    }
    return gathered(connection);
  }

  /** The offer of a page that watches. */
  async function offerToWatch(): Promise<string> {
    connection = new RTCPeerConnection();
    connection.addTransceiver("video", { direction: "recvonly" });
    connection.addEventListener("track", ({ track }) => watch(track));
    asked = performance.now();
    return gathered(connection);
  }

  async function answer(sdp: string): Promise<string> {
    connection = new RTCPeerConnection();
    connection.addEventListener("track", ({ track }) => watch(track));
    asked = performance.now();
    await connection.setRemoteDescription({ type: "offer", sdp });
    return gathered(connection);
  }

  async function accept(sdp: string): Promise<void> {
    await connection?.setRemoteDescription({ type: "answer", sdp });
  }

  const seen = () => ({ firstMs: first, delaysMs: delays.splice(0), height: video?.videoHeight });
  Object.assign(window, { joinClock: join, offer, offerToWatch, answer, accept, seen });
}

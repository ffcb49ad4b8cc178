import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Browser, chromium, type Page } from "playwright-core";

const SHELL = "/usr/bin/chromium-headless-shell";
export const hasCamera = existsSync(SHELL);

/** A camera with a clock, a beep a second, and nobody who would have to allow them. */
const ARGS = [
  ...["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
  ...["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
  ...["--autoplay-policy=no-user-gesture-required", "--ignore-certificate-errors"],
];

/** A page in chromium that may use a camera and a microphone. */
export interface BroadcastPage {
  readonly page: Page;
  /**
   * Publishes camera and microphone by WHIP. Resolves to the answer's status and Location, or to
   * its text.
   */
  publish(url: string, streamKey: string, want?: BroadcastWant): Promise<BroadcastOutcome>;
  /** As a page does that says goodbye. */
  hangUp(): Promise<void>;
  close(): Promise<void>;
}

export interface BroadcastWant {
  /** Default: both. */
  readonly kinds?: readonly ("video" | "audio")[];
  /** The only codec of video that is offered, such as `VP8`. */
  readonly videoCodec?: string;
  /** The answer's candidates that are left; default all. */
  readonly transport?: "udp" | "tcp";
  /** The port that media is sent to, in place of the answer's. */
  readonly mediaPort?: number;
}

export interface BroadcastOutcome {
  readonly status: number;
  readonly location: string | null;
  readonly text: string;
}

/** `script` is served with the page, which has it as `/sdk.js`; `args` are chromium's. */
export async function openBroadcastPage(
  script = "",
  args: readonly string[] = [],
): Promise<BroadcastPage> {
  const [server, browser] = await Promise.all([
    serve(script),
    chromium.launch({ executablePath: SHELL, args: [...ARGS, ...args] }),
  ]);
  const { port } = server.address() as AddressInfo;
  const page = await browser.newPage();
  // Cameras need a secure context: localhost is one.
  await page.goto(`http://localhost:${port}/`);
  return {
    page,
    publish: (url, streamKey, want = {}) => page.evaluate(publishByWhip, { url, streamKey, want }),
    hangUp: () => page.evaluate("window.connection?.close()"),
    close: () => close(browser, server),
  };
}

async function close(browser: Browser, server: Server): Promise<void> {
  await browser.close();
  server.close();
}

async function serve(script: string): Promise<Server> {
  const server = createServer(({ url }, response) => {
    const isScript = url === "/sdk.js";
    response.setHeader("content-type", `text/${isScript ? "javascript" : "html"}; charset=utf-8`);
    response.end(isScript ? script : `<!doctype html><script src="/sdk.js"></script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

interface WhipRequest {
  readonly url: string;
  readonly streamKey: string;
  readonly want: BroadcastWant;
}

/** Runs in the page. */
async function publishByWhip({ url, streamKey, want }: WhipRequest): Promise<BroadcastOutcome> {
  const kinds = want.kinds ?? ["video", "audio"];
  const media = await navigator.mediaDevices.getUserMedia({
    video: kinds.includes("video") && { width: 1280, height: 720, frameRate: 30 },
    audio: kinds.includes("audio"),
  });
  const connection = new RTCPeerConnection();
  Object.assign(window, { connection });
  for (const track of media.getTracks()) {
    const transceiver = connection.addTransceiver(track, { direction: "sendonly" });
    const { codecs = [] } = RTCRtpSender.getCapabilities(track.kind) ?? {};
    if (track.kind === "video" && want.videoCodec !== undefined) {
      const name = `video/${want.videoCodec}`;
      transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === name));
    }
  }
  await connection.setLocalDescription();
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/sdp", authorization: `Bearer ${streamKey}` },
    body: connection.localDescription?.sdp ?? "",
  });
  const answered = await response.text();
  const other = want.transport === "tcp" ? "udp" : "tcp";
  const narrowed =
    want.transport === undefined
      ? answered
      : answered.replaceAll(new RegExp(`a=candidate:\\d+ 1 ${other} .*\r\n`, "g"), "");
  const text =
    want.mediaPort === undefined
      ? narrowed
      : narrowed.replaceAll(/(127\.0\.0\.1) \d+ typ/g, `$1 ${want.mediaPort} typ`);
  if (response.ok) await connection.setRemoteDescription({ type: "answer", sdp: text });
  return { status: response.status, location: response.headers.get("location"), text };
}

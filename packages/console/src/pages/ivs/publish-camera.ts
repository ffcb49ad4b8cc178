import { sendOffer } from "../../wire/send-offer.ts";

/** A broadcast of this browser's camera and microphone. */
export interface Broadcast {
  /** Ends it, and switches the camera off. */
  stop(): void;
}

const PICTURE = { width: { ideal: 1_280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** Rejects where there is no camera, or where the browser's user doesn't allow it. */
export async function openCamera(): Promise<MediaStream> {
  if (navigator.mediaDevices === undefined) {
    throw new Error("Browsers give cameras to pages from https:// and from localhost only.");
  }
  return navigator.mediaDevices.getUserMedia({ video: PICTURE, audio: true });
}

/**
 * Publishes by WHIP (RFC 9725) to the server that the page came from. Rejects with the server's
 * reason, or with the browser's where there is no camera or nobody allows it.
 */
export async function publishCamera(streamKey: string): Promise<Broadcast> {
  const media = await openCamera();
  const connection = new RTCPeerConnection();
  const stop = (): void => {
    connection.close();
    for (const track of media.getTracks()) track.stop();
  };
  try {
    for (const track of media.getTracks()) {
      connection.addTransceiver(track, { direction: "sendonly" });
    }
    await sendOffer(connection, "/whip", streamKey);
    return { stop };
  } catch (error) {
    stop();
    throw error;
  }
}

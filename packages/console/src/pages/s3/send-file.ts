import { AUTHORIZATION_ID_HEADER, withAuthorizationId } from "../../wire/call-error.ts";

/**
 * Sends a file to a presigned URL, until `signal` aborts. Only XMLHttpRequest reports how far an
 * upload is.
 */
export function sendFile(
  url: string,
  file: File,
  contentType: string,
  onProgress: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    request.setRequestHeader("content-type", contentType);
    request.upload.addEventListener("progress", ({ loaded }) => onProgress(loaded));
    request.addEventListener("error", () => reject(new Error("The connection broke.")));
    request.addEventListener("abort", () => reject(new Error("The upload was stopped.")));
    request.addEventListener("load", () => {
      if (request.status < 300) resolve();
      else reject(refusal(request));
    });
    signal.throwIfAborted();
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

/** The sentence in S3's error document, and the id of a denial. */
function refusal(request: XMLHttpRequest): Error {
  const { responseText, status } = request;
  const document = new DOMParser().parseFromString(responseText, "text/xml");
  const text = (name: string) => document.querySelector(name)?.textContent ?? undefined;
  const error = new Error(text("Message") ?? `The server answered with status ${status}.`);
  error.name = text("Code") ?? "Error";
  return withAuthorizationId(error, request.getResponseHeader(AUTHORIZATION_ID_HEADER));
}

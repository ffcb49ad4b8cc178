import { expect, test, vi } from "vitest";
import { callErrorText } from "./call-error.ts";

function failure(name: string, message: string, metadata?: object): Error {
  const error = new Error(message);
  error.name = name;
  return Object.assign(error, metadata === undefined ? {} : { $metadata: metadata });
}

test("a refusal is shown with AWS's code, sentence and request id", () => {
  expect(callErrorText(failure("AccessDenied", "No.", { requestId: "r1" }))).toEqual({
    code: "AccessDenied",
    sentence: "No.",
    requestId: "r1",
    isKeyRefused: false,
  });
});

test.each(["", "UnknownError"])("for the message %j the status stands", (message) => {
  const { sentence } = callErrorText(failure("404", message, { httpStatusCode: 404 }));
  expect(sentence).toBe("The server answered with status 404.");
  expect(callErrorText(failure("E", message)).sentence).toContain("status unknown");
});

test.each([
  ["ExpiredToken", true],
  ["ExpiredTokenException", true],
  ["InvalidClientTokenId", true],
  ["InvalidAccessKeyId", true],
  ["UnrecognizedClientException", true],
  ["AccessDenied", false],
  ["NotExpiredToken", false],
])("%s refuses the key: %s", (name, expected) => {
  expect(callErrorText(failure(name, "x")).isKeyRefused).toBe(expected);
});

test.each(["Failed to fetch", "NetworkError when attempting to fetch resource.", "Load failed"])(
  "%j says that nothing answers",
  (message) => {
    vi.stubGlobal("window", { location: { origin: "http://here" } });
    const { code, sentence } = callErrorText(new TypeError(message));
    vi.unstubAllGlobals();
    expect(code).toBe("No answer");
    expect(sentence).toContain("http://here");
  },
);

test("another TypeError, and what is no Error, are shown as they are", () => {
  expect(callErrorText(new TypeError("x is undefined")).sentence).toBe("x is undefined");
  expect(callErrorText("broken").sentence).toBe("broken");
});

import { expect, test } from "vitest";
import { CommandError, EXIT } from "./command-error.ts";
import { Connection } from "./connection.ts";

test.each([
  [{}, {}, "http://127.0.0.1:4566", "us-east-1"],
  [{}, { AWS_ENDPOINT_URL: "", AWS_REGION: "" }, "http://127.0.0.1:4566", "us-east-1"],
  [{}, { AWS_ENDPOINT_URL: "https://e/", AWS_DEFAULT_REGION: "d" }, "https://e", "d"],
  [{}, { AWS_REGION: "r", AWS_DEFAULT_REGION: "d" }, "http://127.0.0.1:4566", "r"],
  [
    { endpoint: "http://f", region: "f" },
    { AWS_ENDPOINT_URL: "http://e", AWS_REGION: "r" },
    "http://f",
    "f",
  ],
])("flags %j come before variables %j", (flags, environment, endpoint, region) => {
  expect(new Connection(flags, environment)).toMatchObject({ endpoint, region });
});

test.each([
  [{}, { accessKeyId: "test", secretAccessKey: "test" }],
  [{ AWS_ACCESS_KEY_ID: "a" }, { accessKeyId: "a", secretAccessKey: "test" }],
  [
    { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "s", AWS_SESSION_TOKEN: "t" },
    { accessKeyId: "a", secretAccessKey: "s", sessionToken: "t" },
  ],
])("the variables %j are the key", (environment, expected) => {
  expect(new Connection({}, environment).credentials).toEqual(expected);
});

test.each(["h", "127.0.0.1:4566", "ftp://h"])("%s is no endpoint", (endpoint) => {
  expect(() => new Connection({ endpoint }, {})).toThrow(
    expect.objectContaining({ name: CommandError.name, exitCode: EXIT.usage }),
  );
});

test("a child process is pointed at the same server", () => {
  expect(new Connection({ endpoint: "http://f", region: "f" }, {}).environment()).toEqual({
    AWS_ENDPOINT_URL: "http://f",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "f",
    AWS_DEFAULT_REGION: "f",
  });
});

import { expect, test } from "vitest";
import { loadConfig } from "./load-config.ts";

const read = async (allowedOrigins: string | readonly string[]) =>
  (await loadConfig({ given: { allowedOrigins } })).allowedOrigins;

test("allowedOrigins is a list or one text, of origins as browsers write them", async () => {
  const origins = [
    "https://app.example.com",
    "http://192.168.1.20:3000",
    "http://[fd00::1]:3000",
    "chrome-extension://abcdefghijklmnop",
    "capacitor://localhost",
    "null",
  ];
  expect(await read(origins)).toEqual(origins);
  expect(await read(origins.join(", "))).toEqual(origins);
  expect(await read("")).toEqual([]);
});

test.each([
  "*",
  "https://*.example.com",
  "app.example.com",
  "https://app.example.com/",
  "https://app.example.com/path",
  "https://app.example.com:443",
  "https://APP.example.com",
  "https://user@app.example.com",
  "https://a b",
  "https://",
  "//app.example.com",
])("%j is refused, since no browser sends it", async (origin) => {
  await expect(read([origin])).rejects.toThrow(
    /allowedOrigins.*an entry is an origin as browsers send it/,
  );
});

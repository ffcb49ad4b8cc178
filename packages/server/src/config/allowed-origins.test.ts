import { expect, test } from "vitest";
import { loadConfig } from "./load-config.ts";

const read = (allowedOrigins: string | readonly string[]) =>
  loadConfig({ given: { allowedOrigins } }).allowedOrigins;

test("allowedOrigins is a list or one text, of origins as browsers write them", () => {
  const origins = [
    "https://app.example.com",
    "http://192.168.1.20:3000",
    "http://[fd00::1]:3000",
    "chrome-extension://abcdefghijklmnop",
    "capacitor://localhost",
    "null",
  ];
  expect(read(origins)).toEqual(origins);
  expect(read(origins.join(", "))).toEqual(origins);
  expect(read("")).toEqual([]);
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
])("%j is refused, since no browser sends it", (origin) => {
  expect(() => read([origin])).toThrow(/allowedOrigins.*an entry is an origin as browsers send it/);
});

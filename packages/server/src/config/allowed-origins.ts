import { z } from "zod";
import { commaList } from "./comma-list.ts";

const ORIGINS_MAX = 1_000;

/** As browsers write it in the header Origin: `https://app.example.com`, `chrome-extension://…`. */
const origin = z.string().refine((text) => {
  if (text === "null") return true;
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*]+$/.test(text)) return false;
  return !/^https?:/.test(text) || (URL.canParse(text) && new URL(text).origin === text);
}, "an entry is an origin as browsers send it, such as https://app.example.com, without a path and without *");

/** A list, or one text with commas. */
export const allowedOriginsSchema = commaList(origin, ORIGINS_MAX);

import { isIP } from "node:net";
import { z } from "zod";
import { commaList } from "./comma-list.ts";

const ADDRESSES_MAX = 8;
const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*$/;

const address = z
  .string()
  .refine(
    (text) => isIP(text) !== 0 || HOST_NAME.test(text),
    "an entry is an IP address or a host name, without port",
  );

/** A list, or one text with commas. */
export const announcedSchema = commaList(address, ADDRESSES_MAX);

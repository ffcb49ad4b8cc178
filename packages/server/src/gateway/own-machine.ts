import { isLoopback } from "../kernel/loopback.ts";
import type { PlainRequest } from "../kernel/service.ts";

/** LocalStack's name for the loopback address, which many test suites use. */
const LOCALSTACK_HOST = "localhost.localstack.cloud";
/** Headers that proxies add: with one of these, the peer isn't the client. */
const FORWARDING_HEADERS =
  /forwarded|^(?:via|cdn-loop|x-original-.*|x-envoy-.*|x-azure-.*|x-amzn-trace-id|x-proxyuser-ip)$|(?:^|-)(?:real-ip|client-?ip|connecting-ip|remote-addr)$/;
const SAME_PAGE: readonly (string | undefined)[] = [undefined, "none", "same-origin"];

/**
 * Why a request without a signature might come from elsewhere than a program on this machine;
 * undefined when nothing says so. A proxy on this machine has this machine's address, and so has a
 * browser that another site's page drives, be it by a name that leads here (DNS rebinding).
 */
export function strangeness({ remoteAddress, headers }: PlainRequest): string | undefined {
  if (!isLoopback(remoteAddress))
    return "Unsigned, it is answered to clients on the server's own machine only.";
  if (Object.keys(headers).some((name) => FORWARDING_HEADERS.test(name)))
    return "Unsigned, it isn't answered through a proxy.";
  if (!isOwnHost(headers.host ?? ""))
    return "Unsigned, it is answered at a loopback address only, such as http://127.0.0.1.";
  if (headers.origin !== undefined || !SAME_PAGE.includes(headers["sec-fetch-site"]))
    return "Unsigned, it isn't answered to pages of other sites.";
  return undefined;
}

function isOwnHost(host: string): boolean {
  const name = /^(?:\[(?<v6>[^\]]*)\]|(?<plain>[^:]*))(?::\d+)?$/.exec(host.toLowerCase())?.groups;
  const own = name?.v6 ?? name?.plain ?? "";
  return isLoopback(own) || own === LOCALSTACK_HOST;
}

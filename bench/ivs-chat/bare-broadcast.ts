import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

/** A bare `ws` server: what one client sends, all get, in the form of a chat message. */
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
let count = 0;

server.on("connection", (client) => {
  client.on("message", (data) => {
    const { RequestId, Content } = JSON.parse(String(data));
    const text = JSON.stringify({
      ...{ Type: "MESSAGE", Id: String(count++), RequestId, Attributes: null, Content },
      ...{ SendTime: new Date().toISOString(), Sender: { UserId: "bench", Attributes: {} } },
    });
    for (const each of server.clients) each.send(text);
  });
});
server.on("listening", () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}\nReady.`);
});

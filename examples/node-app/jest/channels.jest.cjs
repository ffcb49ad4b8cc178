const { IvsClient, CreateChannelCommand } = require("@aws-sdk/client-ivs");

test("a channel can be created", async () => {
  const ivs = new IvsClient();
  const { channel } = await ivs.send(new CreateChannelCommand({ name: "jest" }));
  expect(channel.arn).toMatch(/^arn:aws:ivs:us-east-1:\d{12}:channel\//);
});

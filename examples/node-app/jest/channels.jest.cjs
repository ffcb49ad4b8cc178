const { IvsClient, CreateChannelCommand, GetChannelCommand } = require("@aws-sdk/client-ivs");

// Endpoint, Region and key come from the variables that the global setup has set.
const ivs = new IvsClient();

test("a channel can be created", async () => {
  const { channel } = await ivs.send(new CreateChannelCommand({ name: "jest" }));
  expect(channel.arn).toMatch(/^arn:aws:ivs:us-east-1:\d{12}:channel\//);
});

test("one that isn't there is refused", async () => {
  const arn = "arn:aws:ivs:us-east-1:000000000000:channel/AbCdEfGhIjKl";
  await expect(ivs.send(new GetChannelCommand({ arn }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});
